"""Living through many seeds side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.guards.sequential import DEFAULT_ARL0
from kalshi_alpha.core.worlds.guard_runs import PRICES, GuardBook, RunLength, run_length
from kalshi_alpha.core.worlds.life import (
    UNITS_A_YEAR,
    GuardRule,
    SeedResult,
    calibrated_guard,
    live,
)
from kalshi_alpha.core.worlds.terms import FAMILY
from kalshi_alpha.core.worlds.world import PROMISED, WORLDS, Venue, World
from kalshi_alpha.exec.worlds.rules import Rules, read_rules

Ticker = Callable[[int], None]

CHUNK = 10
"""Seeds that a process lives through before it reports."""

CALIBRATION_SEED = 10**9
"""Seed whose units the guard is calibrated on: never among those that are judged."""

GUARD_TARGETS = (250.0, 500.0)
GUARD_LOSS = 0.10


def known_worlds() -> dict[str, World]:
    """Return every world by name."""
    return {**WORLDS, PROMISED.name: PROMISED}


def chosen_worlds(name: str) -> tuple[World, ...]:
    """Return the world of that name, or all.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    known = known_worlds()
    if name == "all":
        return tuple(known.values())
    if name not in known:
        raise UsageError(f"unknown world {name!r}; there are {', '.join(known)} and all")
    return (known[name],)


def world_guard(world: World, rules: Rules, n_units: int) -> GuardRule:
    """Return the guard of a world, calibrated on a life that is not judged."""
    arl0 = float(DEFAULT_ARL0[FAMILY.lower()])
    return calibrated_guard(world, Venue(), rules.terms, CALIBRATION_SEED, n_units, arl0)


def live_chunk(
    name: str, guard: GuardRule, seeds: Sequence[int], years: int, configs: Path
) -> list[SeedResult]:
    """Live through some seeds of a world; what a process is given."""
    rules, world = read_rules(configs), known_worlds()[name]
    both, n_units = (rules.ramp, guard), years * UNITS_A_YEAR
    return [live(world, Venue(), rules.terms, both, seed, n_units) for seed in seeds]


def live_through(
    world: World, n_seeds: int, years: int, jobs: int, configs: Path, tick: Ticker
) -> list[SeedResult]:
    """Live through the first seeds of a world, and return them in order.

    Parameters
    ----------
    world, n_seeds, years
        Which world, how often, and how long.
    jobs
        Processes; with one, everything happens in this one.
    configs
        Folder of the configuration.
    tick
        Told how many seeds have just been lived through.
    """
    guard = world_guard(world, read_rules(configs), years * UNITS_A_YEAR)
    chunks = [range(n, min(n + CHUNK, n_seeds)) for n in range(0, n_seeds, CHUNK)]
    found: list[SeedResult] = []
    if jobs == 1:
        for chunk in chunks:
            found += live_chunk(world.name, guard, chunk, years, configs)
            tick(len(chunk))
        return found
    with pool_of(jobs) as pool:
        waiting = [
            pool.submit(live_chunk, world.name, guard, chunk, years, configs) for chunk in chunks
        ]
        for done in as_completed(waiting):
            found += done.result()
            tick(len(done.result()))
    return sorted(found, key=lambda result: result.seed)


@contextmanager
def pool_of(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Open processes that do not inherit the locks of this one's threads."""
    with ProcessPoolExecutor(
        min(jobs, os.cpu_count() or 1), mp_context=get_context("spawn")
    ) as pool:
        yield pool


def guard_row(prices: tuple[float, ...], target: float, n_paths: int) -> dict[str, RunLength]:
    """Measure a guard on honest units, and on units that earn ten cents less."""
    rng = np.random.default_rng(round(target) + len(prices) + round(1000 * prices[0]))
    book = GuardBook(prices, target)
    guard = book.guard(book.calibrated(rng))
    return {
        "honest": run_length(book, guard, rng, n_paths=n_paths),
        "dead": run_length(book, guard, rng, loss=GUARD_LOSS, n_paths=n_paths),
    }


def guard_table(
    n_paths: int, jobs: int, tick: Ticker
) -> dict[tuple[tuple[float, ...], float], dict[str, RunLength]]:
    """Measure the guard on a mixed book and at every single price, for every target."""
    books = [(p, t) for t in GUARD_TARGETS for p in (PRICES, *((price,) for price in PRICES))]
    with pool_of(jobs) as pool:
        waiting = {book: pool.submit(guard_row, *book, n_paths) for book in books}
        rows = {}
        for book, done in waiting.items():
            rows[book] = done.result()
            tick(1)
    return rows
