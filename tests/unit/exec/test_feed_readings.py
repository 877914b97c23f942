from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kalshi_alpha.core.gates import FeedReading
from kalshi_alpha.core.schedule import Release, ReleaseCalendar
from kalshi_alpha.exec.feed_readings import readings_of

AT = datetime(2024, 12, 5, 13, 45, tzinfo=UTC)
NO_CALENDAR = ReleaseCalendar.of([])


def read_of(feed: str, *rows: dict[str, Any]) -> tuple[FeedReading, ...]:
    stamped = [{"available_at": AT, **row} for row in rows]
    found = readings_of(feed, lambda _: stamped, CPI)
    assert found is not None
    return found[1]


CPI = ReleaseCalendar.of([Release(datetime(2024, 12, 11, 13, 30, tzinfo=UTC), "cpi", "2024-11")])
WEEK: dict[str, Any] = {
    "week_ending": date(2024, 11, 30),
    "measure": "initial",
    "kind": "advance",
    "sa": 224_000,
}
CURVE: dict[str, Any] = {"curve_on": date(2024, 12, 11), "series_id": "BC_10YEAR"}
REPORT: dict[str, Any] = {
    "station": "NYC",
    "climate_day": date(2024, 12, 11),
    "element": "max",
    "status": "final",
    "value_f": 58,
}


@pytest.mark.parametrize(
    ("feed", "source"),
    [
        ("bls_cpi.latest_release", "bls_cpi"),
        ("cleveland_nowcast.monthly", "cleveland_nowcast"),
        ("aaa_gas.daily", "aaa_gas"),
        ("dol_claims.latest_report", "dol_claims"),
        ("treasury_10y.daily", "treasury_yields"),
        ("nws_daily_climate.MDW", "nws_daily_climate"),
    ],
)
def test_every_rule_has_its_driver(feed: str, source: str) -> None:
    asked: list[str] = []

    def read(name: str) -> list[dict[str, Any]]:
        asked.append(name)
        return []

    assert readings_of(feed, read, NO_CALENDAR) == (source, ())
    assert asked == [source]


def test_a_feed_that_this_version_does_not_read_has_no_readings() -> None:
    assert readings_of("rain.daily", lambda _: [], NO_CALENDAR) is None


def test_prices_are_dated_by_their_release() -> None:
    [reading] = read_of("bls_cpi.latest_release", {"month": date(2024, 11, 1)})
    assert reading.on == date(2024, 12, 11)


def test_a_vintage_of_freds_does_not_refresh_consumer_prices() -> None:
    vintage = {"series_id": "CPIAUCSL_20241211", "month": date(2024, 11, 1)}
    assert read_of("bls_cpi.latest_release", vintage) == ()


def test_claims_are_counted_from_the_week() -> None:
    [reading] = read_of("dol_claims.latest_report", WEEK)
    assert (reading.on, reading.available_at) == (date(2024, 11, 30), AT)


@pytest.mark.parametrize(
    "change", [{"measure": "continued"}, {"kind": "seasonal_factor", "sa": None}]
)
def test_neither_continued_claims_nor_a_factor_refresh_claims(change: dict[str, Any]) -> None:
    assert read_of("dol_claims.latest_report", WEEK | change) == ()


@pytest.mark.parametrize("name", ["BC_10YEAR", "DGS10", "RIFLGFCY10_N.B"])
def test_the_ten_year_has_one_name_whoever_publishes_it(name: str) -> None:
    rows = (CURVE | {"series_id": name}, CURVE | {"series_id": "BC_2YEAR"})
    [reading] = read_of("treasury_10y.daily", *rows)
    assert (reading.on, reading.series_id) == (date(2024, 12, 11), "DGS10")


def test_another_tenor_alone_comes_under_its_own_name() -> None:
    [reading] = read_of("treasury_10y.daily", CURVE | {"series_id": "DGS2"})
    assert reading.series_id == "DGS2"


def test_an_older_ten_year_hides_no_other_series_that_is_called_one() -> None:
    rows = (
        CURVE | {"curve_on": date(2024, 12, 10), "tenor": "10Y"},
        CURVE | {"series_id": "BC_30YEAR", "tenor": "10Y"},
        CURVE | {"series_id": "BC_2YEAR", "tenor": "2Y"},
    )
    readings = read_of("treasury_10y.daily", *rows)
    assert [(each.on.day, each.series_id) for each in readings] == [
        (10, "DGS10"),
        (11, "BC_30YEAR"),
    ]


def test_a_final_maximum_refreshes_its_station() -> None:
    [reading] = read_of("nws_daily_climate.NYC", REPORT)
    assert reading.on == date(2024, 12, 11)


@pytest.mark.parametrize(
    "change",
    [{"status": "interim"}, {"element": "min"}, {"station": "MDW"}, {"value_f": None}],
    ids=["interim", "minimum", "another station", "missing"],
)
def test_other_reports_do_not_refresh_the_climate_day(change: dict[str, Any]) -> None:
    assert read_of("nws_daily_climate.NYC", REPORT | change) == ()


def test_gasoline_carries_its_price() -> None:
    row = {"period": "current", "grade": "regular", "as_of_on": date(2024, 12, 5)}
    [reading] = read_of("aaa_gas.daily", {**row, "price_e4": 30_170})
    assert reading.value == Decimal("3.017")
