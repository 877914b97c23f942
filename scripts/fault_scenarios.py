"""Play seeded fault scenarios and print every seed that breaks an invariant.

    python scripts/fault_scenarios.py [--first N] [--count N] [--jobs N]

Ends with 1 if a seed broke one; that seed belongs into ``tests/contract/test_fault_scenarios.py``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1] / "tests"
SHOW_EVERY = 500


class Played(NamedTuple):
    """How one seed went: what broke (empty if nothing), and how much happened."""

    seed: int
    broken: str
    orders: int
    fills: int
    strikes: int
    ready_after_s: float


def play(seed: int) -> Played:
    """Play one seed."""
    sys.path.insert(0, str(TESTS))
    from fault_scenarios import ACCOUNT, Broken, scenario_of

    scenario = scenario_of(seed)
    broken = ""
    try:
        scenario.require_whole()
    except Broken as error:
        broken = str(error)
    return Played(
        seed,
        broken,
        len(scenario.journal.intended),
        len(scenario.engine.fills(ACCOUNT)),
        len(scenario.faults.strikes),
        scenario.ready_after_s or 0.0,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Play the seeds, print what broke and a summary, and return the exit code."""
    parser = argparse.ArgumentParser(description="Play seeded fault scenarios.")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--count", type=int, default=300, help="how many seeds")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    args = parser.parse_args(argv)
    seeds = range(args.first, args.first + args.count)
    begun, done = time.monotonic(), []
    with ProcessPoolExecutor(args.jobs) as pool:
        for played in pool.map(play, seeds, chunksize=10):
            done.append(played)
            if played.broken:
                print(f"BROKEN {played.broken}", flush=True)
            if len(done) % SHOW_EVERY == 0:
                print(f"{len(done)} of {args.count} seeds", file=sys.stderr, flush=True)
    print(f"seeds {seeds[0]} to {seeds[-1]}: {_summary(done)}; {time.monotonic() - begun:.0f} s")
    return 1 if any(each.broken for each in done) else 0


def _summary(done: Sequence[Played]) -> str:
    orders, fills = sum(each.orders for each in done), sum(each.fills for each in done)
    faults, slowest = sum(each.strikes for each in done), max(each.ready_after_s for each in done)
    return (
        f"{sum(bool(each.broken) for each in done)} broken; {orders:,} orders, {fills:,} fills, "
        f"{faults:,} faults; ready again after {slowest:.2f} virtual s at most"
    )


if __name__ == "__main__":
    sys.exit(main())
