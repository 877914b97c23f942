"""Whether the market stream holds, by the telemetry of sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.signs import SessionSigns
from kalshi_alpha.core.monitors.texts import Monitor

_HOUR = timedelta(hours=1)


def websocket(
    lost_at: Iterable[datetime],
    signs: SessionSigns,
    at: datetime,
    *,
    per_hour_max: float,
    window: timedelta,
) -> MonitorOutcome:
    """Judge how often the stream was lost, per hour of the window that ends now.

    Parameters
    ----------
    lost_at
        When the stream was lost.
    signs
        Whether there is telemetry, and whether there had to be.
    at
        The clock.
    per_hour_max
        Losses an hour that pass.
    window
        How far back to look.
    """
    silent = signs.silent(Monitor.WEBSOCKET, per_hour_max, at)
    if silent is not None:
        return silent
    count = sum(at - window < each <= at for each in lost_at)
    rate = count / (window / _HOUR)
    if rate <= per_hour_max:
        return ended(Monitor.WEBSOCKET, MonitorStatus.OK, rate, per_hour_max)
    cause = (
        f"the stream was lost {count} times in {window / _HOUR:g} h, {rate:.2f} an hour; "
        f"{per_hour_max:g} an hour pass"
    )
    return ended(Monitor.WEBSOCKET, MonitorStatus.ALERT, rate, per_hour_max, cause)
