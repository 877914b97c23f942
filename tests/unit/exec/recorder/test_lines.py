from __future__ import annotations

import json
from decimal import Decimal

import msgspec
import pytest

from kalshi_alpha.brokers.kalshi.payloads import MarketPayload
from kalshi_alpha.brokers.kalshi.stream_frames import decode_frame
from kalshi_alpha.exec.recorder.lines import (
    UNREADABLE,
    RecordedBook,
    RecordedLine,
    decode_line,
    encode_line,
    frame_line,
    read_life,
    recorded_market,
)
from tape_cases import CLOSES_US, EVENT

PAYLOAD = MarketPayload(
    ticker=f"{EVENT}-B38.5",
    event_ticker=EVENT,
    status="active",
    close_time="2025-01-11T04:59:00Z",
    price_ranges=(),
    strike_type="between",
    floor_strike=Decimal("38"),
    cap_strike=Decimal("39"),
)


def test_a_frame_comes_back_as_it_came() -> None:
    line = decode_line(frame_line(7, b' {"type": "trade"}\n'))
    assert (line.at_us, bytes(line.frame), line.notice) == (7, b'{"type": "trade"}', "")


def test_white_space_that_would_break_the_line_is_a_blank() -> None:
    assert b"\n" not in frame_line(7, b'{"type":\n"trade"}')


def test_a_torn_frame_makes_its_line_unreadable() -> None:
    with pytest.raises(UNREADABLE):
        decode_line(frame_line(7, b'{"type": "tra'))


def test_what_is_beside_the_frames_comes_back_too() -> None:
    book = RecordedBook("a", ((4500, 300),), ())
    line = RecordedLine(7, notice="x", detail="y", books=(book,))
    assert decode_line(encode_line(line)) == line
    assert json.loads(encode_line(RecordedLine(7, notice="x"))) == {"at_us": 7, "notice": "x"}


def test_a_listed_market_keeps_its_strike_and_close() -> None:
    listed = recorded_market("KXHIGHNY", PAYLOAD).listed()
    assert (listed.strike_type, listed.floor_strike, listed.cap_strike) == ("between", "38", "39")
    assert (listed.closes_us, listed.closes_source) == (CLOSES_US, "venue")
    assert (listed.yes_payout_e4, listed.result_source) == (None, None)


@pytest.mark.parametrize(
    ("result", "value", "paid"),
    [("yes", None, 10_000), ("no", "0.0000", 0), ("scalar", "0.2500", 2_500)],
)
def test_a_result_is_what_a_contract_paid(result: str, value: str | None, paid: int) -> None:
    settled = msgspec.structs.replace(PAYLOAD, result=result, settlement_value_dollars=value)
    listed = recorded_market("KXHIGHNY", settled).listed()
    assert (listed.yes_payout_e4, listed.result_source) == (paid, "kalshi_api")


def test_a_kind_of_strike_that_is_not_known_here_is_no_strike() -> None:
    listed = recorded_market(
        "KXHIGHNY", msgspec.structs.replace(PAYLOAD, strike_type="custom")
    ).listed()
    assert (listed.strike_type, listed.strike_source) == (None, None)


@pytest.mark.parametrize(
    ("frame", "event_type"),
    [
        (b'{"type":"market_lifecycle_v2","msg":{"event_type":"settled"}}', "settled"),
        (b'{"type":"market_lifecycle_v2","msg":{"event_type":7}}', None),
        (b'{"type":"ticker","msg":{}}', None),
    ],
)
def test_a_step_of_a_life_is_read_where_it_is_one(frame: bytes, event_type: str | None) -> None:
    life = read_life(decode_frame(frame))
    assert (None if life is None else life.event_type) == event_type
