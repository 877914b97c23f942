from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.errors import (
    BadParameter,
    DataError,
    MissingData,
    NewerSchema,
    TornFile,
)
from kalshi_alpha.datastore.feeds import TableSchema
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore, Observation, PointInTimeTable

T0 = datetime(2024, 11, 13, 13, 45, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAY, JUNE, JULY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)
LEVELS = TableSchema(
    "levels", (("series", "text"), ("month", "date"), ("index_e3", "int")), ("series", "month")
)
EVENTS = TableSchema(
    "events", (("event", "text"), ("on", "date"), ("note", "text")), ("event", "on"), span="on"
)


def level(month: date, index_e3: object, at: datetime, series: str = "SA0") -> Observation:
    return Observation({"series": series, "month": month, "index_e3": index_e3}, at)


def event(on: date, at: datetime, note: str | None = None) -> Observation:
    return Observation({"event": "cpi", "on": on, "note": note}, at)


def add(
    table: PointInTimeTable, rows: Sequence[Observation], at: datetime, sha: str = "a" * 64
) -> int:
    return table.append(rows, retrieved_at=at, raw_sha256=sha)


def values(table: PointInTimeTable, as_of: datetime, column: str = "index_e3") -> list[object]:
    return [row[column] for row in table.rows(as_of)]


@pytest.fixture
def table(tmp_path: Path) -> PointInTimeTable:
    return PointInTimeTable(tmp_path / "levels", LEVELS)


def reopened(tmp_path: Path, schema: TableSchema = LEVELS) -> PointInTimeTable:
    return PointInTimeTable(tmp_path / schema.source, schema)


def test_a_table_without_files_is_empty_and_has_its_columns(table: PointInTimeTable) -> None:
    frame = table.read(T0)
    assert frame.columns == [*LEVELS.names, "available_at", "retrieved_at", "raw_sha256"]
    assert frame.height == 0


def test_a_row_is_seen_from_its_availability_on_and_not_a_microsecond_before(
    table: PointInTimeTable,
) -> None:
    add(table, [level(MAY, 320321, T0 + HOUR)], T0)
    assert values(table, T0 + HOUR - timedelta(microseconds=1)) == []
    assert values(table, T0 + HOUR) == [320321]


def test_a_revision_is_a_new_vintage_and_the_old_one_stays_readable(
    table: PointInTimeTable, tmp_path: Path
) -> None:
    add(table, [level(MAY, 1, T0), level(JUNE, 2, T0)], T0)
    later = T0 + timedelta(days=30)
    assert add(table, [level(MAY, 3, later), level(JUNE, 2, later)], later, "b" * 64) == 1
    for opened in (table, reopened(tmp_path)):
        assert values(opened, T0) == [1, 2]
        assert values(opened, later) == [3, 2]
        assert opened.vintages(later).height == 3


def test_no_reader_is_shown_a_vintage_before_it_was_public(
    table: PointInTimeTable, tmp_path: Path
) -> None:
    """Three vintages fetched ahead at one instant, public an hour apart."""
    rows = [level(month, n, T0 + n * HOUR) for n, month in enumerate((MAY, JUNE, JULY))]
    add(table, rows, T0)
    for opened in (table, reopened(tmp_path)):
        for hours in range(3):
            for moment in (T0 + hours * HOUR, T0 + (hours + 1) * HOUR - timedelta(seconds=1)):
                assert opened.vintages(moment)["index_e3"].to_list() == list(range(hours + 1))
                assert values(opened, moment) == list(range(hours + 1))


def test_of_a_revision_that_is_to_come_every_vintage_before_it_is_shown(
    table: PointInTimeTable,
) -> None:
    add(table, [level(MAY, 1, T0)], T0)
    add(table, [level(MAY, 2, T0 + 2 * HOUR)], T0 + HOUR, "b" * 64)
    shown = [table.vintages(T0 + n * HOUR)["index_e3"].to_list() for n in range(3)]
    assert shown == [[1], [1], [1, 2]]


def test_the_same_payload_again_adds_nothing_and_touches_no_file(
    table: PointInTimeTable, tmp_path: Path
) -> None:
    add(table, [level(MAY, 1, T0)], T0)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert add(reopened(tmp_path), [level(MAY, 1, T0)], T0) == 0
    assert add(reopened(tmp_path), [level(MAY, 1, T0 + HOUR)], T0 + HOUR, "b" * 64) == 0
    assert before == {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}


def test_a_value_that_returns_to_an_older_one_is_a_vintage_too(table: PointInTimeTable) -> None:
    for hours, index_e3 in enumerate((1, 2, 1)):
        at = T0 + hours * HOUR
        assert add(table, [level(MAY, index_e3, at)], at) == 1
    assert [values(table, T0 + h * HOUR) for h in range(3)] == [[1], [2], [1]]


