from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule.bond_days import BondCalendar
from kalshi_alpha.core.schedule.families import (
    claims_phase,
    cpi_phase,
    daily_window,
    family_phase,
    teny_phase,
    weather_phase,
)
from kalshi_alpha.core.schedule.phase import Phase, SeriesState
from kalshi_alpha.core.schedule.releases import Release, ReleaseCalendar
from kalshi_alpha.core.schedule.wall_clock import new_york, wall

OPEN, FROZEN, WINDOW = SeriesState.OPEN, SeriesState.FROZEN, SeriesState.WINDOW
SECOND = timedelta(seconds=1)

# Release days as the Bureau of Labor Statistics and the Department of Labor announced them.
# The last CPI row is made up, to fall on the Monday after the clocks go forward.
CPI_DAYS = [date(2025, 5, 13), date(2025, 6, 11), date(2025, 7, 15), date(2026, 3, 9)]
CLAIMS_DAYS = [
    date(2026, 10, 29),
    date(2026, 11, 5),
    date(2026, 11, 12),
    date(2026, 11, 19),
    date(2026, 11, 25),  # Wednesday: Thursday is Thanksgiving
    date(2026, 12, 3),
]
CALENDAR = ReleaseCalendar.of(
    [Release(wall(day, time(8, 30)), "cpi", str(day)) for day in CPI_DAYS]
    + [Release(wall(day, time(8, 30)), "claims", str(day)) for day in CLAIMS_DAYS]
)
BONDS = BondCalendar(
    closures=frozenset({date(2026, 11, 11), date(2026, 11, 26)}),
    early_closes=frozenset({date(2026, 11, 27)}),
    covers_from=date(2026, 1, 1),
    covers_until=date(2026, 12, 31),
)


def et(day: str, clock: str) -> datetime:
    return wall(date.fromisoformat(day), time.fromisoformat(clock))


@pytest.mark.parametrize(
    ("day", "clock", "state"),
    [
        ("2025-06-10", "05:59:59", OPEN),
        ("2025-06-10", "06:00:00", FROZEN),
        ("2025-06-11", "05:59:59", FROZEN),
        ("2025-06-11", "06:00:00", WINDOW),
        ("2025-06-11", "06:30:00", WINDOW),
        ("2025-06-11", "08:20:00", WINDOW),
        ("2025-06-11", "08:20:01", FROZEN),
        ("2025-06-11", "08:30:00", FROZEN),
        ("2025-06-11", "08:30:01", OPEN),
        ("2026-03-08", "05:59:59", OPEN),  # the eve is the day of the spring change
        ("2026-03-08", "06:00:00", FROZEN),
        ("2026-03-09", "06:00:00", WINDOW),
    ],
)
def test_cpi_is_frozen_from_six_on_the_eve_and_scanned_on_the_morning(
    day: str, clock: str, state: SeriesState
) -> None:
    assert cpi_phase(et(day, clock), CALENDAR).state is state


def test_cpi_freeze_across_the_spring_change_starts_at_six_on_the_wall() -> None:
    sunday = ReleaseCalendar.of([Release(et("2026-03-08", "08:30"), "cpi", "x")])
    assert cpi_phase(et("2026-03-07", "06:00"), sunday).since == et("2026-03-07", "06:00")
    assert et("2026-03-08", "06:00") - et("2026-03-07", "06:00") == timedelta(hours=23)
    assert cpi_phase(et("2026-03-07", "05:59:59"), sunday).state is OPEN


def test_cpi_freeze_across_the_autumn_change_starts_at_six_on_the_wall() -> None:
    sunday = ReleaseCalendar.of([Release(et("2026-11-01", "08:30"), "cpi", "x")])
    assert et("2026-11-01", "06:00") - et("2026-10-31", "06:00") == timedelta(hours=25)
    assert cpi_phase(et("2026-10-31", "05:59:59"), sunday).state is OPEN
    assert cpi_phase(et("2026-10-31", "06:00:00"), sunday).state is FROZEN


