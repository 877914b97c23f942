"""Value at risk of 200 binary positions: exact on the contract grid against Monte Carlo.

    python benchmarks/var.py [--json FILE] [--rounds N]

The peer is what a desk would write: a million draws in NumPy, single precision, in blocks that
fit the cache. Both see the same book: 40 events of five strikes each that share one factor.
The run asserts that the two agree within the peer's own sampling error, never a time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.risk.cvar import LossDistribution
from kalshi_alpha.core.risk.loss_grid import exact_losses
from kalshi_alpha.core.risk.unit_book import UnitBook
from kalshi_alpha.core.types import Money

EVENTS, STRIKES, DRAWS, BLOCK = 40, 5, 1_000_000, 50_000
LEVEL = 0.99
BAR_RATIO = 30.0
STANDARD_ERRORS_MAX = 3.0


def build_book(seed: int = 7) -> tuple[list[UnitBook], FloatArray]:
    """Draw a book of 200 positions on 40 ladders, and its loadings on one factor."""
    rng = np.random.default_rng(seed)
    yes_payoff = np.tri(STRIKES + 1, STRIKES, -1, dtype=np.bool_)  # atom i is above i strikes
    units = []
    for _ in range(EVENTS):
        atom_probs = rng.dirichlet(np.full(STRIKES + 1, 2.0))
        contracts_e2 = 100 * rng.integers(1, 21, STRIKES)
        is_yes = rng.random(STRIKES) < 0.5
        yes_e2, no_e2 = np.where(is_yes, contracts_e2, 0), np.where(is_yes, 0, contracts_e2)
        yes_prob = atom_probs @ yes_payoff
        fair = float(yes_e2 @ yes_prob + no_e2 @ (1.0 - yes_prob))
        cost = Money(round(fair * 0.97) * 10_000)
        units.append(UnitBook.from_positions(cost, yes_payoff, atom_probs, yes_e2, no_e2))
    return units, rng.uniform(0.3, 0.7, (EVENTS, 1))


def monte_carlo_losses(units: list[UnitBook], loadings: FloatArray, seed: int = 11) -> FloatArray:
    """Draw the factor and the events' own scores, and settle every event by its thresholds."""
    rng = np.random.default_rng(seed)
    own = np.sqrt(1.0 - loadings[:, 0] ** 2).astype(np.float32)
    common = loadings[:, 0].astype(np.float32)
    thresholds = [ndtri(np.cumsum(u.probs)[:-1]).astype(np.float32) for u in units]
    losses = [u.losses for u in units]
    total = np.zeros(DRAWS)
    for start in range(0, DRAWS, BLOCK):
        factor = rng.standard_normal(BLOCK, dtype=np.float32)
        part = total[start : start + BLOCK]
        for e in range(EVENTS):
            score = rng.standard_normal(BLOCK, dtype=np.float32)
            score *= own[e]
            score += common[e] * factor
            part += losses[e][np.searchsorted(thresholds[e], score)]
    return total


def median_seconds(run: Callable[[], object], rounds: int) -> float:
    """Time a call several times and return the median."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def agreement(exact: LossDistribution, draws: FloatArray) -> tuple[float, float]:
    """Return how many of the peer's standard errors VaR and ES lie apart."""
    drawn_var = float(np.quantile(draws, LEVEL, method="inverted_cdf"))
    tail = 1.0 - LEVEL
    tail_se = np.sqrt(tail * LEVEL / DRAWS)
    beyond = float(exact.probs[exact.losses > drawn_var].sum())
    at_or_beyond = float(exact.probs[exact.losses >= drawn_var].sum())
    var_gap = max(beyond - tail, tail - at_or_beyond, 0.0) / tail_se
    excess = np.maximum(draws - drawn_var, 0.0) / tail
    drawn_es, es_se = drawn_var + excess.mean(), excess.std() / np.sqrt(DRAWS)
    return float(var_gap), float(abs(drawn_es - exact.expected_shortfall(LEVEL)) / es_se)


def main() -> None:
    """Measure both, check that they agree, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds of the exact method")
    args = parser.parse_args()

    units, loadings = build_book()
    exact = exact_losses(units, loadings)  # also warms the imports up
    draws = monte_carlo_losses(units, loadings)
    var_gap, es_gap = agreement(exact, draws)
    assert var_gap <= STANDARD_ERRORS_MAX, f"VaR is {var_gap:.1f} standard errors from the peer"
    assert es_gap <= STANDARD_ERRORS_MAX, f"ES is {es_gap:.1f} standard errors from the peer"

    ours = median_seconds(lambda: exact_losses(units, loadings).value_at_risk(LEVEL), args.rounds)
    peer = median_seconds(
        lambda: np.quantile(monte_carlo_losses(units, loadings), LEVEL, method="inverted_cdf"),
        max(1, args.rounds // 2),
    )
    figures = {
        "figure": "99 % VaR of 200 binary positions on 40 events, one common factor",
        "bar_ratio": BAR_RATIO,
        "measured_ms": 1e3 * ours,
        "peer": f"NumPy Monte Carlo, {DRAWS:,} draws",
        "peer_ms": 1e3 * peer,
        "ratio": peer / ours,
        "var_usd": exact.value_at_risk(LEVEL),
        "es_usd": exact.expected_shortfall(LEVEL),
        "var_gap_standard_errors": var_gap,
        "es_gap_standard_errors": es_gap,
    }
    print("| figure | bar | measured | peer | ratio |")
    print("| --- | --- | --- | --- | --- |")
    print(
        f"| {figures['figure']} | >= {BAR_RATIO:.0f}x | {1e3 * ours:.1f} ms "
        f"| {figures['peer']}: {1e3 * peer:.0f} ms | {peer / ours:.0f}x |"
    )
    print(
        f"\nVaR {figures['var_usd']:.2f}, ES {figures['es_usd']:.2f} dollars; "
        f"from the peer {var_gap:.2f} and {es_gap:.2f} of its standard errors."
    )
    if args.json is not None:
        args.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
