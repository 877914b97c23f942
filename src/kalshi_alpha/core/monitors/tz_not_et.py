"""Whether the machine's zone is the one that the schedule is written in."""

from __future__ import annotations

from datetime import datetime, timedelta

from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.schedule import new_york
from kalshi_alpha.core.schedule.wall_clock import tz_not_et as differs

_HOUR = timedelta(hours=1)


def tz_not_et(process_offset: timedelta, at: datetime) -> MonitorOutcome:
    """Judge the process's UTC offset at the clock: it must be New York's."""
    wanted = new_york(at).utcoffset() or timedelta(0)
    figure = abs(process_offset - wanted) / _HOUR
    if not differs(process_offset, at):
        return ended(Monitor.TZ_NOT_ET, MonitorStatus.OK, figure, 0)
    said = f"UTC offset {process_offset / _HOUR:+.2f} h, New York's is {wanted / _HOUR:+.2f} h"
    return ended(Monitor.TZ_NOT_ET, MonitorStatus.ALERT, figure, 0, said)
