"""What the sequential guard of each family says."""

from __future__ import annotations

from collections.abc import Mapping

from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.guard_log import GuardState
from kalshi_alpha.core.monitors.endings import of_families
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor


def ev_seq_guard(states: Mapping[str, GuardState | None]) -> MonitorOutcome:
    """Judge the guards: an alarm alerts until a memo resets it.

    The figure is how near the nearest detector of a family is to its threshold; 1 is there.
    """
    found = {family: _family(state) for family, state in states.items()}
    return of_families(Monitor.EV_SEQ_GUARD, found, 1, nothing="no unit of news has settled")


def _family(state: GuardState | None) -> FamilyOutcome:
    if state is None or not state.guard.n:
        return FamilyOutcome(MonitorStatus.NO_DATA, None, 1, "no unit of news has settled")
    if state.level is not Level.ALERT:
        return FamilyOutcome(MonitorStatus.OK, state.share, 1)
    guard = state.guard
    unit = state.alarm.unit_id if state.alarm is not None else guard.last_unit
    cause = (
        f"alarm at unit {unit} of {guard.n}: S {guard.cusum.s:.2f} of h {guard.cusum.h:.2f} "
        f"({guard.cusum.h_source}), R {guard.degraded.value:.1f} and {guard.break_even.value:.1f} "
        f"of A {guard.degraded.threshold:g}"
    )
    return FamilyOutcome(MonitorStatus.ALERT, state.share, 1, cause)
