"""Kelly sizes: closed forms and the certified ladder method against cvxpy with Clarabel.

    python benchmarks/kelly.py [--json FILE] [--rounds N]

The peer is the strongest form a user would write: one cvxpy problem, its numbers held in
parameters (DPP, so that canonicalisation is paid once), solved by Clarabel for each ladder.
Rounds alternate the contestants over the same ladders. The run asserts growth, never a time:
the closed form must meet the 50-digit optimum, the ladder method must not fall below the solver.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import os
import platform
import statistics
import time
import warnings
from collections.abc import Callable
from decimal import Decimal, localcontext
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.sizing.joint import joint_kelly
from kalshi_alpha.core.sizing.partition import PartitionSizes, partition_kelly
from kalshi_alpha.core.sizing.partition_batch import partition_kelly_batch
from kalshi_alpha.core.sizing.partition_capped import capped_partition_kelly
from kalshi_alpha.core.sizing.problem import KellyProblem, kelly_problem

Result = TypeVar("Result")

BINS, BATCH, LEGS, ATOMS = 40, 1_000, 12, 25
LADDERS = 40
GROWTH_TOLERANCE = 1e-12
SHORTFALL_MAX = 1e-9


# The solver has no rule against hedges below fair value, so neither have the contestants.
one_optimum = functools.partial(partition_kelly, positive_ev_only=False)
many_optima = functools.partial(partition_kelly_batch, positive_ev_only=False)
capped_optimum = functools.partial(capped_partition_kelly, positive_ev_only=False)
ladder_optimum = functools.partial(joint_kelly, positive_ev_only=False)


class Row(NamedTuple):
    """One line of the table; ratios are the peer's time over ours."""

    figure: str
    bar: str
    measured: str
    peer: str
    ratio: str


class Partition(NamedTuple):
    """One partition's beliefs and quotes."""

    prob: FloatArray
    bid: FloatArray
    ask: FloatArray


def draw_partition(rng: np.random.Generator) -> Partition:
    """Draw a 40-bin book around beliefs that differ from ours."""
    prob = rng.dirichlet(np.full(BINS, 2.0)) * (1.0 - 1e-5 * BINS) + 1e-5
    fair = prob * np.exp(rng.normal(0.0, 0.3, BINS))
    fair /= fair.sum()
    half = np.minimum(0.01, 0.2 * fair)
    return Partition(prob, fair - half, np.minimum(fair + half, 1.0))


