"""Whether a session is expected to write telemetry, and whether it did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor

SILENCE_MAX = timedelta(minutes=5)
"""A running session asks the exchange for its state every few seconds, so this is long."""


@dataclass(frozen=True, slots=True)
class SessionSigns:
    """What is known of sessions and of their telemetry.

    Attributes
    ----------
    expected
        Why telemetry must exist, in words; empty if none has to.
    running
        Whether a session is said to run now, so that its telemetry must be young.
    newest_at
        When the newest line was written that is not later than the clock; None without any.
    """

    expected: str
    running: bool
    newest_at: datetime | None

    def silent(self, monitor: Monitor, threshold: float, at: datetime) -> MonitorOutcome | None:
        """Return how a monitor ends that has no telemetry to go by; None if it has."""
        must = bool(self.expected)
        if self.newest_at is None:
            said = f"no telemetry, though {self.expected}" if must else "no session wrote telemetry"
            return ended(monitor, MonitorStatus.NO_DATA, None, threshold, said, must_exist=must)
        age = at - self.newest_at
        if self.running and age > SILENCE_MAX:
            said = f"the last line of telemetry is {age.total_seconds():.0f} s old, though "
            return ended(
                monitor,
                MonitorStatus.STALE,
                None,
                threshold,
                said + self.expected,
                must_exist=True,
            )
        return None