def test_cpi_without_a_coming_release_is_missing_its_calendar_and_claims_are_not() -> None:
    at = et("2026-03-09", "08:30:01")
    assert cpi_phase(at, CALENDAR).calendar_missing
    assert cpi_phase(at, CALENDAR).state is FROZEN
    assert not claims_phase(at, CALENDAR).calendar_missing


def test_after_its_window_cpi_names_the_next_releases_window() -> None:
    got = cpi_phase(et("2025-06-11", "08:25"), CALENDAR)
    assert got.window_opens_at == et("2025-07-15", "06:00")


def test_the_open_phase_runs_from_release_to_freeze() -> None:
    got = cpi_phase(et("2025-06-20", "12:00"), CALENDAR)
    assert got.since == et("2025-06-11", "08:30:01")
    assert got.until == et("2025-07-14", "05:59:59")


@pytest.mark.parametrize(
    ("day", "clock", "state"),
    [
        ("2026-11-18", "17:59:59", OPEN),  # ordinary week
        ("2026-11-18", "18:00:00", FROZEN),
        ("2026-11-19", "05:59:59", FROZEN),
        ("2026-11-19", "06:00:00", WINDOW),
        ("2026-11-19", "08:25:00", WINDOW),
        ("2026-11-19", "08:25:01", FROZEN),
        ("2026-11-19", "08:30:00", FROZEN),
        ("2026-11-19", "08:30:01", OPEN),
        ("2026-11-24", "17:59:59", OPEN),  # release moved to Wednesday
        ("2026-11-24", "18:00:00", FROZEN),
        ("2026-11-25", "06:00:00", WINDOW),
        ("2026-11-25", "08:25:00", WINDOW),
        ("2026-11-25", "08:30:01", OPEN),
        ("2026-11-25", "18:00:00", OPEN),  # the news is out: nothing left to guard
    ],
)
def test_claims_freeze_on_wednesday_evening_or_the_actual_eve(
    day: str, clock: str, state: SeriesState
) -> None:
    assert claims_phase(et(day, clock), CALENDAR).state is state


def test_claims_released_on_a_friday_still_freeze_on_wednesday() -> None:
    friday = ReleaseCalendar.of([Release(et("2026-11-20", "08:30"), "claims", "x")])
    assert claims_phase(et("2026-11-18", "18:00"), friday).state is FROZEN
    assert claims_phase(et("2026-11-18", "17:59:59"), friday).state is OPEN
    assert claims_phase(et("2026-11-19", "07:00"), friday).state is FROZEN


def test_claims_across_the_autumn_change_keep_their_wall_times() -> None:
    assert claims_phase(datetime(2026, 10, 28, 22, 0, tzinfo=UTC), CALENDAR).state is FROZEN
    assert claims_phase(datetime(2026, 11, 4, 22, 0, tzinfo=UTC), CALENDAR).state is OPEN
    assert claims_phase(datetime(2026, 11, 4, 23, 0, tzinfo=UTC), CALENDAR).state is FROZEN


@pytest.mark.parametrize(
    ("day", "clock", "state"),
    [
        ("2026-11-24", "13:29:59", OPEN),
        ("2026-11-24", "13:30:00", FROZEN),
        ("2026-11-24", "14:29:59", FROZEN),
        ("2026-11-24", "14:30:00", WINDOW),
        ("2026-11-24", "15:25:00", WINDOW),
        ("2026-11-24", "15:25:01", FROZEN),
        ("2026-11-24", "15:30:00", FROZEN),
        ("2026-11-24", "15:30:01", OPEN),
        ("2026-11-11", "14:45:00", OPEN),  # Veterans Day: bonds closed, stocks open
        ("2026-11-26", "14:45:00", OPEN),  # Thanksgiving
        ("2026-11-27", "14:45:00", FROZEN),  # bonds closed at 14:00
        ("2026-11-27", "15:30:01", OPEN),
        ("2026-11-28", "14:45:00", OPEN),  # Saturday
        ("2026-07-01", "15:25:00", WINDOW),  # the same wall time in daylight time
    ],
)
def test_teny_is_frozen_on_trading_afternoons(day: str, clock: str, state: SeriesState) -> None:
    assert teny_phase(et(day, clock), BONDS).state is state


