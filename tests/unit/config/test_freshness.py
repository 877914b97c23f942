from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest

from kalshi_alpha.config.baselines import FRESHNESS
from kalshi_alpha.config.freshness import Feed, Freshness, Rhythm, Station
from kalshi_alpha.core.gates.freshness import AgeUnit
from kalshi_alpha.core.schedule.bond_days import BondCalendar
from kalshi_alpha.core.schedule.releases import Release, ReleaseCalendar

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
CPI = Release(datetime(2025, 6, 11, 12, 30, tzinfo=UTC), "cpi", "2025-05")
CLAIMS = Release(datetime(2025, 6, 18, 12, 30, tzinfo=UTC), "claims", "2025-06-14")
CALENDAR = ReleaseCalendar.of([CPI, CLAIMS])
CLIMATE = Freshness(
    schema=1,
    feeds={
        "nws_daily_climate": Feed(
            source="nws_daily_climate",
            max_age_days=2,
            unit=AgeUnit.CALENDAR_DAYS,
            grace_minutes=1440,
            rhythm=Rhythm.CLIMATE_DAY,
            due_at=time(8, 0),
            stations=(
                Station(code="NYC", standard_offset_hours=-5),
                Station(code="LAX", standard_offset_hours=-8),
            ),
        )
    },
)


def test_rules_carry_the_run_books_thresholds() -> None:
    rules = {rule.feed: rule for rule in FRESHNESS.rules()}
    ages = {name: rule.max_age_days for name, rule in rules.items()}
    assert ages == {
        "bls_cpi.latest_release": 35,
        "dol_claims.latest_report": 8,
        "treasury_10y.daily": 3,
        "cleveland_nowcast.monthly": 35,
        "aaa_gas.daily": 2,
        "nws_daily_climate.-": 2,
    }
    assert rules["treasury_10y.daily"].unit is AgeUnit.BUSINESS_DAYS
    assert rules["treasury_10y.daily"].series_id == "DGS10"
    assert rules["bls_cpi.latest_release"].grace == timedelta(hours=1)


def test_each_station_is_a_feed_of_its_own() -> None:
    assert [rule.feed for rule in CLIMATE.rules()] == [
        "nws_daily_climate.NYC",
        "nws_daily_climate.LAX",
    ]


def test_release_feeds_are_due_by_the_calendar() -> None:
    (cpi,) = FRESHNESS.dues("bls_cpi.latest_release", AT, calendar=CALENDAR)
    (claims,) = FRESHNESS.dues("dol_claims.latest_report", AT, calendar=CALENDAR)
    assert (cpi.on, cpi.at) == (date(2025, 6, 11), CPI.release_at)
    assert (claims.on, claims.at) == (date(2025, 6, 14), CLAIMS.release_at)


def test_daily_feeds_are_due_by_their_hour() -> None:
    gas = FRESHNESS.dues("aaa_gas.daily", AT, calendar=CALENDAR)
    today = next(due for due in gas if due.on == date(2025, 6, 11))
    assert today.at == datetime(2025, 6, 11, 11, 15, tzinfo=UTC)
    nowcast = FRESHNESS.dues("cleveland_nowcast.monthly", AT, calendar=CALENDAR)
    assert {due.on.weekday() for due in nowcast} == {0, 1, 2, 3, 4}


def test_trading_days_need_their_calendar() -> None:
    bonds = BondCalendar(
        frozenset({date(2025, 6, 19)}), frozenset(), date(2025, 1, 1), date(2025, 12, 31)
    )
    name = "treasury_10y.daily"
    assert FRESHNESS.dues(name, AT, calendar=CALENDAR) == ()
    days = {due.on for due in FRESHNESS.dues(name, AT, calendar=CALENDAR, bond_days=bonds)}
    assert date(2025, 6, 10) in days
    assert date(2025, 6, 19) not in days


def test_climate_reports_are_due_in_the_stations_standard_time() -> None:
    for name, hour in (("NYC", 13), ("LAX", 16)):
        dues = CLIMATE.dues(f"nws_daily_climate.{name}", AT, calendar=CALENDAR)
        yesterday = next(due for due in dues if due.on == date(2025, 6, 10))
        assert yesterday.at == datetime(2025, 6, 11, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"max_age_days": -1},
        {"event": None},
        {"due_at": "08:00:00"},
        {"rhythm": "daily"},
        {"rhythm": "climate_day", "event": None, "due_at": "08:00:00"},
        {"stations": [{"code": "NYC", "standard_offset_hours": -5}]},
        {"low": "3", "high": "2"},
    ],
)
def test_a_feed_that_contradicts_itself_does_not_load(change: dict[str, object]) -> None:
    tree = msgspec.to_builtins(FRESHNESS.feeds["bls_cpi.latest_release"])
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(tree | change, Feed)
