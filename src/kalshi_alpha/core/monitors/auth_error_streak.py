"""Whether the exchange refuses our signature, by the telemetry of calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.signs import SessionSigns
from kalshi_alpha.core.monitors.texts import Monitor

AUTH_REFUSED = frozenset({401, 403})


def streak(statuses: Iterable[int | None]) -> int:
    """Return how many of the latest answers in a row refused our signature.

    Parameters
    ----------
    statuses
        HTTP status of each call, oldest first. None is a call without an answer, which neither
        ends a streak nor adds to it; any other answer ends it.
    """
    count = 0
    for status in statuses:
        if status in AUTH_REFUSED:
            count += 1
        elif status is not None:
            count = 0
    return count


def auth_error_streak(
    statuses: Iterable[int | None], signs: SessionSigns, at: datetime, *, alert_at: int
) -> MonitorOutcome:
    """Judge the latest answers: ``alert_at`` refusals in a row alert.

    Parameters
    ----------
    statuses
        As for `streak`.
    signs
        Whether there is telemetry, and whether there had to be.
    at
        The clock.
    alert_at
        The streak that alerts.
    """
    silent = signs.silent(Monitor.AUTH_ERROR_STREAK, alert_at, at)
    if silent is not None:
        return silent
    count = streak(statuses)
    if count < alert_at:
        return ended(Monitor.AUTH_ERROR_STREAK, MonitorStatus.OK, count, alert_at)
    cause = f"the exchange refused our signature {count} times in a row, alert at {alert_at}"
    return ended(Monitor.AUTH_ERROR_STREAK, MonitorStatus.ALERT, count, alert_at, cause)