def test_a_late_payload_is_refused_unless_it_brings_nothing(
    table: PointInTimeTable, tmp_path: Path
) -> None:
    add(table, [level(MAY, 1, T0)], T0)
    add(table, [level(MAY, 2, T0 + 2 * HOUR)], T0 + 2 * HOUR, "b" * 64)
    for opened in (table, reopened(tmp_path)):
        assert add(opened, [level(MAY, 1, T0 + HOUR)], T0 + HOUR, "c" * 64) == 0
        with pytest.raises(DataError, match="too late"):
            add(opened, [level(MAY, 3, T0 + HOUR)], T0 + HOUR, "c" * 64)
        assert values(opened, T0 + HOUR) == [1]


def test_what_is_new_in_a_longer_payload_has_its_own_beginning(table: PointInTimeTable) -> None:
    known = [level(MAY, 320580, T0), level(JUNE, 321465, T0 + HOUR)]
    assert table.first_new_at(known) == T0
    add(table, known, T0)
    assert table.first_new_at(known) is None
    longer = [*known, level(JULY, 322132, T0 + 3 * HOUR), level(JUNE, 321500, T0 + 2 * HOUR)]
    assert table.first_new_at(longer) == T0 + 2 * HOUR


def test_of_two_values_available_together_the_one_received_later_counts(
    table: PointInTimeTable,
) -> None:
    opening = T0 + 3 * HOUR
    add(table, [level(MAY, 1, opening)], T0, "f" * 64)
    add(table, [level(MAY, 2, opening)], T0 + HOUR, "a" * 64)
    assert values(table, opening) == [2]


def test_rows_come_back_in_order_of_their_key(table: PointInTimeTable) -> None:
    rows = [level(JUNE, 1, T0, "SA0"), level(MAY, 2, T0, "SA0"), level(JUNE, 3, T0, "L1E")]
    add(table, rows, T0)
    assert values(table, T0) == [3, 2, 1]


def test_a_key_missing_from_a_later_payload_keeps_its_value(table: PointInTimeTable) -> None:
    add(table, [level(MAY, 1, T0), level(JUNE, 2, T0)], T0)
    add(table, [level(JUNE, 2, T0 + HOUR)], T0 + HOUR, "b" * 64)
    assert values(table, T0 + HOUR) == [1, 2]


def test_an_event_that_moved_leaves_its_old_day_but_stays_in_the_past(tmp_path: Path) -> None:
    table = reopened(tmp_path, EVENTS)
    add(table, [event(MAY, T0), event(JUNE, T0), event(JULY, T0)], T0)
    later = T0 + HOUR
    moved = [event(MAY, later), event(date(2024, 12, 9), later), event(JULY, later)]
    assert add(table, moved, later, "b" * 64) == 2
    for opened in (table, reopened(tmp_path, EVENTS)):
        assert values(opened, T0, "on") == [MAY, JUNE, JULY]
        assert values(opened, later, "on") == [MAY, date(2024, 12, 9), JULY]


def test_an_event_outside_the_days_a_payload_covers_is_not_withdrawn(tmp_path: Path) -> None:
    table = reopened(tmp_path, EVENTS)
    add(table, [event(MAY, T0), event(JULY, T0)], T0)
    assert add(table, [event(JUNE, T0 + HOUR)], T0 + HOUR, "b" * 64) == 1
    assert add(table, [], T0 + 2 * HOUR, "c" * 64) == 0
    assert values(table, T0 + 2 * HOUR, "on") == [MAY, JUNE, JULY]


def test_a_payload_withdraws_only_the_events_of_its_own_publisher(tmp_path: Path) -> None:
    apart = replace(EVENTS, apart="event")
    table = reopened(tmp_path, apart)
    other = Observation({"event": "fomc", "on": JUNE, "note": None}, T0)
    add(table, [event(MAY, T0), event(JUNE, T0), event(JULY, T0), other], T0)
    later = T0 + HOUR
    add(table, [event(MAY, later), event(JULY, later)], later, "b" * 64)
    rows = [(row["event"], row["on"]) for row in reopened(tmp_path, apart).rows(later)]
    assert rows == [("cpi", MAY), ("cpi", JULY), ("fomc", JUNE)]


def test_a_withdrawn_event_can_be_scheduled_again(tmp_path: Path) -> None:
    table = reopened(tmp_path, EVENTS)
    for hours, days in enumerate(((MAY, JUNE, JULY), (MAY, JULY), (MAY, JUNE, JULY))):
        at = T0 + hours * HOUR
        add(table, [event(day, at) for day in days], at)
    assert [len(values(table, T0 + h * HOUR, "on")) for h in range(3)] == [3, 2, 3]