def test_teny_window_is_inclusive_to_the_second_and_fractions_count_down() -> None:
    at = et("2026-11-24", "15:25:00") + timedelta(milliseconds=999)
    assert teny_phase(at, BONDS).state is WINDOW


def test_teny_next_window_steps_over_closure_and_early_close() -> None:
    got = teny_phase(et("2026-11-25", "16:00"), BONDS)
    assert (got.state, got.until) == (OPEN, et("2026-11-27", "13:29:59"))


def test_teny_legacy_close_ends_the_freeze_with_the_window() -> None:
    close = time(15, 25)
    assert teny_phase(et("2026-11-24", "15:25:00"), BONDS, close=close).state is WINDOW
    assert teny_phase(et("2026-11-24", "15:25:01"), BONDS, close=close).state is OPEN


def test_teny_beyond_the_bond_calendar_is_missing_it() -> None:
    assert teny_phase(et("2027-01-04", "14:45"), BONDS).calendar_missing


@pytest.mark.parametrize("hour", [0, 6, 12, 18])
def test_weather_windows_are_the_first_45_minutes_of_each_cycle(hour: int) -> None:
    start = datetime(2026, 7, 1, hour, tzinfo=UTC)
    assert weather_phase(start - SECOND).state is FROZEN
    assert weather_phase(start).state is WINDOW
    assert weather_phase(start + timedelta(minutes=45)).state is WINDOW
    assert weather_phase(start + timedelta(minutes=45, seconds=1)).state is FROZEN


def test_weather_cycles_ignore_daylight_saving() -> None:
    for month in (1, 7):
        assert weather_phase(datetime(2026, month, 5, 12, 30, tzinfo=UTC)).state is WINDOW


def test_a_family_is_found_by_its_name() -> None:
    at = et("2026-11-24", "14:45")
    ahead = et("2026-12-18", "14:00")
    known = ReleaseCalendar.of(
        [*CALENDAR.rows, *(Release(ahead, each, "-") for each in ("cpi", "fomc", "jobs"))]
    )
    found = {
        name: family_phase(name, at, calendar=known, bond_days=BONDS)
        for name in ("CPI", "CLAIMS", "TNEY", "WEATHER")
    }
    assert found == {
        "CPI": cpi_phase(at, known),
        "CLAIMS": claims_phase(at, known),
        "TNEY": teny_phase(at, BONDS),
        "WEATHER": weather_phase(at),
    }
    assert family_phase("TNEY", at, calendar=known).calendar_missing
    assert family_phase("TNEY", at, calendar=CALENDAR, bond_days=BONDS).calendar_missing


def test_an_unknown_family_has_no_schedule() -> None:
    with pytest.raises(BadParameter, match="GOLD"):
        family_phase("GOLD", et("2026-11-24", "14:45"), calendar=CALENDAR)


FAMILIES: dict[str, Callable[[datetime], Phase]] = {
    "cpi": lambda at: cpi_phase(at, CALENDAR),
    "claims": lambda at: claims_phase(at, CALENDAR),
    "teny": lambda at: teny_phase(at, BONDS),
    "weather": weather_phase,
}
instants = st.datetimes(datetime(2025, 5, 1), datetime(2026, 12, 20)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)


