"""What to do about a scan window that is not open yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kalshi_alpha.core.schedule.phase import Phase, SeriesState
from kalshi_alpha.core.schedule.wall_clock import new_york


class SnapMode(StrEnum):
    """``off`` runs at once, ``wait`` waits for the window, ``print`` only says when it opens."""

    OFF = "off"
    WAIT = "wait"
    PRINT = "print"


@dataclass(frozen=True, slots=True)
class Snap:
    """The answer: run after waiting, or do not run.

    Attributes
    ----------
    run
        True if the run goes ahead once ``wait`` has passed.
    wait
        How long to wait first; zero in the window or with ``off``.
    opens_at
        Opening of the window that is open or comes next, UTC, or None if not known.
    message
        One line for the operator.
    """

    run: bool
    wait: timedelta
    opens_at: datetime | None
    message: str


def snap_to_window(mode: SnapMode, phase: Phase, at: datetime) -> Snap:
    """Return whether to run and how long to wait; nothing is waited for or printed here."""
    in_window = phase.state is SeriesState.WINDOW
    opens_at = phase.window_opens_at
    run, wait = True, timedelta(0)
    if mode is SnapMode.PRINT:
        run = False
    elif mode is SnapMode.WAIT and not in_window:
        run = opens_at is not None
        wait = opens_at - at if opens_at is not None else wait
    return Snap(run=run, wait=wait, opens_at=opens_at, message=_message(phase, in_window=in_window))


def _message(phase: Phase, *, in_window: bool) -> str:
    if phase.window_opens_at is None:
        return f"no scan window is known: {phase.note}"
    opens = f"{new_york(phase.window_opens_at):%Y-%m-%d %H:%M:%S} ET"
    if in_window:
        return f"in the scan window that opened {opens}"
    return f"the next scan window opens {opens}"
