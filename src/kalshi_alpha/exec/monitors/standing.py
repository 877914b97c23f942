"""What the monitors left standing, as the gate reads it before a scan and throughout a session."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from kalshi_alpha.core.gates import Memo, Reading
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import read_memos
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors.alert_log import panic_state
from kalshi_alpha.exec.monitors.drawdown_state import drawdown_path, drawdown_reading
from kalshi_alpha.exec.monitors.files import MAX_AGE, SUMMARY, MonitorFiles, read_monitors

_Sign = tuple[int, int, int] | None


def standing_readings(paths: Paths, clock: RunClock) -> tuple[Reading, ...]:
    """Return panic and drawdown for a scan; where there is none, nothing speaks against it."""
    return (
        panic_state(paths.alert_log, clock.at, clock.source),
        drawdown_reading(drawdown_path(paths), clock.at, clock.source),
    )


def standing_memos(paths: Paths) -> tuple[Memo, ...]:
    """Return the operators' memos; one that cannot be read lifts nothing."""
    return read_memos(paths.memos)[0]


class StandingFiles:
    """Panic, drawdown, monitors and memos through a session, read anew when they change.

    The gate asks for every order, so only three files and a folder are looked at each time. The
    summary of the monitors is written last: if it is the same, so are they. What ends by itself, a
    panic or a limit that was reached, is looked up once a minute.

    Parameters
    ----------
    paths
        Where they lie.
    family
        What is traded.
    source
        The session's kind of clock.
    """

    def __init__(self, paths: Paths, family: str, source: ClockSource) -> None:
        self._paths, self._family, self._source = paths, family, source
        self._watched = (
            paths.alert_log,
            drawdown_path(paths),
            paths.monitor(SUMMARY),
            paths.memos,
        )
        self._signs: tuple[_Sign, ...] = ()
        self._minute: datetime | None = None
        self._monitors: MonitorFiles | None = None
        self._readings: tuple[Reading, ...] = ()
        self._memos: tuple[Memo, ...] = ()

    def readings(self, at: datetime) -> tuple[Reading, ...]:
        """Return panic, drawdown and monitors at the clock."""
        self._look(at)
        return self._readings

    def memos(self, at: datetime) -> tuple[Memo, ...]:
        """Return the operators' memos."""
        self._look(at)
        return self._memos

    def _look(self, at: datetime) -> None:
        minute = at.replace(second=0, microsecond=0)
        signs = tuple(_sign(path) for path in self._watched)
        if signs == self._signs and minute == self._minute:
            return
        paths, source = self._paths, self._source
        if self._monitors is None or signs != self._signs:
            self._monitors = read_monitors(paths, at)
            self._memos = standing_memos(paths)
        self._readings = (
            panic_state(paths.alert_log, at, source),
            drawdown_reading(drawdown_path(paths), at, source, max_age=MAX_AGE),
            self._monitors.reading(at, MAX_AGE, family=self._family, source=source),
        )
        self._signs, self._minute = signs, minute


def _sign(path: Path) -> _Sign:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
