from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter, TornFile
from kalshi_alpha.core.guards.detector import Level
from kalshi_alpha.core.guards.sequential import (
    DEFAULT_ARL0,
    DEFAULT_K,
    Reset,
    SequentialGuard,
    UnitResult,
    with_corrections,
)
from kalshi_alpha.core.guards.standardise import UnitRisk

AT = datetime(2025, 6, 11, 14, tzinfo=UTC)
RISK = UnitRisk(expected=0.1, sd=1.0, best=2.0, worst=-2.0)
RESET = Reset(AT, "ops", "model refitted")
START = SequentialGuard.start(DEFAULT_K, 6.0, 500.0, "normal")


def _unit(name: str, pnl: float, risk: UnitRisk = RISK) -> UnitResult:
    return UnitResult(name, AT, pnl, risk)


events = st.one_of(st.builds(_unit, st.sampled_from("abcdef"), st.floats(-2, 2)), st.just(RESET))


def test_units_feed_all_three_detectors() -> None:
    guard = START.update(_unit("a", -0.9))
    assert guard.cusum.s == pytest.approx(1.0 - DEFAULT_K)
    # At stake .05: the shortfall of 1.0 over the 1.9 that could have been gained.
    assert guard.degraded.r[0] == pytest.approx(1 + 0.05 * 1.0 / 1.9)
    assert guard.break_even.r[0] == pytest.approx(1 + 0.05 * 0.9 / 2.0)
    assert (guard.n, guard.last_unit) == (1, "a")


def test_an_alert_of_any_detector_is_an_alert() -> None:
    assert START.level is Level.OK
    by_cusum = START
    for i in range(4):
        by_cusum = by_cusum.update(_unit(f"u{i}", -1.9))
    assert by_cusum.cusum.level is Level.ALERT
    assert by_cusum.degraded.level is Level.OK
    assert by_cusum.level is Level.ALERT
    sure = UnitRisk(expected=0.5, sd=0.0, best=0.5, worst=0.5)
    by_evidence = START.update(_unit("a", -0.5, sure))
    assert by_evidence.cusum.level is not Level.ALERT
    assert by_evidence.level is Level.ALERT


def test_a_unit_that_could_not_gain_says_nothing_about_breaking_even() -> None:
    hedge = UnitRisk(expected=-0.2, sd=0.1, best=0.0, worst=-0.4)
    guard = START.update(_unit("a", -0.2, hedge))
    assert guard.break_even.value == 0.0
    assert guard.break_even.units == guard.cusum.units == guard.degraded.units == ("a",)


def test_a_reset_is_recorded_and_clears_the_alert() -> None:
    guard = START
    for i in range(4):
        guard = guard.update(_unit(f"u{i}", -1.9))
    fresh = guard.reset(RESET)
    assert fresh.level is Level.OK
    assert fresh.to_json()["reset_by"] == "ops"
    assert fresh.update(_unit("u0", -1.9)) == fresh


def test_the_state_holds_what_ops_read() -> None:
    state = START.update(_unit("a", -0.9)).to_json()
    assert state.keys() >= {"S", "R", "n", "last_unit", "k", "h", "A", "h_source"}
    assert state.keys() >= {"reset_at", "reset_by"}
    assert len(state["R"]) == 6


def test_a_state_that_lacks_a_key_or_miscounts_is_refused() -> None:
    state = START.update(_unit("a", -0.9)).to_json()
    with pytest.raises(TornFile, match="miscounts"):
        SequentialGuard.from_json(state | {"n": 2})
    state.pop("h")
    with pytest.raises(TornFile, match="h"):
        SequentialGuard.from_json(state)


def test_an_amended_result_takes_the_place_of_the_first() -> None:
    first, other, amended = _unit("a", 1.0), _unit("b", 0.5), _unit("a", -1.0)
    log: list[UnitResult | Reset] = [first, RESET, other, amended]
    assert with_corrections(log) == [amended, RESET, other]
    assert START.replay(log) == START.replay(log[:3])


def test_a_reset_needs_a_name_a_memo_and_an_instant() -> None:
    naive = datetime(2025, 6, 11)  # noqa: DTZ001 - the missing zone is the point
    for at, by, memo in ((AT, "", "why"), (AT, "ops", ""), (naive, "ops", "why")):
        with pytest.raises(BadParameter, match="reset"):
            Reset(at, by, memo)


def test_an_impossible_result_is_refused() -> None:
    with pytest.raises(BadParameter, match="impossible result"):
        _unit("a", float("nan"))
    with pytest.raises(BadParameter, match="exceeds the best case"):
        START.update(_unit("a", 2.5))


def test_wanted_run_lengths_are_two_years_of_units() -> None:
    assert DEFAULT_ARL0 == {"cpi": 24, "claims": 104, "teny": 500, "weather": 500}


@given(st.lists(events, max_size=15))
def test_a_replay_reaches_the_same_guard(log: list[UnitResult | Reset]) -> None:
    guard = START
    for item in log:
        guard = guard.reset(item) if isinstance(item, Reset) else guard.update(item)
    assert guard.replay(log) == guard


@given(st.lists(events, max_size=15))
def test_a_guard_survives_a_round_trip_through_json(log: list[UnitResult | Reset]) -> None:
    guard = START.replay(log)
    assert SequentialGuard.from_json(json.loads(json.dumps(guard.to_json()))) == guard


@given(st.lists(events, max_size=15), st.sampled_from("abcdef"), st.floats(-2, 2))
def test_a_unit_enters_once(log: list[UnitResult | Reset], name: str, pnl: float) -> None:
    guard = START.replay([_unit(name, 0.0), *log])
    assert guard.update(_unit(name, pnl)) == guard
