"""The worlds' use case: live through them, show what came out, write the page."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.worlds.life import UNITS_A_YEAR
from kalshi_alpha.core.worlds.verdicts import verdict_of
from kalshi_alpha.core.worlds.world import World
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, is_watched
from kalshi_alpha.exec.artifacts import plain
from kalshi_alpha.exec.worlds.lives import Ticker, chosen_worlds, guard_table, live_through
from kalshi_alpha.exec.worlds.page import GuardTable, Lived, Measured, terminal_lines, worlds_page
from kalshi_alpha.exec.worlds.rules import read_rules

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class WorldsRequest:
    """What was asked for on the command line."""

    world: str
    seeds: int
    jobs: int
    years: int
    guard_paths: int
    as_json: bool
    write_docs: bool


def run_worlds(request: WorldsRequest) -> int:
    """Live through the worlds and show what they say.

    Returns
    -------
    int
        0.

    Raises
    ------
    UsageError
        If there is no world of that name.
    """
    worlds = chosen_worlds(request.world)
    paths = Paths.from_environ(os.environ)
    bankroll = read_rules(paths.configs).terms.sizing.bankroll.dollars
    lived = [_live(world, request, paths, bankroll) for world in worlds]
    guard: GuardTable = {}
    if request.guard_paths:
        with bar("measuring the guard", 24) as tick:
            guard = guard_table(request.guard_paths, request.jobs, tick)
    measured = Measured(request.seeds, request.years, tuple(lived), guard)
    if request.write_docs:
        write_atomic(paths.root / "docs" / "worlds.md", worlds_page(measured).encode())
    if request.as_json:
        echo_json(_document(measured), Mode.OFFLINE)
    else:
        echo_text("\n".join(terminal_lines(measured)), Mode.OFFLINE)
    return 0


def _live(world: World, request: WorldsRequest, paths: Paths, bankroll: float) -> Lived:
    began, spent = time.monotonic(), os.times()
    with bar(f"living through {world.name}", request.seeds) as tick:
        results = live_through(
            world, request.seeds, request.years, request.jobs, paths.configs, tick
        )
    now = os.times()
    cpu_s = sum(now[:4]) - sum(spent[:4])
    return Lived(world, verdict_of(results, bankroll), time.monotonic() - began, cpu_s)


@contextmanager
def bar(what: str, total: int) -> Iterator[Ticker]:
    """Show a bar on a terminal's standard error while the work is done; elsewhere nothing."""
    if not is_watched():
        yield _unwatched
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda n: progress.update(task, advance=n)


def _unwatched(n: int) -> None:
    """Tell nobody."""


def _document(measured: Measured) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "seeds": [0, measured.n_seeds - 1],
        "years": measured.years,
        "units": measured.years * UNITS_A_YEAR,
        "worlds": {
            each.world.name: {
                "truth": each.world.truth,
                "seconds": round(each.seconds, 1),
                "cpu_seconds": round(each.cpu_s, 1),
                **plain(each.verdict),
            }
            for each in measured.lived
        },
        "guard": [
            {"prices": list(prices), "target": target, **{k: plain(v) for k, v in row.items()}}
            for (prices, target), row in measured.guard.items()
        ],
    }
