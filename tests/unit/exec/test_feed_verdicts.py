from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from desk import AT, REPOSITORY, Morning
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.gates import FeedStatus, FeedVerdict
from kalshi_alpha.datastore.ingest import FeedSummary
from kalshi_alpha.exec.feed_verdicts import feed_verdicts, known_rows, release_calendar
from kalshi_alpha.exec.wiring import Run

RULES = load_settings(REPOSITORY / "configs").freshness
CPI_FEEDS = ("aaa_gas.daily", "bls_cpi.latest_release", "cleveland_nowcast.monthly")
RELEASE_AT = datetime(2024, 12, 11, 13, 30, tzinfo=UTC)
LAST_RELEASE_AT = datetime(2024, 11, 13, 13, 30, tzinfo=UTC)
CALENDAR: list[dict[str, object]] = [
    {"event": "cpi", "release_at": LAST_RELEASE_AT},
    {"event": "cpi", "release_at": RELEASE_AT},
    {"event": "cpi", "release_at": RELEASE_AT + timedelta(days=34)},
    {"event": "jobs", "release_at": None},
]
ROWS: dict[str, list[dict[str, Any]]] = {
    "bls_cpi": [
        {"month": date(2024, 10, 1), "available_at": LAST_RELEASE_AT + timedelta(minutes=15)}
    ],
    "cleveland_nowcast": [
        {
            "kind": "nowcast",
            "measure": "cpi",
            "label_on": date(2024, 12, 10),
            "available_at": datetime(2024, 12, 10, 16, tzinfo=UTC),
        }
    ],
    "aaa_gas": [
        {
            "period": "current",
            "grade": "regular",
            "as_of_on": date(2024, 12, 11),
            "available_at": datetime(2024, 12, 11, 11, tzinfo=UTC),
            "price_e4": 31240,
        }
    ],
}


def judged(
    changes: dict[str, list[dict[str, Any]]] | None = None,
    ingested: Sequence[FeedSummary] = (),
    at: datetime = AT,
) -> dict[str, FeedVerdict]:
    rows = ROWS | (changes or {})
    calendar = release_calendar(CALENDAR)
    found = feed_verdicts(lambda name: rows[name], RULES, calendar, ingested, CPI_FEEDS, at)
    return {verdict.feed: verdict for verdict in found}


def summary(source: str, *errors: str) -> FeedSummary:
    return FeedSummary(source, 1, 1, 0, "x", None, None, None, {}, errors)


def test_a_release_reports_the_month_before_the_one_it_falls_in() -> None:
    rows = release_calendar(CALENDAR).rows
    assert [row.reference for row in rows] == ["2024-10", "2024-11", "2024-12"]
    january: list[dict[str, object]] = [
        {"event": "cpi", "release_at": datetime(2025, 1, 15, 13, 30, tzinfo=UTC)}
    ]
    assert release_calendar(january).rows[0].reference == "2024-12"


def test_all_feeds_are_in_order_on_the_morning() -> None:
    assert {feed: found.status for feed, found in judged().items()} == dict.fromkeys(
        CPI_FEEDS, FeedStatus.OK
    )


def test_prices_are_counted_from_their_release_day() -> None:
    assert judged()["bls_cpi.latest_release"].newest_on == date(2024, 11, 13)


@pytest.mark.parametrize(
    ("price_e4", "status"),
    [
        (20_000, FeedStatus.OK),
        (19_999, FeedStatus.OUT_OF_RANGE),
        (60_000, FeedStatus.OK),
        (60_001, FeedStatus.OUT_OF_RANGE),
    ],
)
def test_gasoline_lies_between_two_and_six_dollars(price_e4: int, status: FeedStatus) -> None:
    [row] = ROWS["aaa_gas"]
    found = judged({"aaa_gas": [{**row, "price_e4": price_e4}]})
    assert found["aaa_gas.daily"].status is status


@pytest.mark.parametrize(
    "change", [{"period": "year_ago"}, {"grade": "diesel"}, {"as_of_on": None}]
)
def test_other_prices_on_the_page_do_not_refresh_gasoline(change: dict[str, Any]) -> None:
    [row] = ROWS["aaa_gas"]
    assert judged({"aaa_gas": [row | change]})["aaa_gas.daily"].status is FeedStatus.MISSING


@pytest.mark.parametrize("change", [{"kind": "actual"}, {"measure": "core_cpi"}])
def test_other_rows_of_the_chart_do_not_refresh_the_nowcast(change: dict[str, Any]) -> None:
    [row] = ROWS["cleveland_nowcast"]
    found = judged({"cleveland_nowcast": [row | change]})
    assert found["cleveland_nowcast.monthly"].status is FeedStatus.MISSING


def test_the_print_is_overdue_an_hour_after_its_release() -> None:
    feed = "bls_cpi.latest_release"
    assert judged(at=RELEASE_AT + timedelta(minutes=60))[feed].ok
    late = judged(at=RELEASE_AT + timedelta(minutes=61))
    assert late[feed].status is FeedStatus.OVERDUE