@pytest.mark.parametrize(
    "rows",
    [
        [level(MAY, 1, T0), level(MAY, 1, T0)],
        [level(MAY, 1, T0 - HOUR)],
        [level(MAY, "1", T0)],
        [Observation({"series": "SA0", "month": MAY, "index_e3": 1, "more": 1}, T0)],
        [level(MAY, 1, T0.replace(tzinfo=None))],
    ],
    ids=["key twice", "before retrieval", "text", "extra column", "no zone"],
)
def test_rows_that_cannot_be_trusted_leave_the_table_as_it_was(
    table: PointInTimeTable, rows: list[Observation]
) -> None:
    with pytest.raises((BadParameter, TypeError)):
        add(table, rows, T0)
    assert values(table, T0 + HOUR) == []


def test_a_read_needs_a_zone(table: PointInTimeTable) -> None:
    with pytest.raises(BadParameter, match="time zone"):
        table.read(datetime(2025, 6, 1))  # noqa: DTZ001


def test_other_programs_read_the_files_as_a_partitioned_table(
    table: PointInTimeTable, tmp_path: Path
) -> None:
    add(table, [level(MAY, 1, T0)], T0)
    add(table, [level(MAY, 2, T0 + 24 * HOUR)], T0 + 24 * HOUR, "b" * 64)
    frame = pl.read_parquet(tmp_path / "levels/vintages/**/*.parquet", hive_partitioning=True)
    assert sorted(frame["retrieved_on"].to_list()) == [date(2024, 11, 13), date(2024, 11, 14)]


def test_a_torn_file_is_named_and_not_read_around(table: PointInTimeTable, tmp_path: Path) -> None:
    add(table, [level(MAY, 1, T0)], T0)
    [file] = tmp_path.rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(TornFile, match="levels"):
        reopened(tmp_path).read(T0)


def test_a_file_with_columns_of_a_later_version_is_refused(
    table: PointInTimeTable, tmp_path: Path
) -> None:
    add(table, [level(MAY, 1, T0)], T0)
    [file] = tmp_path.rglob("*.parquet")
    pl.read_parquet(file, hive_partitioning=False).with_columns(
        pl.lit(1).alias("new")
    ).write_parquet(file)
    with pytest.raises(NewerSchema, match="levels"):
        reopened(tmp_path).read(T0)


def test_a_feed_is_read_by_name_without_its_driver(tmp_path: Path) -> None:
    store = FeedStore(Paths(tmp_path))
    with pytest.raises(MissingData, match="levels"):
        store.read("levels", T0)
    add(store.table(LEVELS), [level(MAY, 1, T0)], T0)
    expected = {"series": "SA0", "month": MAY, "index_e3": 1}
    stamps = {"available_at": T0, "retrieved_at": T0, "raw_sha256": "a" * 64}
    assert store.rows("levels", T0) == [expected | stamps]


def test_a_table_of_another_shape_is_not_written_into(tmp_path: Path) -> None:
    store = FeedStore(Paths(tmp_path))
    add(store.table(LEVELS), [level(MAY, 1, T0)], T0)
    other = TableSchema("levels", LEVELS.columns, ("series", "month", "index_e3"))
    with pytest.raises(DataError, match="another table"):
        add(store.table(other), [level(MAY, 2, T0)], T0, "b" * 64)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [(('"schema": 1', '"schema": 2'), NewerSchema), (('"key"', '"kez"'), TornFile)],
)
def test_a_description_that_cannot_be_read_is_refused(
    tmp_path: Path, change: tuple[str, str], refusal: type[DataError]
) -> None:
    store = FeedStore(Paths(tmp_path))
    add(store.table(LEVELS), [level(MAY, 1, T0)], T0)
    path = tmp_path / "data/proc/levels/schema.json"
    path.write_text(path.read_text().replace(*change))
    with pytest.raises(refusal):
        store.read("levels", T0)


# What was known at each hour, as a plain model: the last value received by then.
_payloads = st.lists(
    st.tuples(st.integers(0, 5), st.dictionaries(st.sampled_from([MAY, JUNE]), st.integers(0, 2))),
    max_size=5,
    unique_by=lambda pair: pair[0],
)


@settings(max_examples=25)
@given(_payloads)
def test_at_each_hour_the_table_gives_what_was_known_at_that_hour(
    payloads: list[tuple[int, dict[date, int]]],
) -> None:
    with TemporaryDirectory() as folder:
        table = PointInTimeTable(Path(folder) / "levels", LEVELS)
        for hour, levels in sorted(payloads, key=lambda pair: pair[0]):
            at = T0 + hour * HOUR
            rows = [level(month, index_e3, at) for month, index_e3 in levels.items()]
            add(table, rows, at, f"{hour:064d}")
        opened = PointInTimeTable(Path(folder) / "levels", LEVELS)
        known: dict[date, int] = {}
        by_hour = dict(payloads)
        for hour in range(6):
            known.update(by_hour.get(hour, {}))
            expected = [known[month] for month in sorted(known)]
            assert values(opened, T0 + hour * HOUR) == expected
