"""Whether a session that claims to run is alive."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.core.gates.heartbeat import HEARTBEAT_MAX_AGE
from kalshi_alpha.core.gates.readings import Fault, Reading
from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor


def heartbeat(reading: Reading, at: datetime) -> MonitorOutcome:
    """Judge the heartbeat as the gate reads it before a scan.

    No heartbeat is a desk that never held a session. An old one of a session that ended says
    nothing against going on.
    """
    limit = HEARTBEAT_MAX_AGE.total_seconds()
    age = reading.age_s(at)
    match reading.fault_at(at):
        case Fault.MISSING:
            cause = "no session ever beat"
            return ended(Monitor.HEARTBEAT, MonitorStatus.NO_DATA, None, limit, cause)
        case None if not reading.findings:
            # An older beat is of a session that ended: nobody is expected to beat.
            beating = age is not None and age <= limit
            figure = age if beating else None
            return ended(Monitor.HEARTBEAT, MonitorStatus.OK, figure, limit)
        case None:
            cause = reading.findings[0].detail
        case fault:
            cause = f"the heartbeat is {fault.value}: {reading.detail}"
    return ended(Monitor.HEARTBEAT, MonitorStatus.ALERT, age, limit, cause)
