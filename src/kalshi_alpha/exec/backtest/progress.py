"""Progress of a backtest with an estimate, on stderr and for a person only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kalshi_alpha.datastore.printing import is_watched

Step = Callable[[int], None]
"""Told how many more days have been replayed."""


@contextmanager
def day_bar(total: int) -> Iterator[Step]:
    """Show how far the replay is and how long it will take; nothing unless stderr is a terminal."""
    if not is_watched():
        yield _unwatched
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("replaying days"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda days: progress.update(task, advance=days)


def _unwatched(days: int) -> None:
    """Tell nobody."""
