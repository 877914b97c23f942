"""What the monitors left, as a ramp decision reads it, family by family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.gates import Reading
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors.alert_log import panic_state
from kalshi_alpha.exec.monitors.drawdown_state import drawdown_path, drawdown_reading
from kalshi_alpha.exec.monitors.files import MonitorFiles, read_monitors
from kalshi_alpha.exec.ramp.readiness import MonitorRow

_NO_FAMILY = ""
"""Asked for, it leaves what speaks against every family, and not what stops one by name."""


@dataclass(frozen=True, slots=True)
class MonitorSet:
    """The monitors' files, and the two states that outlive a run of them.

    Attributes
    ----------
    files
        Every monitor's file.
    panic, drawdown
        Counted from the alert log, and read from the drawdown's own state.
    clock
        The run's.
    """

    files: MonitorFiles
    panic: Reading
    drawdown: Reading
    clock: RunClock

    @property
    def oldest_at(self) -> datetime | None:
        """When the oldest of the files was made, by its own word."""
        return self.files.oldest_at

    def readings(self, family: str | None, max_age: timedelta) -> tuple[Reading, ...]:
        """Return the gate's readings: of the monitors, of drawdown, and of panic backoff.

        Parameters
        ----------
        family
            Whose; None for what speaks against every family.
        max_age
            How old the oldest file may be.
        """
        clock = self.clock
        monitors = self.files.reading(
            clock.at, max_age, family=family or _NO_FAMILY, source=clock.source
        )
        return monitors, self.drawdown, self.panic

    def row(self, monitor: Monitor, family: str) -> MonitorRow:
        """Return what a monitor says of a family, or of all where it judges them together."""
        found = self.files.documents.get(monitor)
        if found is None:
            return MonitorRow(status=MonitorStatus.NO_DATA.value)
        own = found.series.get(family)
        if own is None and found.series:
            return MonitorRow(status=MonitorStatus.NO_DATA.value)
        state = found if own is None else own
        return MonitorRow(
            status=state.status.value,
            figure=state.figure,
            threshold=state.threshold,
            cause=state.cause,
        )


def read_monitor_set(paths: Paths, clock: RunClock) -> MonitorSet:
    """Read what the monitors left; what cannot be read is a fault of its reading."""
    return MonitorSet(
        read_monitors(paths, clock.at),
        panic_state(paths.alert_log, clock.at, clock.source),
        drawdown_reading(drawdown_path(paths), clock.at, clock.source),
        clock,
    )
