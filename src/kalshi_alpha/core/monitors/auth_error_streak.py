"""Whether the exchange refuses our signature, by the telemetry of calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.signs import SessionSigns
from kalshi_alpha.core.monitors.texts import Monitor

AUTH_REFUSED = frozenset({401, 403})
SERVER_FAILED = 500
Call = tuple[datetime, int | None]


def streak(calls: Iterable[Call], since: datetime | None = None) -> int:
    """Return the longest run of answers that refused our signature: one that stands, or ended late.

    Parameters
    ----------
    calls
        When each call was made and its HTTP status, oldest first. A call without an answer (None)
        and one at which the exchange itself failed (500 and above) neither end a run nor add to
        it: nobody looked at the signature. Any other answer ends it.
    since
        When this was looked at last: a run that had ended by then does not count again.
    """
    count = longest = 0
    for at, status in calls:
        if status in AUTH_REFUSED:
            count += 1
        elif status is not None and status < SERVER_FAILED:
            count = 0
        if since is None or at > since:
            longest = max(longest, count)
    return max(longest, count)


def auth_error_streak(
    calls: Iterable[Call],
    signs: SessionSigns,
    at: datetime,
    *,
    alert_at: int,
    since: datetime | None = None,
) -> MonitorOutcome:
    """Judge the answers since the last look: ``alert_at`` refusals in a row alert.

    Parameters
    ----------
    calls, since
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
    count = streak(calls, since)
    if count < alert_at:
        return ended(Monitor.AUTH_ERROR_STREAK, MonitorStatus.OK, count, alert_at)
    cause = f"the exchange refused our signature {count} times in a row, alert at {alert_at}"
    return ended(Monitor.AUTH_ERROR_STREAK, MonitorStatus.ALERT, count, alert_at, cause)
