from __future__ import annotations

import math
from itertools import accumulate

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.guards.cusum import CusumState
from kalshi_alpha.core.guards.detector import Level

START = CusumState(k=0.25, h=6.0)
logs = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(-20, 20)), max_size=20)


def test_the_sum_follows_the_worked_path() -> None:
    z = [0.2, -1.5, -0.8, 0.4, -2.0, -1.1, 0.3]
    log = [(f"u{i}", value) for i, value in enumerate(z)]
    path = [state.s for state in accumulate(log, lambda s, x: s.update(*x), initial=START)]
    assert [round(s, 2) for s in path[1:]] == [0, 1.25, 1.80, 1.15, 2.90, 3.75, 3.20]


def test_one_unit_moves_the_sum_by_its_clipped_z_only() -> None:
    assert CusumState(k=0.25, h=9.0).update("a", -40.0).s == 5.75
    assert START.update("a", -5.0).update("b", 40.0).s == 0.0


def test_levels_are_ok_then_warn_at_half_then_alert() -> None:
    assert START.update("a", -3.0).level is Level.OK
    assert START.update("a", -3.25).level is Level.WARN
    alarmed = START.update("a", -3.25).update("b", -3.25)
    assert alarmed.s == 6.0
    assert alarmed.level is Level.ALERT
    assert alarmed.alarmed_by == "b"


def test_a_sum_that_equals_the_threshold_alarms_despite_rounding() -> None:
    state = CusumState(k=0.0, h=0.8).update("a", -0.7).update("b", -0.1)
    assert state.s < 0.8
    assert state.level is Level.ALERT


def test_an_alert_outlasts_later_luck_and_ends_with_a_reset() -> None:
    state = START.update("a", -6.0).update("b", -6.0).update("c", 6.0).update("d", 6.0)
    assert state.s == 0.0
    assert state.level is Level.ALERT
    fresh = state.reset()
    assert (fresh.s, fresh.level, fresh.units) == (0.0, Level.OK, ("a", "b", "c", "d"))
    assert fresh.update("a", -6.0) == fresh


@pytest.mark.parametrize(
    ("k", "h", "s"), [(-0.1, 6.0, 0.0), (0.25, 0.0, 0.0), (0.25, 6.0, -1.0), (math.nan, 6.0, 0.0)]
)
def test_an_impossible_state_is_refused(k: float, h: float, s: float) -> None:
    with pytest.raises(BadParameter, match="CUSUM"):
        CusumState(k=k, h=h, s=s)


def test_a_unit_without_id_or_number_is_refused() -> None:
    with pytest.raises(BadParameter):
        START.update("", 0.0)
    with pytest.raises(BadParameter):
        START.update("a", math.nan)


@given(logs)
def test_a_replay_reaches_the_same_state(log: list[tuple[str, float]]) -> None:
    state = START
    for unit_id, z in log:
        state = state.update(unit_id, z)
    assert state.replay(log) == state
    assert msgspec.json.decode(msgspec.json.encode(state), type=CusumState) == state
    assert state.s >= 0.0


@given(logs)
def test_a_unit_enters_once(log: list[tuple[str, float]]) -> None:
    state = START.replay(log)
    for unit_id, _ in log:
        assert state.update(unit_id, -6.0) == state
