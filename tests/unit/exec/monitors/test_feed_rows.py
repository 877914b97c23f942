from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desk import AT, REPOSITORY
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.errors import MissingData, NewerSchema, TornFile
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.monitors.feed_rows import FeedRow, FeedTable, KnownTables, feed_table

SETTINGS = load_settings(REPOSITORY / "configs")
GAS = "aaa_gas.daily"
EARLY = datetime(2024, 11, 1, tzinfo=UTC)
Shelved = Sequence[Mapping[str, Any]] | Exception


class Shelf(FeedStore):
    """A store whose tables are what a test puts there; it counts how often each is read."""

    def __init__(self, tables: Mapping[str, Shelved]) -> None:
        super().__init__(Paths(Path()))
        self.tables, self.reads = tables, list[str]()

    def rows(self, source: str, as_of: datetime) -> list[dict[str, object]]:
        self.reads.append(source)
        found = self.tables.get(source, MissingData(source))
        if isinstance(found, Exception):
            raise found
        return [dict(row) for row in found if row["available_at"] <= as_of]


def gas(on: date = date(2024, 12, 11), **changes: Any) -> dict[str, Any]:
    row = {
        "as_of_on": on,
        "period": "current",
        "grade": "regular",
        "price_e4": 30_200,
        "available_at": EARLY,
        "retrieved_at": EARLY,
        "raw_sha256": "a" * 64,
    }
    return row | changes


def looked(tables: Mapping[str, Shelved], *required: str) -> FeedTable:
    found = KnownTables(Shelf(tables), AT)
    return feed_table(found, SETTINGS.freshness, required or (GAS,), AT)


def row_of(found: FeedTable, feed: str = GAS) -> FeedRow:
    [row] = [each for each in found.rows if each.feed == feed]
    return row


def test_there_is_a_row_for_every_rule_and_every_station() -> None:
    rows = looked({}).rows
    assert [row.feed for row in rows] == [rule.feed for rule in SETTINGS.freshness.rules()]
    assert {row.status for row in rows} == {"MISSING"}
    assert [row.feed for row in rows if row.required] == [GAS]
    assert [row.feed for row in rows if row.blocks] == [GAS]


def test_a_row_carries_the_thresholds_of_the_configuration() -> None:
    row = row_of(looked({"aaa_gas": [gas()]}))
    feed = SETTINGS.freshness.feeds[GAS]
    assert (row.source, row.max_age_days, row.unit) == ("aaa_gas", 2, "calendar_days")
    assert (row.low, row.high, row.grace_minutes) == (feed.low, feed.high, 2880)
    assert (row.status, row.newest_on, row.age_days, row.remedy) == ("OK", AT.date(), 0, "")
    assert row.due_on == date(2024, 12, 10)
    assert row.reason == "newest is 2024-12-11, 0 of 2 calendar days old"


def test_older_than_the_threshold_is_explained_where_nothing_newer_was_due() -> None:
    calendar = [
        {
            "event": "claims",
            "release_at": datetime(2024, 12, day, 13, 30, tzinfo=UTC),
            "available_at": EARLY,
        }
        for day in (5, 12)
    ]
    claims = {
        "measure": "initial",
        "sa": 220_000,
        "week_ending": date(2024, 11, 30),
        "available_at": EARLY,
    }
    row = row_of(
        looked({"macro_calendar": calendar, "dol_claims": [claims]}), "dol_claims.latest_report"
    )
    assert row.status == "OK"
    assert row.reason.endswith("11 of 8 calendar days old, and no newer one was due")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TornFile("aaa_gas: torn"), "aaa_gas: torn"),
        (NewerSchema("schema 9"), "aaa_gas.daily: schema 9"),
        (PermissionError(13, "Permission denied", "schema.json"), "Permission denied"),
    ],
)
def test_a_table_that_cannot_be_read_spoils_its_own_feed_only(error: Exception, said: str) -> None:
    found = looked({"aaa_gas": error, "macro_calendar": []})
    row = row_of(found)
    assert (row.status, row.newest_on) == ("UNREADABLE", None)
    assert said in row.reason
    assert row.remedy.startswith("move data/proc/aaa_gas away, then python -m ")
    assert [each.feed for each in found.rows if each.status == "UNREADABLE"] == [GAS]


