from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.ledger.entry import LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.rows import (
    ADDED,
    COLUMNS,
    DERIVED,
    ColumnType,
    EventRun,
    from_row,
    replace_runs,
    to_json,
    to_row,
    upsert,
)

Build = Callable[..., LedgerEntry]
SETTLED = datetime(2025, 6, 11, 14, tzinfo=UTC)
PYTHON_TYPES: dict[ColumnType, type] = {
    ColumnType.TEXT: str,
    ColumnType.INT: int,
    ColumnType.FLOAT: float,
    ColumnType.BOOL: bool,
    ColumnType.TIME: datetime,
}


def _full(make_entry: Build) -> LedgerEntry:
    return make_entry(
        settled_at=SETTLED,
        filled_at=SETTLED,
        outcome=1,
        payout_e6=10_000_000,
        p_model=0.62,
        m_at_fill=0.44,
        close_mid=0.6,
        lead_hours=2.0,
        touch_e4=4200,
        touch_depth_e2=31_300,
        tick_e4=100,
        ended_at=SETTLED,
    )


def test_the_schema_has_a_column_for_every_field_and_no_other() -> None:
    names = [name for name, _ in COLUMNS]
    assert len(names) == len(set(names))
    assert set(names) - DERIVED == {field.name for field in fields(LedgerEntry)}


def test_every_value_has_the_type_its_column_declares(make_entry: Build) -> None:
    row = to_row(_full(make_entry))
    assert list(row) == [name for name, _ in COLUMNS]
    for name, kind in COLUMNS:
        assert type(row[name]) is PYTHON_TYPES[kind], name


def test_an_entry_survives_a_round_trip_through_a_row_and_through_json(make_entry: Build) -> None:
    for entry in (make_entry(), _full(make_entry)):
        assert from_row(to_row(entry)) == entry
        assert from_row(json.loads(json.dumps(to_json(entry)))) == entry


def test_a_row_whose_contents_were_changed_is_refused(make_entry: Build) -> None:
    with pytest.raises(TornFile, match="hash"):
        from_row(to_row(make_entry()) | {"price_e4": 4400})


def test_evidence_is_derived_again_on_reading(make_entry: Build) -> None:
    row = to_row(make_entry(environment="sim")) | {"evidence": True}
    assert not from_row(row).evidence


def test_a_row_with_a_missing_or_unknown_column_is_refused(make_entry: Build) -> None:
    row = to_row(make_entry())
    with pytest.raises(TornFile, match="colour"):
        from_row(row | {"colour": "red"})
    row.pop("p")
    with pytest.raises(TornFile, match="'p'"):
        from_row(row)


def test_a_row_of_schema_1_is_read_as_not_knowing_the_touch(make_entry: Build) -> None:
    row = {name: value for name, value in to_row(_full(make_entry)).items() if name not in ADDED}
    entry = from_row(row)
    assert (entry.touch_e4, entry.touch_depth_e2, entry.tick_e4) == (None, None, None)
    assert entry.ended_at is None
    assert entry.entry_id == _full(make_entry).entry_id


def test_a_row_of_schema_2_is_read_as_not_knowing_the_end(make_entry: Build) -> None:
    row = to_row(_full(make_entry))
    del row["ended_at"]
    assert from_row(row) == replace(_full(make_entry), ended_at=None)


def test_a_row_of_an_unknown_mode_is_refused(make_entry: Build) -> None:
    with pytest.raises(TornFile, match="LedgerMode"):
        from_row(to_row(make_entry()) | {"mode": "dream"})


def test_upserting_the_same_rows_twice_changes_nothing(make_entry: Build) -> None:
    rows = [make_entry(), make_entry(price_e4=4200)]
    assert upsert(upsert([], rows), rows) == rows
    settled = _full(make_entry)
    assert upsert(rows, [settled]) == [settled, rows[1]]


@pytest.mark.parametrize("times", [2, 3])
def test_an_order_that_arrives_several_times_is_one_order(make_entry: Build, times: int) -> None:
    same, other = make_entry(), make_entry(price_e4=4200)
    merged = upsert([same] * times, [other, same] * times)
    assert sorted(each.entry_id for each in merged) == sorted([same.entry_id, other.entry_id])


def test_a_repeated_run_replaces_all_its_rows_of_the_event(make_entry: Build) -> None:
    old = make_entry(price_e4=4200)
    other_event = make_entry(event_ticker="KXCPI-25JUN")
    other_mode = make_entry(mode=LedgerMode.LIVE)
    earlier = make_entry(as_of=SETTLED - timedelta(days=1))
    new = make_entry()
    kept = replace_runs([old, other_event, other_mode, earlier], [new])
    assert kept == [other_event, other_mode, earlier, new]


def test_a_repeated_run_that_proposes_nothing_drops_its_old_rows(
    make_entry: Build,
) -> None:
    old, earlier = make_entry(), make_entry(as_of=SETTLED - timedelta(days=1))
    assert replace_runs([old, earlier], [], [EventRun.of(old)]) == [earlier]
