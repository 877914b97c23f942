from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kalshi_alpha.core.gates.preconditions import (
    clock_skew_reading,
    exchange_reading,
    kill_switch_reading,
    live_quote_reading,
    schedule_reading,
    time_zone_reading,
)
from kalshi_alpha.core.gates.readings import Fault, Reading
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.schedule.phase import Phase, SeriesState, missing_calendar
from kalshi_alpha.core.schedule.wall_clock import wall

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def words(reading: Reading) -> list[Reason]:
    return [finding.reason for finding in reading.findings]


def test_kill_switch_stops_when_on_or_unreadable() -> None:
    assert words(kill_switch_reading(on=False, path="/x")) == []
    assert words(kill_switch_reading(on=True, path="/x")) == [Reason.KILL_SWITCH]
    assert kill_switch_reading(on=None, path="/x").fault is Fault.UNREADABLE


def test_the_kill_switchs_detail_names_the_path() -> None:
    assert kill_switch_reading(on=True, path="/srv/x").findings[0].detail.endswith("/srv/x")


def test_a_foreign_zone_is_refused_with_its_remedy() -> None:
    assert words(time_zone_reading(timedelta(hours=-4), NOW)) == []
    (finding,) = time_zone_reading(timedelta(0), NOW).findings
    assert finding.reason is Reason.TZ_NOT_ET
    assert finding.detail.endswith("set TZ=America/New_York")


@pytest.mark.parametrize(
    ("skew_s", "reasons"),
    [
        (5.0, []),
        (-5.0, []),
        (5.001, [Reason.CLOCK_SKEW]),
        (-5.001, [Reason.CLOCK_SKEW]),
        (math.nan, [Reason.CLOCK_SKEW]),
    ],
)
def test_the_clock_may_be_five_seconds_off(skew_s: float, reasons: list[Reason]) -> None:
    assert words(clock_skew_reading(skew_s)) == reasons


@pytest.mark.parametrize("skew_s", [0.0, 0.3, 4.9, 5.1, 60.0, 86_400.0, math.inf])
def test_a_clock_behind_is_as_wrong_as_one_ahead(skew_s: float) -> None:
    ahead, behind = clock_skew_reading(skew_s), clock_skew_reading(-skew_s)
    assert words(ahead) == words(behind)
    assert (not behind.findings) is (skew_s < 5.0)


def test_an_unmeasured_clock_is_a_fault() -> None:
    assert clock_skew_reading(None).fault is Fault.MISSING


def test_the_exchange_pauses_by_status_and_by_its_weekly_hours() -> None:
    thursday = wall(date(2025, 6, 12), time(4, 0))
    assert words(exchange_reading(trading_active=True, at=NOW)) == []
    assert words(exchange_reading(trading_active=False, at=NOW)) == [Reason.EXCHANGE_PAUSED]
    assert words(exchange_reading(trading_active=True, at=thursday)) == [Reason.EXCHANGE_PAUSED]
    assert exchange_reading(trading_active=None, at=NOW).fault is Fault.MISSING


def phase(state: SeriesState) -> Phase:
    return Phase(state, NOW, NOW, NOW, NOW, "note")


@pytest.mark.parametrize(
    ("found", "window_only", "reasons"),
    [
        (phase(SeriesState.WINDOW), True, []),
        (phase(SeriesState.WINDOW), False, []),
        (phase(SeriesState.OPEN), False, []),
        (phase(SeriesState.OPEN), True, [Reason.OUTSIDE_WINDOW]),
        (phase(SeriesState.FROZEN), False, [Reason.FREEZE_WINDOW]),
        (phase(SeriesState.FROZEN), True, [Reason.FREEZE_WINDOW]),
        (missing_calendar("no row"), False, [Reason.CALENDAR_MISSING]),
    ],
)
def test_each_phase_is_its_reason(found: Phase, window_only: bool, reasons: list[Reason]) -> None:
    assert words(schedule_reading("KXCPI", found, window_only=window_only)) == reasons


def test_a_freeze_says_whose_it_is_and_when_it_began() -> None:
    found = schedule_reading("CPI", phase(SeriesState.FROZEN), window_only=False).findings[0]
    assert (found.series, found.began_at) == ("CPI", NOW)


@pytest.mark.parametrize(
    ("age_s", "fault"), [(60, None), (60.001, Fault.EXPIRED), (-0.001, Fault.FUTURE_DATED)]
)
def test_a_live_quote_is_at_most_a_minute_old(age_s: float, fault: Fault | None) -> None:
    reading = live_quote_reading(NOW - timedelta(seconds=age_s), NOW)
    assert reading.fault_at(NOW) is fault


def test_no_live_quote_is_its_own_reason() -> None:
    assert words(live_quote_reading(None, NOW)) == [Reason.NO_LIVE_QUOTE]


@pytest.mark.parametrize(
    ("clock", "paused"),
    [
        (time(2, 59, 59), False),
        (time(3, 0), True),
        (time(4, 59, 59), True),
        (time(5, 0, 1), False),
    ],
)
def test_in_its_weekly_hours_the_exchange_is_paused_whatever_it_says(
    clock: time, paused: bool
) -> None:
    for day in (date(2025, 6, 12), date(2025, 12, 11)):
        found = exchange_reading(trading_active=True, at=wall(day, clock))
        assert (words(found) == [Reason.EXCHANGE_PAUSED]) is paused


def test_a_quote_ages_as_the_clock_goes_on() -> None:
    reading = live_quote_reading(NOW, NOW)
    ages = [reading.fault_at(NOW + timedelta(seconds=s)) for s in (0, 59.9, 60, 60.1, 3600)]
    assert ages == [None, None, None, Fault.EXPIRED, Fault.EXPIRED]
