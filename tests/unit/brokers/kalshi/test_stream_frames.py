from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.brokers.kalshi.stream_frames import (
    KNOWN_TYPES,
    Acknowledged,
    Delta,
    DeltaMsg,
    ErrorFrame,
    FillFrame,
    OtherFrame,
    Snapshot,
    Subscribed,
    SubscribedMsg,
    TradeFrame,
    UnreadableFrame,
    Unsubscribed,
    UserOrderFrame,
    decode_frame,
    read_change,
    snapshot_texts,
)
from kalshi_alpha.core.errors import BadContracts
from kalshi_alpha.core.types import Contracts, Side

DELTA = (
    b'{"type":"orderbook_delta","sid":1,"seq":2,"sending_ts_ms":1781159489960,"msg":'
    b'{"market_ticker":"KXHIGHNY-26JUN15-B82.5","market_id":"f5ed38e2-0991-4c8f-817e-08c4fd9cbfdb",'
    b'"clock":4182061,"price_dollars":"0.3400","delta_fp":"-20.00","side":"yes",'
    b'"ts":"2026-06-11T06:31:29.957081Z","ts_ms":1781159489957}}'
)
SNAPSHOT = (
    b'{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"T",'
    b'"yes_dollars_fp":[["0.3300","40.00"],["0.3400","120.00"]]}}'
)
OLD_SNAPSHOT = (
    b'{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"T","no":[[64,75]]}}'
)
OLD_DELTA = (
    b'{"type":"orderbook_delta","sid":2,"seq":7,"msg":{"market_ticker":"T","price":5,"delta":-13,'
    b'"side":"no"}}'
)
FILL = (
    b'{"type":"fill","sid":13,"msg":{"trade_id":"t","order_id":"o","client_order_id":"c",'
    b'"market_ticker":"T","exchange_index":0,"is_taker":true,"yes_price_dollars":"0.5200",'
    b'"count_fp":"1.00","fee_cost":"0.017500","outcome_side":"yes","book_side":"bid",'
    b'"post_position_fp":"1.00","ts":1781159370,"ts_ms":1781159370164}}'
)
USER_ORDER = (
    b'{"type":"user_order","sid":22,"msg":{"order_id":"o","ticker":"T","status":"a new word",'
    b'"outcome_side":"yes","yes_price_dollars":"0.3400","initial_count_fp":"10.00",'
    b'"fill_count_fp":"0.00","remaining_count_fp":"10.00","client_order_id":"c",'
    b'"last_update_reason":"Amend"}}'
)


def test_a_delta_is_read_and_what_nobody_reads_is_skipped() -> None:
    assert decode_frame(DELTA) == Delta(
        1, 2, DeltaMsg("KXHIGHNY-26JUN15-B82.5", "0.3400", "-20.00", Side.YES)
    )


def test_a_snapshot_gives_its_levels_and_an_absent_side_is_empty() -> None:
    frame = decode_frame(SNAPSHOT)
    assert isinstance(frame, Snapshot)
    assert snapshot_texts(frame.msg, Side.YES) == (("0.3300", "40.00"), ("0.3400", "120.00"))
    assert list(snapshot_texts(frame.msg, Side.NO)) == []


def test_cents_of_old_recordings_come_out_in_todays_form() -> None:
    frame = decode_frame(OLD_SNAPSHOT)
    assert isinstance(frame, Snapshot)
    assert snapshot_texts(frame.msg, Side.NO) == [("0.6400", "75.00")]
    assert decode_frame(OLD_DELTA) == Delta(2, 7, DeltaMsg("T", "0.0500", "-13.00", Side.NO))
    old_trade = decode_frame(
        b'{"type":"trade","sid":2,"seq":1,"msg":{"trade_id":"t","market_ticker":"T","yes_price":86,'
        b'"no_price":14,"count":200,"taker_side":"yes","ts":1772928709}}'
    )
    assert isinstance(old_trade, TradeFrame)
    assert (old_trade.msg.yes_price_dollars, old_trade.msg.count_fp) == ("0.8600", "200.00")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (
            b'{"id":1,"type":"subscribed","msg":{"channel":"trade","sid":2}}',
            Subscribed(SubscribedMsg("trade", 2), 1),
        ),
        (b'{"id":3,"sid":2,"seq":7,"type":"unsubscribed"}', Unsubscribed(2, 7, 3)),
        (
            b'{"id":2,"sid":1,"seq":12,"type":"ok","msg":{"market_tickers":["A"]}}',
            Acknowledged(1, 12, 2),
        ),
        (b'{"type":"ok","msg":[{"channel":"trade","sid":2}]}', Acknowledged()),
    ],
)
def test_replies_to_commands_are_read(frame: bytes, expected: object) -> None:
    assert decode_frame(frame) == expected


def test_an_error_carries_its_code() -> None:
    frame = decode_frame(b'{"id":4,"type":"error","msg":{"code":8,"msg":"Unknown channel name"}}')
    assert isinstance(frame, ErrorFrame)
    assert (frame.id, frame.msg.code, frame.msg.msg) == (4, 8, "Unknown channel name")


def test_private_frames_are_read_with_words_the_venue_may_add() -> None:
    fill, order = decode_frame(FILL), decode_frame(USER_ORDER)
    assert isinstance(fill, FillFrame)
    assert (fill.msg.trade_id, fill.msg.fee_cost) == ("t", "0.017500")
    assert isinstance(order, UserOrderFrame)
    assert order.msg.status == "a new word"


def test_a_frame_of_another_type_keeps_its_place_and_its_message() -> None:
    frame = decode_frame(b'{"type":"market_lifecycle_v2","sid":13,"seq":9,"msg":{"a":[1,2]}}')
    assert isinstance(frame, OtherFrame)
    assert (frame.type, frame.sid, frame.seq) == ("market_lifecycle_v2", 13, 9)
    assert bytes(frame.msg) == b'{"a":[1,2]}'
    assert frame.type not in KNOWN_TYPES


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"nonsense",
        b"[]",
        b'"orderbook_delta"',
        DELTA[:200],
        DELTA.replace(b"KXHIGH", b"KX\xff\xfeH"),
        DELTA.replace(b'"price_dollars":"0.3400",', b""),
        DELTA.replace(b'"-20.00"', b"-20.00"),
        DELTA.replace(b'"yes"', b'"maybe"'),
        DELTA.replace(b'"seq":2,', b""),
        FILL.replace(b'"fee_cost":"0.017500",', b""),
        OLD_DELTA.replace(b'"delta":-13,', b""),
    ],
)
def test_a_frame_that_is_cut_or_misses_a_field_is_refused(frame: bytes) -> None:
    with pytest.raises(UnreadableFrame, match="frame that starts"):
        decode_frame(frame)


@given(st.integers(-(10**12), 10**12))
def test_a_change_is_read_as_its_count_of_hundredths(e2: int) -> None:
    sign = "-" if e2 < 0 else ""
    assert read_change(f"{sign}{Contracts(abs(e2))}") == e2


@pytest.mark.parametrize(
    "text", ["", "1_0.00", "+1.00", " 1.00", "1.000", "1.", ".5", "nan", "١.00"]
)
def test_a_text_that_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(BadContracts, match="must look like"):
        read_change(text)


@pytest.mark.parametrize(("text", "e2"), [("1", 100), ("-7.5", -750), ("0.01", 1), ("-0.32", -32)])
def test_fewer_decimals_than_two_are_read(text: str, e2: int) -> None:
    assert read_change(text) == e2
