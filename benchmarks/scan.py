"""The scan: 10,000 strikes priced at once against Python loops, and the whole chain.

    python benchmarks/scan.py [--json FILE] [--rounds N]

The peers are what one would write without arrays: a loop that keeps a running sum of each PMF,
and one that adds up the bins anew for every strike. All three compute probability, fee of one
contract rounded as the venue rounds it, expected value after it, and the Kelly fraction. The run
asserts that they agree to 1e-9 and that the chain's proposals are sound, never a time.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import NormalDist

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import FeeTerms, FeeType, Liquidity
from kalshi_alpha.core.fees.fee_array import fee_per_contract
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ladder import UNBOUNDED_ABOVE, batch_market_probabilities
from kalshi_alpha.core.pricing import ev_raw
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.policy import ScanPolicy, SizingPolicy, SizingRule
from kalshi_alpha.core.proposals.priced import ForecastKey
from kalshi_alpha.core.proposals.proposal import ScanResult
from kalshi_alpha.core.proposals.scan import scan
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.sizing.single import kelly_fraction
from kalshi_alpha.core.types import (
    Ladder,
    Market,
    MarketStatus,
    Money,
    SettlementGrid,
    Strike,
    StrikeType,
    TickGrid,
)

LADDERS, STRIKES, BINS = 500, 20, 200
BALANCE_STEP_E6 = 100
FEES = FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1))
RATE_E10 = FEES.rate_e10(Liquidity.MAKER)
AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
PERIOD = date(2025, 5, 1)
GRID = SettlementGrid(Decimal("0.1"), "pp")
TOLERANCE = 1e-9
STRIKES_PER_S_BAR, RUNNING_BAR, NAIVE_BAR, CHAIN_BAR_S = 5e6, 6.0, 10.0, 0.5

Values = tuple[FloatArray, FloatArray]


@dataclass(frozen=True)
class Tables:
    """PMFs, one a ladder, and for every strike its ladder, lower end and price."""

    pmfs: FloatArray
    ladder_of: IntArray
    lo: IntArray
    price_e4: IntArray


def normal_pmf(mean: float, sd: float) -> FloatArray:
    """Return a normal distribution on the bins, its tails in the end bins."""
    normal = NormalDist(mean, sd)
    below = [0.0, *(normal.cdf(edge - 0.5) for edge in range(1, BINS)), 1.0]
    pmf: FloatArray = np.diff(np.array(below))
    return pmf


def draw_tables(rng: np.random.Generator) -> Tables:
    """Draw forecasts, strikes around their means, and prices around their probabilities."""
    means, sds = rng.uniform(80, 120, LADDERS), rng.uniform(12, 24, LADDERS)
    pmfs = np.stack([normal_pmf(m, s) for m, s in zip(means, sds, strict=True)])
    reach = np.linspace(-1.6, 1.6, STRIKES)
    lo = np.rint(means[:, np.newaxis] + sds[:, np.newaxis] * reach).astype(np.int64)
    tails = np.cumsum(pmfs[:, ::-1], axis=1)[:, ::-1]
    fair = np.take_along_axis(tails, lo, axis=1) + rng.normal(0.0, 0.02, lo.shape)
    price_e4 = 100 * np.clip(np.rint(100 * fair), 1, 99).astype(np.int64)
    ladder_of = np.repeat(np.arange(LADDERS), STRIKES)
    return Tables(pmfs, ladder_of, lo.ravel(), price_e4.ravel())


def with_arrays(tables: Tables) -> Values:
    """Return expected value and Kelly fraction of every strike by the package's arrays."""
    prob = batch_market_probabilities(
        tables.pmfs,
        np.zeros(LADDERS, dtype=np.int64),
        tables.ladder_of,
        tables.lo,
        np.full(tables.lo.shape, UNBOUNDED_ABOVE, dtype=np.int64),
    )
    price = tables.price_e4 / 1e4
    fee = fee_per_contract(RATE_E10, tables.price_e4, 100, BALANCE_STEP_E6)
    return ev_raw(prob, price, fee), kelly_fraction(prob, price + fee)


