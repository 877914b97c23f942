"""Whether somebody stopped every submission."""

from __future__ import annotations

from kalshi_alpha.core.gates.readings import Reading
from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor


def kill_switch(reading: Reading) -> MonitorOutcome:
    """Judge the kill switch as the gate reads it: doubt counts as on."""
    if reading.fault is None and not reading.findings:
        return ended(Monitor.KILL_SWITCH, MonitorStatus.OK, 0, 0)
    said = reading.findings[0].detail if reading.findings else f"cannot be read: {reading.detail}"
    return ended(Monitor.KILL_SWITCH, MonitorStatus.ALERT, 1, 0, said)