def test_a_payload_that_was_refused_spoils_its_feed_only() -> None:
    found = judged(ingested=[summary("aaa_gas", "ParseRefused: no price"), summary("bls_cpi")])
    assert found["aaa_gas.daily"].status is FeedStatus.MISSING
    assert "ParseRefused: no price" in found["aaa_gas.daily"].detail
    assert found["bls_cpi.latest_release"].ok


def test_a_payload_of_the_future_is_told_as_such() -> None:
    found = judged(ingested=[summary("aaa_gas", "FutureData: dated 2024-12-12")])
    assert found["aaa_gas.daily"].status is FeedStatus.FUTURE_DATED


def test_only_required_feeds_are_judged() -> None:
    found = feed_verdicts(
        lambda name: ROWS[name], RULES, release_calendar(CALENDAR), (), ("aaa_gas.daily",), AT
    )
    assert [verdict.feed for verdict in found] == ["aaa_gas.daily"]


def test_a_feed_that_was_never_ingested_has_no_rows(run: Run, morning: Morning) -> None:
    assert known_rows(run.store, "bls_cpi", AT) == []
    assert known_rows(morning.run.store, "bls_cpi", AT)


WEEKS: list[dict[str, object]] = [
    {"event": "claims", "release_at": datetime(2024, 11, 27, 13, 30, tzinfo=UTC)},
    {"event": "claims", "release_at": datetime(2024, 12, 5, 13, 30, tzinfo=UTC)},
    {"event": "claims", "release_at": datetime(2024, 12, 12, 13, 30, tzinfo=UTC)},
]


def one(feed: str, at: datetime, *rows: dict[str, Any]) -> FeedVerdict:
    """Judge one feed on rows that were all known early."""
    early = datetime(2024, 11, 1, tzinfo=UTC)
    known = [{"available_at": early, **row} for row in rows]
    calendar = release_calendar(WEEKS)
    [found] = feed_verdicts(lambda _: known, RULES, calendar, (), (feed,), at)
    return found


@pytest.mark.parametrize(
    ("week", "at", "status"),
    [
        (date(2024, 11, 30), datetime(2024, 12, 12, 11, 30, tzinfo=UTC), FeedStatus.OK),
        (date(2024, 11, 30), datetime(2024, 12, 12, 14, 30, tzinfo=UTC), FeedStatus.STALE),
        (date(2024, 11, 30), datetime(2024, 12, 12, 14, 31, tzinfo=UTC), FeedStatus.OVERDUE),
        (date(2024, 11, 23), datetime(2024, 12, 12, 11, 30, tzinfo=UTC), FeedStatus.OVERDUE),
    ],
    ids=["nothing newer is due", "due, within the grace", "past the grace", "a week was missed"],
)
def test_twelve_days_are_fresh_on_a_thursday_morning_and_not_an_hour_after_the_print(
    week: date, at: datetime, status: FeedStatus
) -> None:
    row = {"measure": "initial", "sa": 224_000, "week_ending": week}
    assert one("dol_claims.latest_report", at, row).status is status


@pytest.mark.parametrize(
    ("curve", "at", "status", "age"),
    [
        (date(2024, 11, 29), datetime(2024, 12, 2, 19, 45, tzinfo=UTC), FeedStatus.OK, 1),
        (date(2024, 11, 26), datetime(2024, 11, 29, 15, 1, tzinfo=UTC), FeedStatus.OVERDUE, 2),
        (date(2024, 12, 10), datetime(2024, 12, 12, 15, 1, tzinfo=UTC), FeedStatus.OVERDUE, 2),
    ],
    ids=["a week-end", "Thanksgiving", "the grace ends at ten"],
)
def test_yields_are_counted_in_days_of_the_bond_market(
    curve: date, at: datetime, status: FeedStatus, age: int
) -> None:
    row = {"curve_on": curve, "series_id": "BC_10YEAR"}
    found = one("treasury_10y.daily", at, row)
    assert (found.status, found.age_days) == (status, age)


def test_another_series_is_named_a_mismatch() -> None:
    row = {"curve_on": date(2024, 12, 11), "series_id": "BC_30YEAR"}
    found = one("treasury_10y.daily", datetime(2024, 12, 12, 19, 45, tzinfo=UTC), row)
    assert found.status is FeedStatus.SERIES_MISMATCH


@pytest.mark.parametrize(
    ("station", "status"), [("NYC", FeedStatus.OK), ("MDW", FeedStatus.MISSING)]
)
def test_each_station_is_a_feed_of_its_own(station: str, status: FeedStatus) -> None:
    row = {
        "station": "NYC",
        "element": "max",
        "status": "final",
        "value_f": 60,
        "climate_day": date(2024, 12, 11),
    }
    at = datetime(2024, 12, 12, 12, 20, tzinfo=UTC)
    assert one(f"nws_daily_climate.{station}", at, row).status is status