def draw_ladder(rng: np.random.Generator) -> KellyProblem:
    """Draw twelve thresholds over 25 atoms, with caps, cash and a floor that may bind."""
    probs = rng.dirichlet(np.full(ATOMS, 1.5)) * (1.0 - 1e-5 * ATOMS) + 1e-5
    others = probs * np.exp(rng.normal(0.0, 0.4, ATOMS))
    others /= others.sum()
    above = np.arange(ATOMS)[:, None] > rng.choice(ATOMS - 1, LEGS, replace=False)
    payoff = np.where(probs @ above > others @ above, above, ~above)
    price = np.clip(others @ payoff, 0.02, 0.98)
    return kelly_problem(
        probs,
        payoff,
        price + 0.0175 * price * (1.0 - price),
        [f"M{j}" for j in range(LEGS)],
        existing=0.2 * rng.choice([0.0, 1.0]) * (np.arange(ATOMS) > ATOMS // 2),
        caps=rng.choice([0.2, 5.0]) * np.ones(LEGS),
        cash=float(rng.choice([0.5, 1.0])),
        max_loss=float(rng.choice([0.1, 0.25, 0.9])),
    )


def optimum_to_50_digits(book: Partition) -> float:
    """Return the growth of the optimum, by bisection on one over the cash in decimals."""
    with localcontext() as context:
        context.prec = 50
        p, b, a = ([Decimal(float(v)) for v in array] for array in book)
        total = sum(p)
        p = [v / total for v in p]

        def shares(u: Decimal) -> list[Decimal]:
            return [max(min(x * u, hi), lo) for x, lo, hi in zip(p, b, a, strict=True)]

        low, high = Decimal("1e-3"), max(hi / x for x, hi in zip(p, a, strict=True))
        for _ in range(190):
            middle = (low + high) / 2
            low, high = (low, middle) if sum(shares(middle)) > 1 else (middle, high)
        return float(sum(x * (x / s).ln() for x, s in zip(p, shares(low), strict=True)))


def _cvxpy() -> Any:
    """Import the peer when it is needed; it ships too few types to be checked against."""
    return importlib.import_module("cvxpy")


class PartitionPeer:
    """The partition as a cvxpy problem in its sparse form, with the cash as a variable."""

    def __init__(self, *, capped: bool) -> None:
        cp = _cvxpy()
        self.prob, self.bid, self.ask, self.cap = (
            cp.Parameter(BINS, nonneg=True) for _ in range(4)
        )
        self.buy, self.sell = cp.Variable(BINS, nonneg=True), cp.Variable(BINS, nonneg=True)
        cash = cp.Variable()
        limits = [cash + self.ask @ self.buy - self.bid @ self.sell == 1.0]
        if capped:
            limits += [self.buy <= self.cap, self.sell <= self.cap]
        self.problem = cp.Problem(
            cp.Maximize(self.prob @ cp.log(cash + self.buy - self.sell)), limits
        )

    def solve(self, book: Partition, cap: FloatArray) -> float:
        """Solve one ladder and return the growth of the positions, with the budget made exact."""
        self.prob.value, self.bid.value, self.ask.value = book
        self.cap.value = cap
        _solved(self.problem)
        buy = np.clip(_value(self.buy), 0.0, cap)
        sell = np.clip(_value(self.sell), 0.0, cap)
        cash = np.asarray(1.0 - book.ask @ buy + book.bid @ sell)
        return float(PartitionSizes(buy - sell, cash).growth(book.prob))


class LadderPeer:
    """The joint problem of twelve legs as a cvxpy problem."""

    def __init__(self) -> None:
        cp = _cvxpy()
        self.probs, self.base = cp.Parameter(ATOMS, nonneg=True), cp.Parameter(ATOMS)
        self.gain = cp.Parameter((ATOMS, LEGS))
        self.cost, self.caps = cp.Parameter(LEGS, nonneg=True), cp.Parameter(LEGS, nonneg=True)
        self.cash, self.floor = cp.Parameter(nonneg=True), cp.Parameter(nonneg=True)
        self.contracts = cp.Variable(LEGS, nonneg=True)
        wealth = self.base + self.gain @ self.contracts
        self.problem = cp.Problem(
            cp.Maximize(self.probs @ cp.log(wealth)),
            [
                self.contracts <= self.caps,
                self.cost @ self.contracts <= self.cash,
                wealth >= self.floor,
            ],
        )

    def solve(self, ladder: KellyProblem) -> float:
        """Solve one ladder and return the growth of its contracts, pulled inside the limits."""
        self.probs.value, self.base.value = ladder.atom_probs, 1.0 + ladder.existing
        self.gain.value = ladder.payoff - ladder.cost
        self.cost.value, self.caps.value = ladder.cost, ladder.caps
        self.cash.value, self.floor.value = ladder.cash, 1.0 - ladder.max_loss
        _solved(self.problem)
        contracts = np.clip(_value(self.contracts), 0.0, ladder.caps)
        room = ladder.existing + ladder.max_loss
        used = -((ladder.payoff - ladder.cost) @ contracts) / room
        over = max(1.0, float(used.max()), float(ladder.cost @ contracts) / ladder.cash)
        return ladder.growth(contracts / over)


def _solved(problem: Any) -> None:
    # Clarabel calls some of its answers inaccurate; they are compared by growth like the rest.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        problem.solve(solver="CLARABEL")
    assert problem.status in {"optimal", "optimal_inaccurate"}, problem.status


def _value(variable: Any) -> FloatArray:
    return np.asarray(variable.value, np.float64)


def timed_us(action: Callable[..., Result], *arguments: Any) -> tuple[float, Result]:
    begun = time.perf_counter_ns()
    result = action(*arguments)
    return (time.perf_counter_ns() - begun) / 1e3, result


def compare_partitions(rounds: int) -> list[Row]:
    """One ladder at a time, then a thousand a call, free and with every bin capped."""
    rng = np.random.default_rng(7)
    books = [draw_partition(rng) for _ in range(LADDERS)]
    optima = [optimum_to_50_digits(book) for book in books]
    batch = Partition(*(np.array(v) for v in zip(*_drawn(rng), strict=True)))
    peer, no_cap = PartitionPeer(capped=False), np.full(BINS, np.inf)
    peer.solve(books[0], no_cap)
    ours_us, peer_us, batch_us, ours_off, peer_off = [], [], [], [0.0], [0.0]
    for _ in range(rounds):
        found = [timed_us(one_optimum, *book) for book in books]
        ours_us += [spent for spent, _ in found]
        for book, optimum, (_, sizes) in zip(books, optima, found, strict=True):
            ours_off.append(abs(float(sizes.growth(book.prob)) - optimum))
            spent, growth = timed_us(peer.solve, book, no_cap)
            peer_us.append(spent)
            peer_off.append(optimum - growth)
        spent, together = timed_us(many_optima, *batch)
        batch_us.append(spent / BATCH)
    assert max(ours_off) <= GROWTH_TOLERANCE, max(ours_off)
    _assert_batch_equals_single(batch, together)
    one, many, solver = (statistics.median(v) for v in (ours_us, batch_us, peer_us))
    return [
        Row(
            f"partition, {BINS} bins, bid and ask: us per ladder",
            "<= 30 us; >= 50x",
            f"{one:.1f}",
            f"{solver:.0f}",
            f"{solver / one:.0f}x",
        ),
        Row(
            "its growth off the 50-digit optimum, worst",
            "<= 1e-12",
            f"{max(ours_off):.1e}",
            f"{max(peer_off):.1e}",
            "",
        ),
        Row(
            f"{BATCH} ladders a call: us per ladder",
            ">= 300x",
            f"{many:.2f}",
            f"{solver:.0f}",
            f"{solver / many:.0f}x",
        ),
    ]


def _drawn(rng: np.random.Generator) -> list[Partition]:
    return [draw_partition(rng) for _ in range(BATCH)]


def _assert_batch_equals_single(batch: Partition, sizes: PartitionSizes) -> None:
    growths = sizes.growth(batch.prob)
    for i in range(0, BATCH, 50):
        book = Partition(batch.prob[i], batch.bid[i], batch.ask[i])
        alone = float(one_optimum(*book).growth(book.prob))
        assert abs(growths[i] - alone) <= GROWTH_TOLERANCE


def compare_capped(rounds: int) -> list[Row]:
    """Partitions in which half of the uncapped position is allowed on each bin."""
    rng = np.random.default_rng(8)
    books = [draw_partition(rng) for _ in range(LADDERS)]
    caps = [0.5 * np.abs(one_optimum(*book).yes_net) + 1e-6 for book in books]
    rows = [
        [v[np.newaxis] for v in (*book, cap, cap)] for book, cap in zip(books, caps, strict=True)
    ]
    peer = PartitionPeer(capped=True)
    peer.solve(books[0], caps[0])
    ours_us, peer_us, shortfall = [], [], []
    for _ in range(rounds):
        found = [timed_us(capped_optimum, *row) for row in rows]
        ours_us += [spent for spent, _ in found]
        for book, cap, (_, sizes) in zip(books, caps, found, strict=True):
            spent, growth = timed_us(peer.solve, book, cap)
            peer_us.append(spent)
            shortfall.append(growth - float(sizes.growth(book.prob[np.newaxis])[0]))
    assert max(shortfall) <= SHORTFALL_MAX, max(shortfall)
    ours, solver = statistics.median(ours_us), statistics.median(peer_us)
    figure = f"partition, {BINS} bins, every cap binding: us per ladder"
    return [Row(figure, "none set", f"{ours:.0f}", f"{solver:.0f}", f"{solver / ours:.1f}x")]


def compare_ladders(rounds: int) -> list[Row]:
    """General ladders: YES and NO legs, a filled book, caps, cash and floors."""
    rng = np.random.default_rng(9)
    ladders = [draw_ladder(rng) for _ in range(LADDERS)]
    peer = LadderPeer()
    peer.solve(ladders[0])
    ours_us, peer_us, shortfall = [], [], []
    for _ in range(rounds):
        found = [timed_us(ladder_optimum, ladder) for ladder in ladders]
        ours_us += [spent for spent, _ in found]
        for ladder, (_, sizes) in zip(ladders, found, strict=True):
            spent, growth = timed_us(peer.solve, ladder)
            peer_us.append(spent)
            shortfall.append(growth - sizes.growth)
    assert max(shortfall) <= SHORTFALL_MAX, max(shortfall)
    ours, solver = statistics.median(ours_us), statistics.median(peer_us)
    return [
        Row(
            f"ladder of {LEGS} legs, limits and a filled book: us",
            "<= 600 us; >= 2x",
            f"{ours:.0f}",
            f"{solver:.0f}",
            f"{solver / ours:.1f}x",
        ),
        Row(
            "its growth below the solver's (negative: above), worst",
            "<= 1e-9",
            f"{max(shortfall):.1e}",
            "",
            "",
        ),
    ]


def machine_facts() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": str(os.cpu_count()),
        "numpy": np.__version__,
        "cvxpy": version("cvxpy"),
        "clarabel": version("clarabel"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    facts = machine_facts()
    rows = [
        *compare_partitions(args.rounds),
        *compare_capped(args.rounds),
        *compare_ladders(args.rounds),
    ]
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print("\n| figure | bar | measured | peer | ratio |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    if args.json:
        report = {"machine": facts, "rows": [row._asdict() for row in rows]}
        args.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
