"""Which families are frozen ahead of their news."""

from __future__ import annotations

from collections.abc import Mapping

from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.schedule import Phase, SeriesState, new_york


def freeze_window(phases: Mapping[str, Phase]) -> MonitorOutcome:
    """Judge the schedule: a family that is frozen, or whose calendar ends, alerts."""
    found = {family: _family(phase) for family, phase in phases.items()}
    frozen = sorted(name for name, each in found.items() if each.status is MonitorStatus.ALERT)
    if not found:
        status, cause = MonitorStatus.NO_DATA, "no series is switched on in configs/series.yaml"
    elif frozen:
        status = MonitorStatus.ALERT
        cause = "; ".join(f"{name}: {found[name].cause}" for name in frozen)
    else:
        status, cause = MonitorStatus.OK, ""
    figure = len(frozen) if found else None
    return ended(Monitor.FREEZE_WINDOW, status, figure, 0, cause, series=found)


def _family(phase: Phase) -> FamilyOutcome:
    if phase.calendar_missing:
        cause = f"{Reason.CALENDAR_MISSING}, {phase.note}"
        return FamilyOutcome(MonitorStatus.ALERT, 1, 0, cause)
    if phase.state is SeriesState.FROZEN:
        until = f" until {new_york(phase.until):%Y-%m-%d %H:%M:%S} ET" if phase.until else ""
        return FamilyOutcome(MonitorStatus.ALERT, 1, 0, f"frozen{until}; {phase.note}")
    return FamilyOutcome(MonitorStatus.OK, 0, 0)
