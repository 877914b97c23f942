"""Which families are frozen ahead of their news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from kalshi_alpha.core.gates.memos import Memo, memo_for
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.core.schedule import Phase, SeriesState, new_york


def freeze_window(
    phases: Mapping[str, Phase], memos: Sequence[Memo], at: datetime
) -> MonitorOutcome:
    """Judge the schedule: a family that is frozen, or whose calendar ends, alerts.

    A freeze that a memo lifts at the clock is in order, as it is to the gate.
    """
    found = {family: _family(family, phase, memos, at) for family, phase in phases.items()}
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


def _family(family: str, phase: Phase, memos: Sequence[Memo], at: datetime) -> FamilyOutcome:
    if phase.calendar_missing:
        cause = f"{Reason.CALENDAR_MISSING}, {phase.note}"
        return FamilyOutcome(MonitorStatus.ALERT, 1, 0, cause)
    if phase.state is SeriesState.FROZEN:
        until = f" until {new_york(phase.until):%Y-%m-%d %H:%M:%S} ET" if phase.until else ""
        said = f"frozen{until}; {phase.note}"
        memo = memo_for(Reason.FREEZE_WINDOW, memos, at, began_at=phase.since, series=family)
        if memo is not None:
            return FamilyOutcome(MonitorStatus.OK, 0, 0, f"{said}, lifted by {memo.who}")
        return FamilyOutcome(MonitorStatus.ALERT, 1, 0, said)
    return FamilyOutcome(MonitorStatus.OK, 0, 0)