def test_a_table_without_a_column_is_unreadable_and_names_it() -> None:
    row = gas()
    del row["price_e4"]
    found = row_of(looked({"aaa_gas": [row]}))
    assert (found.status, found.reason) == ("UNREADABLE", "aaa_gas.daily: no column 'price_e4'")


@pytest.mark.parametrize("calendar", [TornFile("torn"), [{"event": "cpi", "available_at": EARLY}]])
def test_a_calendar_that_cannot_be_read_spoils_what_is_due_by_it(calendar: Shelved) -> None:
    found = looked({"macro_calendar": calendar, "aaa_gas": [gas()]})
    unreadable = [row for row in found.rows if row.status == "UNREADABLE"]
    assert [row.feed for row in unreadable] == [
        "bls_cpi.latest_release",
        "dol_claims.latest_report",
    ]
    assert all("--source macro_calendar --from-raw" in row.remedy for row in unreadable)
    assert found.calendar_problem.startswith("macro_calendar: ")
    assert row_of(found).status == "OK"


def test_a_feed_that_this_version_does_not_read_is_missing() -> None:
    feed = SETTINGS.freshness.feeds[GAS]
    freshness = type(SETTINGS.freshness)(schema=1, feeds={"wind.daily": feed})
    found = feed_table(KnownTables(Shelf({}), AT), freshness, ("wind.daily",), AT)
    [row] = found.rows
    assert (row.status, row.reason) == ("MISSING", "this version reads no such feed")
    assert row.blocks
    assert found.verdicts == ()


@pytest.mark.parametrize(
    ("rows", "status", "remedy"),
    [
        ([gas(price_e4=19_999)], "OUT_OF_RANGE", "compare data/raw/aaa_gas with the publisher's"),
        ([gas(date(2024, 12, 12))], "FUTURE_DATED", "compare the clock with data/raw/aaa_gas"),
        ([gas(date(2024, 12, 1))], "OVERDUE", "python -m kalshi_alpha.datastore.ingest"),
        ([], "MISSING", "python -m kalshi_alpha.datastore.ingest --source aaa_gas --online"),
    ],
)
def test_each_trouble_has_its_remedy(rows: list[dict[str, Any]], status: str, remedy: str) -> None:
    row = row_of(looked({"aaa_gas": rows}))
    assert row.status == status
    assert row.remedy.startswith(remedy)


def test_a_row_of_tomorrow_does_not_count_beside_one_of_today() -> None:
    row = row_of(looked({"aaa_gas": [gas(), gas(date(2024, 12, 12))]}))
    assert (row.status, row.newest_on) == ("OK", AT.date())
    assert row.reason.endswith("1 future-dated ignored")


def test_each_table_is_read_once_and_remembers_its_newest_payload() -> None:
    later = gas(retrieved_at=EARLY + timedelta(days=1), raw_sha256="b" * 64)
    shelf = Shelf({"aaa_gas": [later, gas(date(2024, 12, 10))], "bls_cpi": TornFile("torn")})
    tables = KnownTables(shelf, AT)
    feed_table(tables, SETTINGS.freshness, (GAS,), AT)
    assert len(shelf.reads) == len(set(shelf.reads))
    assert tables.newest_payload("aaa_gas") == (EARLY + timedelta(days=1), "b" * 64)
    assert tables.newest_payload("bls_cpi") is None
    assert tables.newest_payload("dol_claims") is None


def test_a_row_without_stamps_has_no_payload() -> None:
    tables = KnownTables(Shelf({"aaa_gas": [gas(raw_sha256=None)]}), AT)
    tables.rows("aaa_gas")
    assert tables.newest_payload("aaa_gas") is None
