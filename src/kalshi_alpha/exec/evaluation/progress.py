"""A progress bar for replays, on stderr and for a person only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kalshi_alpha.datastore.printing import is_watched

Step = Callable[[str], None]
"""Told what has been replayed."""


@contextmanager
def replay_bar(total: int) -> Iterator[Step]:
    """Show a bar of ``total`` replays while they run; nothing unless stderr is a terminal.

    The terminal is asked itself: a variable that forces colours is set in logs too. The bar is
    gone when the work is done, and never on stdout, where the figures are.
    """
    if not is_watched():
        yield _unwatched
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        # A single replay has no share that is done: the bar then only moves.
        task = progress.add_task("replaying history", total=total if total > 1 else None)
        yield lambda name: progress.update(task, advance=1, description=f"replayed {name}")


def _unwatched(name: str) -> None:
    """Tell nobody."""