def with_running_sums(pmfs: list[list[float]], strikes: list[tuple[int, int, int]]) -> Values:
    """Return the same by a loop over strikes that looks up each ladder's running sums."""
    tails = []
    for pmf in pmfs:
        total, tail = 0.0, [0.0] * len(pmf)
        for k in range(len(pmf) - 1, -1, -1):
            total += pmf[k]
            tail[k] = total
        tails.append(tail)
    return _valued((tails[ladder][lo], price_e4) for ladder, lo, price_e4 in strikes)


def naively(pmfs: list[list[float]], strikes: list[tuple[int, int, int]]) -> Values:
    """Return the same by a loop over strikes that adds up the paying bins of each."""

    def summed(pmf: list[float], lo: int) -> float:
        total = 0.0
        for k in range(lo, len(pmf)):
            total += pmf[k]
        return total

    return _valued((summed(pmfs[ladder], lo), price_e4) for ladder, lo, price_e4 in strikes)


def _valued(priced: Iterator[tuple[float, int]]) -> Values:
    values, stakes = [], []
    for prob, price_e4 in priced:
        fee_e6 = -(-RATE_E10 * 100 * price_e4 * (10_000 - price_e4) // 10**14)
        paid_e6 = -(-(100 * price_e4 + fee_e6) // BALANCE_STEP_E6) * BALANCE_STEP_E6
        edge = prob - paid_e6 / 1e6
        values.append(edge)
        stakes.append(max(edge, 0.0) / (1.0 - paid_e6 / 1e6))
    return np.array(values), np.array(stakes)


@dataclass(frozen=True)
class Chain:
    """What the whole scan is given."""

    snapshots: tuple[LadderSnapshot, ...]
    forecasts: dict[ForecastKey, GridPmf]
    holdings: Holdings
    policy: ScanPolicy
    risk: RiskModel

    def run(self) -> ScanResult:
        """Scan all ladders."""
        return scan(self.snapshots, self.forecasts, self.holdings, self.policy, self.risk)


def draw_chain(rng: np.random.Generator) -> Chain:
    """Draw 500 ladders, each a risk unit of its own, whose quotes follow a nearby forecast."""
    snapshots, forecasts = [], {}
    for number in range(LADDERS):
        mean, sd = rng.uniform(80, 120), rng.uniform(12, 24)
        market_pmf = normal_pmf(mean + rng.normal(0.0, 0.4), sd * rng.uniform(0.98, 1.02))
        snapshots.append(_snapshot(number, mean, sd, market_pmf))
        forecasts[(f"q{number}", PERIOD)] = GridPmf(GRID, 0, normal_pmf(mean, sd))
    limits = PalLimits(Money.parse("3000"), Money.parse("2500"))
    betas = {
        "A": (1.0, 0.0, 0.1, 0.0, 0.0),
        "B": (0.0, 1.0, -0.1, 0.0, 0.0),
        "C": (0.2, -0.1, 1.0, 0.0, 0.0),
        "D": (0.0, 0.0, 0.0, 1.0, 0.5),
    }
    sizing = SizingPolicy(rule=SizingRule.KELLY, bankroll=Money.parse("10000"))
    return Chain(
        snapshots=tuple(snapshots),
        forecasts=forecasts,
        holdings=Holdings({}, {s.ladder.event_ticker: limits for s in snapshots}),
        policy=ScanPolicy(at=AT, sizing=sizing, min_ev=0.01),
        risk=RiskModel(
            betas, np.array([0.35, 0.30, 0.40, 0.45, 0.40]), np.eye(5), 0.15, 0.99, limit=1e6
        ),
    )


def _snapshot(number: int, mean: float, sd: float, pmf: FloatArray) -> LadderSnapshot:
    event, tail = f"KX{number:03d}-25MAY", np.cumsum(pmf[::-1])[::-1]
    markets, books = [], {}
    for k in np.rint(np.linspace(mean - 1.6 * sd, mean + 1.6 * sd, STRIKES)).astype(int).tolist():
        ticker = f"{event}-T{k}"
        strike = Strike(StrikeType.GREATER_OR_EQUAL, floor=GRID.value(k))
        closes = AT + timedelta(hours=2)
        ticks = TickGrid.linear_cent()
        markets.append(Market(ticker, event, strike, ticks, MarketStatus.ACTIVE, closes))
        mid = min(max(round(100 * float(tail[k])), 2), 98)
        yes, no = 100 * (mid - 1), 100 * (99 - mid)
        books[ticker] = OrderBook.of(
            ticker, AT - timedelta(seconds=5), _depth(yes, 5_000), _depth(no, 4_000)
        )
    unit = f"{'ABCD'[number % 4]}:{number}"
    ladder = Ladder(event, f"KX{number:03d}", f"q{number}", unit, GRID, tuple(markets))
    return LadderSnapshot(ladder, PERIOD, books, FEES)


def _depth(best_e4: int, size_e2: int) -> list[tuple[int, int]]:
    return [(e4, size_e2) for e4 in range(best_e4, max(best_e4 - 300, 0), -100)]


def median_seconds(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Time every run once a round, in turn, and return the median of each in seconds.

    Taking turns lets a neighbour's load fall on all contestants alike.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            gc.collect()
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


def kernel_rows(rounds: int) -> list[dict[str, object]]:
    """Check that the three agree, time them, and return the table's rows."""
    tables = draw_tables(np.random.default_rng(7))
    columns = (tables.ladder_of.tolist(), tables.lo.tolist(), tables.price_e4.tolist())
    pmfs, strikes = tables.pmfs.tolist(), list(zip(*columns, strict=True))
    ours = with_arrays(tables)
    for theirs in (with_running_sums(pmfs, strikes), naively(pmfs, strikes)):
        for mine, other in zip(ours, theirs, strict=True):
            assert np.abs(mine - other).max() <= TOLERANCE, "the loops compute something else"
    took = median_seconds(
        {
            "arrays": lambda: with_arrays(tables),
            "running": lambda: with_running_sums(pmfs, strikes),
            "naive": lambda: naively(pmfs, strikes),
        },
        3 * rounds,
    )
    rate = len(strikes) / took["arrays"]
    rows: list[dict[str, object]] = [
        {
            "figure": f"EV after fees and Kelly of {len(strikes):,} strikes on {LADDERS} ladders",
            "bar": f">= {STRIKES_PER_S_BAR / 1e6:.0f} M strikes/s",
            "measured": f"{rate / 1e6:.1f} M strikes/s ({1e3 * took['arrays']:.2f} ms)",
            "peer": "-",
            "ratio": f"{rate / STRIKES_PER_S_BAR:.1f}x the bar",
        }
    ]
    for name, label, bar in (
        ("running", "Python loop, running sums", RUNNING_BAR),
        ("naive", "Python loop, every bin", NAIVE_BAR),
    ):
        rows.append(
            {
                "figure": "the same",
                "bar": f">= {bar:.0f}x",
                "measured": f"{1e3 * took['arrays']:.2f} ms",
                "peer": f"{label}: {1e3 * took[name]:.1f} ms",
                "ratio": f"{took[name] / took['arrays']:.0f}x",
            }
        )
    return rows


def chain_rows(rounds: int) -> list[dict[str, object]]:
    """Check the whole scan's result, time it, and return its row."""
    chain = draw_chain(np.random.default_rng(7))
    result = chain.run()
    assert len(result.proposals) + len(result.passed) == LADDERS * STRIKES
    assert result.proposals
    assert result.negative_ev_after_fees == result.non_monotone_ladders == 0
    assert not result.inconsistent_ladders
    seconds = median_seconds({"chain": chain.run}, rounds)["chain"]
    return [
        {
            "figure": f"whole scan of {LADDERS} ladders and risk units, from tables to "
            f"{len(result.proposals):,} proposals",
            "bar": f"< {CHAIN_BAR_S:.1f} s",
            "measured": f"{seconds:.2f} s",
            "peer": "-",
            "ratio": f"{CHAIN_BAR_S / seconds:.1f}x the bar",
        }
    ]


def main() -> None:
    """Measure, print the table, and write it as JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    rows = [*kernel_rows(args.rounds), *chain_rows(args.rounds)]
    print("| figure | bar | measured | peer | ratio |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")
    if args.json is not None:
        args.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
