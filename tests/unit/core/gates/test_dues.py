from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from kalshi_alpha.core.gates.dues import (
    Due,
    climate_dues,
    daily_dues,
    release_dues,
    trading_day_dues,
    weekday_dues,
)
from kalshi_alpha.core.schedule.bond_days import BondCalendar
from kalshi_alpha.core.schedule.releases import Release

AT = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)


def test_a_release_is_due_when_the_calendar_says_and_dated_by_its_day() -> None:
    row = Release(datetime(2025, 6, 11, 12, 30, tzinfo=UTC), "cpi", "2025-05")
    assert release_dues([row]) == (Due(date(2025, 6, 11), row.release_at),)


def test_claims_are_dated_by_the_week_their_row_names() -> None:
    moved = Release(datetime(2026, 11, 25, 13, 30, tzinfo=UTC), "claims", "2026-11-21")
    dues = release_dues([moved], on=lambda row: date.fromisoformat(row.reference))
    assert dues == (Due(date(2026, 11, 21), moved.release_at),)


def test_daily_dues_follow_new_york_across_the_autumn_change() -> None:
    dues = daily_dues(datetime(2026, 11, 2, 12, tzinfo=UTC), time(7, 15), days=2)
    assert [due.at.hour for due in dues[:3]] == [11, 12, 12]
    assert dues[0].on == date(2026, 10, 31)


def test_dues_reach_beyond_the_clock() -> None:
    assert max(due.at for due in daily_dues(AT, time(7, 15), days=3)) > AT


def test_weekday_dues_leave_out_weekends_only() -> None:
    days = [due.on.day for due in weekday_dues(AT, time(10, 0), days=2)]
    assert days == [23, 24, 25, 26, 27, 30, 1, 2]


def test_trading_day_dues_leave_out_closures_and_weekends() -> None:
    bonds = BondCalendar(
        frozenset({date(2026, 11, 26)}), frozenset(), date(2026, 1, 1), date(2026, 12, 31)
    )
    days = [due.on.day for due in trading_day_dues(AT, time(18, 0), bonds, days=2)]
    assert days == [23, 24, 25, 27, 30, 1, 2]


def test_a_climate_day_ends_at_standard_midnight_in_summer_too() -> None:
    for at in (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)):
        first = climate_dues(
            at, standard_offset=timedelta(hours=-5), final_after=timedelta(hours=8), days=1
        )[0]
        assert first.at == datetime.combine(at.date(), time(13), tzinfo=UTC)
        assert first.on == at.date() - timedelta(days=1)
