from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.market.zstd_lines import LineWriter
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.recorder.lines import (
    BEGINS,
    GOES_ON,
    RecordedBook,
    RecordedLine,
    RecordedMarket,
    encode_line,
    frame_line,
)
from kalshi_alpha.exec.recorder.raw_days import SEAL_NAME, RawDays
from kalshi_alpha.exec.recorder.sealing import seal_day
from kalshi_alpha.exec.recorder.verifying import Verified, verify_day
from tape_cases import MARKETS, delta, snapshot

MID = MARKETS[1].ticker
DAY = date(2025, 1, 10)
SHOWN = {"frame": snapshot(1, 1, MID, [["0.4500", "3.00"]], [])}
CHANGED = {"frame": delta(1, 2, MID, "yes", "0.4500", "-1.00")}


@pytest.fixture
def days(tmp_path: Path) -> RawDays:
    return RawDays.of(Paths(tmp_path), "sim", "WEATHER")


def verified(days: RawDays, *told: dict[str, Any] | bytes) -> Verified:
    record(days, told)
    return verify_day(days, DAY, days.folder / "tables")


def record(days: RawDays, told: Sequence[dict[str, Any] | bytes]) -> None:
    with LineWriter(days.new_file(datetime(2025, 1, 10, 12, tzinfo=UTC))) as writer:
        for number, each in enumerate(told):
            if isinstance(each, bytes):
                writer.add(each)
            elif "frame" in each:
                writer.add(frame_line(number, json.dumps(each["frame"]).encode()))
            else:
                writer.add(encode_line(RecordedLine(number, **each)))


def again(seq: int, count: str) -> dict[str, Any]:
    return {"frame": snapshot(1, seq, MID, [["0.4500", count]], [])}


def test_a_later_snapshot_is_met_by_the_rebuilt_book(days: RawDays) -> None:
    found = verified(days, {"notice": BEGINS}, SHOWN, CHANGED, again(3, "2.00"))
    assert (found.books, found.begun, found.snapshots, found.different) == (1, 1, 1, 0)
    assert found.is_good


def test_a_snapshot_that_differs_is_told_with_its_level(days: RawDays) -> None:
    found = verified(days, {"notice": BEGINS}, SHOWN, CHANGED, again(3, "3.00"))
    assert not found.is_good
    assert found.differences == [
        f"1970-01-01T00:00:00.000003+00:00 {MID}: 1 levels differ, first yes 0.4500"
    ]


@pytest.mark.parametrize(
    "lost",
    [
        {"notice": "disconnected"},
        {"notice": "channel_ended"},
        {"notice": BEGINS},
        b"{",
        {"frame": delta(1, 7, MID, "yes", "0.4500", "-1.00")},
    ],
    ids=["connection", "channel", "process", "line", "number"],
)
def test_where_something_is_missing_nothing_is_compared(days: RawDays, lost: Any) -> None:
    found = verified(days, SHOWN, CHANGED, lost, again(8, "9.00"))
    assert (found.begun, found.snapshots, found.different) == (2, 0, 0)
    assert found.is_good is (lost != b"{")


def test_a_torn_end_is_good_and_a_broken_frame_before_others_is_not(days: RawDays) -> None:
    record(days, [{"notice": BEGINS}, SHOWN])
    (path,) = days.files(DAY)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-3])
    torn = verify_day(days, DAY, days.folder / "tables")
    assert (torn.torn_bytes, torn.damages, torn.is_good) == (len(whole) - 3, [], True)
    path.write_bytes(whole + whole[:-3] + whole)
    broken = verify_day(days, DAY, days.folder / "tables")
    assert (len(broken.damages), broken.is_good) == (1, False)


def test_a_number_that_is_missing_before_the_snapshot_itself_counts_too(days: RawDays) -> None:
    found = verified(days, SHOWN, CHANGED, again(4, "9.00"))
    assert (found.begun, found.snapshots) == (2, 0)


def test_a_book_that_was_kept_from_the_day_before_is_followed(days: RawDays) -> None:
    kept = {"books": (RecordedBook(MID, ((4500, 300),), ()),)}
    met = {"books": (RecordedBook(MID, ((4500, 200),), ()),)}
    found = verified(days, {"notice": GOES_ON}, kept, CHANGED, met, again(3, "2.00"))
    assert (found.begun, found.snapshots, found.different) == (1, 2, 0)


def test_a_sealed_file_that_changed_is_named(days: RawDays) -> None:
    record(days, [{"notice": BEGINS}, SHOWN])
    seal_day(days, DAY, MarketStore(days.folder / "tables"))
    assert verify_day(days, DAY, days.folder / "tables").sealed
    (path,) = days.files(DAY)
    path.write_bytes(path.read_bytes() + b"\0")
    found = verify_day(days, DAY, days.folder / "tables")
    assert (found.altered, found.torn_bytes, found.is_good) == ((path.name,), 1, False)


def test_tables_of_another_recording_are_no_part_of_an_unsealed_day(days: RawDays) -> None:
    tables = days.folder / "tables"
    record(days, [{"notice": BEGINS}, {"markets": (LISTED,)}, SHOWN])
    assert verify_day(days, DAY, tables).unsealed == ()
    seal_day(days, DAY, MarketStore(tables))
    (days.day(DAY) / SEAL_NAME).unlink()
    found = verify_day(days, DAY, tables)
    assert (len(found.unsealed), found.is_good) == (1, False)
    other = replace(days, name="CPI")
    assert verify_day(other, DAY, tables).unsealed == ()


LISTED = RecordedMarket(
    "KXHIGHNY", "-".join(MID.split("-")[:2]), MID, "1970-01-01T00:00:00.000003+00:00"
)
EMPTY = {"frame": snapshot(1, 3, MID, [], [])}
LIFE = {"type": "market_lifecycle_v2", "sid": 3, "seq": 1}
ENDED = {"frame": {**LIFE, "msg": {"market_ticker": MID, "event_type": "determined"}}}


def test_a_closed_market_that_is_shown_empty_is_no_difference(days: RawDays) -> None:
    found = verified(days, {"markets": (LISTED,)}, SHOWN, CHANGED, EMPTY)
    assert (found.closed, found.snapshots, found.different) == (1, 0, 0)


def test_nor_is_one_whose_end_the_stream_told(days: RawDays) -> None:
    found = verified(days, SHOWN, CHANGED, ENDED, EMPTY)
    assert (found.closed, found.different) == (1, 0)


def test_an_open_market_that_is_shown_empty_is_a_difference(days: RawDays) -> None:
    found = verified(days, SHOWN, CHANGED, EMPTY)
    assert (found.closed, found.different) == (0, 1)