@pytest.mark.parametrize("family", sorted(FAMILIES))
@given(at=instants)
def test_phases_partition_time(family: str, at: datetime) -> None:
    phase = FAMILIES[family](at)
    if phase.calendar_missing:
        return
    second = at.replace(microsecond=0)
    assert phase.since is None or phase.since <= second
    assert phase.until is None or second <= phase.until
    for edge in (phase.since, phase.until):
        if edge is not None:
            same = FAMILIES[family](edge)
            assert (same.state, same.since, same.until) == (phase.state, phase.since, phase.until)
    if phase.until is not None:
        after = FAMILIES[family](phase.until + SECOND)
        assert after.calendar_missing or after.since == phase.until + SECOND
        assert after.calendar_missing or after.state is not phase.state


@pytest.mark.parametrize("family", sorted(FAMILIES))
@given(at=instants)
def test_the_named_window_lies_ahead_or_around(family: str, at: datetime) -> None:
    phase = FAMILIES[family](at)
    opens, closes = phase.window_opens_at, phase.window_closes_at
    if opens is None or closes is None:
        assert phase.state is not WINDOW
        return
    assert opens <= closes
    assert (opens <= at.replace(microsecond=0) <= closes) == (phase.state is WINDOW)
    assert FAMILIES[family](opens).state is WINDOW
    assert FAMILIES[family](opens - SECOND).state is FROZEN
    assert FAMILIES[family](closes + SECOND).state is not WINDOW


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2024-12-11T14:59:59+00:00", FROZEN),
        ("2024-12-11T15:00:00+00:00", WINDOW),
        ("2024-12-12T04:45:00+00:00", WINDOW),
        ("2024-12-12T04:45:01+00:00", FROZEN),
        ("2024-07-11T14:00:00+00:00", WINDOW),
    ],
)
def test_a_daily_window_keeps_new_yorks_clock(at: str, state: SeriesState) -> None:
    phase = daily_window(time(10), time(23, 45))(datetime.fromisoformat(at), CALENDAR)
    assert phase.state is state
    assert phase.rests_until is None or phase.rests_until > datetime.fromisoformat(at) - SECOND


@pytest.mark.parametrize(
    ("phase", "opens", "last"),
    [
        (lambda at: cpi_phase(at, CALENDAR), et("2025-06-11", "06:00"), "08:20:00"),
        (lambda at: claims_phase(at, CALENDAR), et("2026-11-19", "06:00"), "08:25:00"),
        (lambda at: claims_phase(at, CALENDAR), et("2026-11-25", "06:00"), "08:25:00"),
        (lambda at: teny_phase(at, BONDS), et("2026-11-18", "14:30"), "15:25:00"),
        (weather_phase, et("2026-11-18", "01:00"), "01:45:00"),
    ],
    ids=["cpi", "claims", "claims on a Wednesday", "teny", "weather"],
)
def test_what_rests_in_a_window_ends_with_its_last_second(
    phase: Callable[[datetime], Phase], opens: datetime, last: str
) -> None:
    within = phase(opens)
    assert within.state is WINDOW
    assert within.rests_until is not None
    end = within.rests_until
    assert end == wall(new_york(opens).date(), time.fromisoformat(last))
    assert (phase(end).state, phase(end).rests_until) == (WINDOW, end)
    after = phase(end + SECOND)
    assert (after.state, after.rests_until) == (FROZEN, None)


@pytest.mark.parametrize(
    ("released", "from_"),
    [
        ("2026-11-16", "2026-11-15"),  # a Monday: from its eve
        ("2026-11-17", "2026-11-16"),
        ("2026-11-18", "2026-11-17"),
        ("2026-11-19", "2026-11-18"),  # Thursday and later: from Wednesday
        ("2026-11-20", "2026-11-18"),
    ],
)
def test_no_claims_are_quoted_from_the_eve_or_the_wednesday_whichever_is_earlier(
    released: str, from_: str
) -> None:
    calendar = ReleaseCalendar.of([Release(et(released, "08:30"), "claims", "x")])
    assert claims_phase(et(from_, "17:59:59"), calendar).state is OPEN
    assert claims_phase(et(from_, "18:00:00"), calendar).state is FROZEN
