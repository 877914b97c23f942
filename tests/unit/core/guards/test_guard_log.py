from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.calibration import Threshold
from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.guard_log import Alarm, GuardLog, GuardState
from kalshi_alpha.core.guards.sequential import Reset, UnitResult
from kalshi_alpha.core.guards.standardise import UnitRisk

AT = datetime(2025, 6, 11, 12, 30, tzinfo=UTC)
LATER = AT + timedelta(days=60)
COIN = UnitRisk(0.0, 0.5, 0.5, -0.5)
EMPTY = GuardLog(0.25, 24.0).with_threshold(Threshold(3.0, "simulated", "abc"))


def unit(n: int, pnl: float) -> UnitResult:
    return UnitResult(f"U{n}", AT + timedelta(days=n), pnl, COIN)


def units(*profits: float) -> list[UnitResult]:
    return [unit(n, pnl) for n, pnl in enumerate(profits)]


def state(log: GuardLog) -> GuardState:
    found = log.replay()
    assert found is not None
    return found


ALARMED = EMPTY.advanced(units(-0.5, -0.5, -0.5, -0.5), [], LATER)


def test_an_alarm_is_written_down_when_it_is_noticed() -> None:
    assert ALARMED.items[-1] == Alarm(LATER, "U3")
    assert state(ALARMED).level is Level.ALERT
    assert state(ALARMED).share == 1.0


def test_a_unit_enters_once() -> None:
    again = ALARMED.advanced(units(-0.5, -0.5, -0.5, -0.5), [], LATER)
    assert again == ALARMED


def test_only_a_reset_signed_after_the_alarm_clears_it_and_only_once() -> None:
    early = Reset(LATER - timedelta(seconds=1), "ops", "signed before")
    assert ALARMED.advanced([], [early], LATER) == ALARMED
    signed = Reset(LATER + timedelta(hours=1), "ops", "recalibrated")
    cleared = ALARMED.advanced([], [signed], LATER + timedelta(hours=2))
    assert state(cleared).level is Level.OK
    assert state(cleared).guard.last_reset == signed
    # The same memo, still in its folder, does nothing to the next alarm.
    worse = cleared.advanced(
        [unit(n, -0.5) for n in range(4, 8)], [signed], LATER + timedelta(days=9)
    )
    assert state(worse).level is Level.ALERT


def test_a_memo_without_an_alarm_is_not_used_up() -> None:
    memo = Reset(AT, "ops", "just in case")
    assert EMPTY.advanced(units(0.5), [memo], LATER).items[-1] == unit(0, 0.5)


def test_a_correction_restates_the_sums_and_leaves_the_alarm() -> None:
    corrected = ALARMED.with_corrections([unit(0, 0.5), unit(1, 0.5)])
    assert state(corrected).guard.cusum.s < state(ALARMED).guard.cusum.s
    assert state(corrected).level is Level.ALERT


def test_a_threshold_holds_from_where_it_stands() -> None:
    log = EMPTY.advanced(units(-0.5, -0.5), [], LATER)
    assert (log.units_since_threshold, state(log).guard.cusum.h) == (2, 3.0)
    wider = log.with_threshold(Threshold(9.0, "simulated", "def"))
    assert wider.units_since_threshold == 0
    assert wider.threshold == Threshold(9.0, "simulated", "def")
    after = wider.advanced([unit(2, -0.5), unit(3, -0.5)], [], LATER)
    assert state(after).level is not Level.ALERT
    assert state(after).guard.cusum.h == 9.0


def test_a_unit_needs_a_threshold_before_it() -> None:
    with pytest.raises(BadParameter, match="U0 entered before any threshold"):
        GuardLog(0.25, 24.0, (unit(0, 0.1),))
    assert GuardLog(0.25, 24.0).replay() is None
    assert GuardLog(0.25, 24.0).threshold is None


@given(st.lists(st.sampled_from([-0.5, 0.5]), max_size=40), st.integers(0, 40))
def test_a_log_cut_anywhere_and_gone_on_with_reaches_the_same_state(
    profits: list[float], cut: int
) -> None:
    whole = EMPTY.advanced(units(*profits), [], LATER)
    first = EMPTY.advanced(units(*profits[:cut]), [], LATER)
    both = first.advanced(units(*profits), [], LATER)
    assert state(both).guard == state(whole).guard
    assert replace(both).replay() == both.replay()
