from __future__ import annotations

import json
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.stream_frames import decode_frame
from kalshi_alpha.core.errors import DomainError
from kalshi_alpha.datastore.market.schema import Table
from kalshi_alpha.exec.market.frame_tables import GAPS_TOLD, FrameTables
from tape_cases import DAY, EVENT, MARKETS, at, delta, print_frame, snapshot

LOW, MID = MARKETS[0].ticker, MARKETS[1].ticker
NOON = at("10T12:00:00")


def taken(*frames: Any) -> FrameTables:
    tables = FrameTables()
    for number, frame in enumerate(frames):
        tables.take(decode_frame(json.dumps(frame).encode()), NOON + number)
    return tables


def test_frames_become_depth_and_trades_of_their_event() -> None:
    tables = taken(
        snapshot(1, 1, MID, [["0.4500", "3.00"]], []),
        snapshot(1, 2, LOW, [], []),
        delta(1, 3, MID, "yes", "0.4500", "-1.00"),
        print_frame(2, 1, MID, "0.4500", "1.00", "no", 0),
    )
    (found,) = tables.partitions({m.ticker: m for m in MARKETS}, {}, {"a": "0"}, label="20250110")
    assert (found.series, found.date, found.gaps) == ("KXHIGHNY", DAY, ())
    depth, trades = found.parts
    assert depth.name == "depth.20250110.parquet"
    assert depth.frame["market"].to_list() == [1, 0, 1]
    assert depth.frame["size_e2"].to_list() == [300, 0, 200]
    assert trades.table is Table.TRADES
    assert trades.frame.rows() == [(NOON + 3, 1, 4500, 100, False)]
    assert found.markets["strike_type"].to_list() == ["less", "between"]


def test_numbers_that_are_missing_or_repeated_are_told() -> None:
    tables = taken(
        snapshot(1, 7, MID, [], []),
        delta(1, 9, MID, "yes", "0.4500", "1.00"),
        delta(1, 9, MID, "yes", "0.4500", "1.00"),
    )
    assert [each.split(" ", 1)[1] for each in tables.told_gaps()] == [
        "subscription 1 lacks 8 to 8",
        "subscription 1 repeats 9",
    ]


def test_a_new_connection_or_subscription_numbers_anew() -> None:
    tables = taken(snapshot(1, 7, MID, [], []))
    tables.connected(NOON + 1)
    tables.take(decode_frame(json.dumps(snapshot(1, 1, MID, [], [])).encode()), NOON + 1)
    subscribed = {"type": "subscribed", "id": 1, "msg": {"channel": "orderbook_delta", "sid": 1}}
    tables.take(decode_frame(json.dumps(subscribed).encode()), NOON + 2)
    tables.take(decode_frame(json.dumps(snapshot(1, 1, MID, [], [])).encode()), NOON + 3)
    assert tables.told_gaps() == ()


def gaps_of(tables: FrameTables) -> list[tuple[int, str]]:
    """Return when which market's book was lost."""
    (found,) = tables.partitions({m.ticker: m for m in MARKETS}, {}, {"a": "0"})
    tickers = found.markets["ticker"].to_list()
    frames = [part.frame for part in found.parts if part.table is Table.GAPS]
    return [(at_us - NOON, tickers[place]) for each in frames for at_us, place in each.rows()]


@pytest.mark.parametrize("seq", [3, 1], ids=["lacks", "repeats"])
def test_a_break_in_the_numbers_loses_the_books_of_its_subscription(seq: int) -> None:
    tables = taken(
        snapshot(1, 1, MID, [["0.4500", "3.00"]], []),
        snapshot(2, 1, LOW, [["0.4500", "3.00"]], []),
        delta(1, seq, MID, "yes", "0.4500", "1.00"),
        delta(2, 2, LOW, "yes", "0.4500", "1.00"),
        snapshot(1, seq + 1, MID, [["0.4500", "3.00"]], []),
    )
    assert gaps_of(tables) == [(2, MID)]
    assert len(tables.depth) == 4, "both snapshots, the other book's change, the snapshot anew"


def test_prints_that_are_missing_lose_no_book() -> None:
    tables = taken(
        snapshot(1, 1, MID, [], []),
        print_frame(2, 1, MID, "0.4500", "1.00", "no", 0),
        print_frame(2, 5, MID, "0.4500", "1.00", "no", 0),
    )
    assert len(tables.gaps) == 1
    assert gaps_of(tables) == []


def test_a_connection_loses_every_book_also_those_of_the_day_before() -> None:
    tables = FrameTables()
    tables.connected(NOON)
    tables.take(decode_frame(json.dumps(snapshot(1, 1, MID, [], [])).encode()), NOON + 1)
    tables.connected(NOON + 5)
    tables.take(decode_frame(json.dumps(snapshot(1, 1, LOW, [], [])).encode()), NOON + 6)
    assert gaps_of(tables) == [(0, MID), (0, LOW), (5, MID)]
    subscribed = {"type": "subscribed", "id": 1, "msg": {"channel": "orderbook_delta", "sid": 1}}
    tables.take(decode_frame(json.dumps(subscribed).encode()), NOON + 7)
    assert gaps_of(tables)[3:] == [(7, LOW)], "it is subscribed anew, and will be shown anew"


def test_a_book_that_was_kept_beside_the_frames_ends_a_gap() -> None:
    tables = taken(snapshot(1, 1, MID, [["0.4500", "3.00"]], []))
    tables.book(MID, NOON + 1, [(4600, 100)], [])
    assert len(tables.depth) == 1, "frames tell it"
    tables.lose(NOON + 2)
    tables.book(MID, NOON + 3, [(4600, 100)], [])
    assert len(tables.depth) == 2
    assert gaps_of(tables) == [(2, MID)]


def test_a_level_that_would_be_negative_is_told() -> None:
    tables = taken(
        snapshot(1, 1, MID, [], []),
        delta(1, 2, MID, "yes", "0.4500", "-1.00"),
    )
    assert tables.told_gaps() == ("1 levels would have become negative",)


def test_of_very_many_gaps_the_rest_are_counted() -> None:
    tables = FrameTables()
    for number in range(GAPS_TOLD + 5):
        tables.gap(number, "hole")
    assert len(tables.told_gaps()) == GAPS_TOLD + 1
    assert tables.told_gaps()[-1] == "5 more gaps"


def test_a_trade_without_a_side_is_no_row() -> None:
    frame = print_frame(2, 1, MID, "0.4500", "1.00", "no", 0)
    del frame["msg"]["taker_side"]
    tables = taken(snapshot(1, 1, MID, [], []), frame)
    (found,) = tables.partitions({}, {EVENT: "KXHIGHNY"}, {"a": "0"})
    assert [part.table for part in found.parts] == [Table.DEPTH]
    assert "does not say which side took" in found.gaps[0]


def test_a_price_that_is_none_is_refused() -> None:
    with pytest.raises(DomainError):
        taken(delta(1, 1, MID, "yes", "1.4500", "1.00"))
