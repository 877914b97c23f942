from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kalshi_alpha.brokers.kalshi import decode
from kalshi_alpha.brokers.kalshi.payloads import (
    CandlePayload,
    CandlesReply,
    EventReply,
    MarketPayload,
    OrderBooksReply,
    PriceRangePayload,
    SeriesReply,
    TradesReply,
)
from kalshi_alpha.core.errors import DomainError, ParseRefused
from kalshi_alpha.core.ledger.closing_mid import QuoteSnapshot
from kalshi_alpha.core.types import Contracts, MarketStatus, Price, Side, Strike, StrikeType

SEEN = datetime(2025, 6, 11, 10, 29, 40, tzinfo=UTC)
CENTS = (PriceRangePayload("0.0000", "1.0000", "0.0100"),)


def terms(**change: object) -> MarketPayload:
    fields: dict[str, object] = {
        "ticker": "KXCPI-25MAY-T0.2",
        "event_ticker": "KXCPI-25MAY",
        "status": "active",
        "close_time": "2025-06-11T12:25:00Z",
        "price_ranges": CENTS,
        "strike_type": "greater",
        "floor_strike": Decimal("0.2"),
    }
    return MarketPayload(**{**fields, **change})  # type: ignore[arg-type]


def test_a_market_is_read_from_its_terms_not_from_its_ticker() -> None:
    market = decode.market(terms(floor_strike=Decimal("0.3"), cap_strike=Decimal("0.3")))
    assert market.strike == Strike(StrikeType.GREATER, Decimal("0.3"), Decimal("0.3"))
    assert market.close_at == datetime(2025, 6, 11, 12, 25, tzinfo=UTC)
    assert market.status is MarketStatus.ACTIVE


def test_a_legacy_market_without_a_strike_type_is_read_from_its_suffix() -> None:
    market = decode.market(
        terms(
            ticker="CPI-22SEP-TN0.4",
            event_ticker="CPI-22SEP",
            strike_type=None,
            floor_strike=None,
        )
    )
    assert market.strike == Strike(StrikeType.GREATER, Decimal("-0.4"))


def test_a_status_that_nobody_knows_takes_no_orders() -> None:
    assert decode.market(terms(status="sleeping")).status is MarketStatus.UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        {"strike_type": "functional"},
        {"floor_strike": None},
        {"price_ranges": ()},
        {"price_ranges": (PriceRangePayload("0.0000", "0.5000", "0.0100"),)},
    ],
)
def test_terms_that_are_unclear_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        decode.market(terms(**change))


@pytest.mark.parametrize("text", ["", "tomorrow", "2025-06-11T12:25:00"])
def test_a_time_without_a_zone_is_no_time(text: str) -> None:
    with pytest.raises(ParseRefused):
        decode.instant(text)


def test_one_unreadable_market_is_named_and_the_others_are_kept() -> None:
    event = {
        "event": {
            "event_ticker": "KXCPI-25MAY",
            "series_ticker": "KXCPI",
            "title": "CPI in May 2025",
            "markets": [
                {
                    "ticker": f"KXCPI-25MAY-T{floor}",
                    "event_ticker": "KXCPI-25MAY",
                    "status": "active",
                    "close_time": "2025-06-11T12:25:00Z",
                    "price_ranges": [{"start": "0.0000", "end": "1.0000", "step": "0.0100"}],
                    "strike_type": kind,
                    "floor_strike": floor,
                }
                for floor, kind in ((0.1, "greater"), (0.2, "structured"))
            ],
        }
    }
    reply = decode.decode(json.dumps(event).encode(), EventReply)
    markets, refused = decode.markets(reply.event)
    assert [market.ticker for market in markets] == ["KXCPI-25MAY-T0.1"]
    assert list(refused) == ["KXCPI-25MAY-T0.2"]
    assert "structured" in refused["KXCPI-25MAY-T0.2"]


def test_each_side_of_a_book_is_on_its_own_price_scale() -> None:
    reply = decode.decode(
        b'{"orderbooks":[{"ticker":"M","orderbook_fp":{'
        b'"yes_dollars":[["0.3300","40.00"],["0.3400","120.00"]],'
        b'"no_dollars":[["0.6300","10.00"],["0.6400","75.50"]]}}]}',
        OrderBooksReply,
    )
    books, refused = decode.books(reply, SEEN)
    assert not refused
    assert books["M"].best_yes_bid == Price(3400)
    assert books["M"].best_yes_ask == Price(3600)
    assert books["M"].bid_size(Side.NO) == Contracts(7550)
    assert books["M"].as_of == SEEN


def test_a_torn_book_is_named_and_the_others_are_kept() -> None:
    reply = decode.decode(
        b'{"orderbooks":[{"ticker":"A","orderbook_fp":{"yes_dollars":[["0.33","x"]],'
        b'"no_dollars":[]}},{"ticker":"B","orderbook_fp":{"yes_dollars":[],"no_dollars":[]}}]}',
        OrderBooksReply,
    )
    books, refused = decode.books(reply, SEEN)
    assert list(books) == ["B"]
    assert list(refused) == ["A"]


def trade(**change: object) -> dict[str, object]:
    return {
        "trade_id": "t1",
        "ticker": "M",
        "count_fp": "7.77",
        "yes_price_dollars": "0.3600",
        "taker_outcome_side": "yes",
        "created_time": "2025-06-11T10:48:42.609997Z",
        "is_block_trade": False,
        **change,
    }


def tape(*rows: dict[str, object]) -> TradesReply:
    return decode.decode(json.dumps({"trades": rows, "cursor": ""}).encode(), TradesReply)


def test_prints_come_newest_first_and_are_read_oldest_first() -> None:
    late = trade(trade_id="t2", created_time="2025-06-11T11:00:00Z")
    prints = decode.trades(tape(late, trade()))
    assert [each.trade_id for each in prints] == ["t1", "t2"]
    assert prints[0].contracts == Contracts(777)
    assert decode.by_ticker(prints) == {"M": prints}


@pytest.mark.parametrize(
    "change",
    [
        {"taker_outcome_side": "maybe"},
        {"count_fp": "0.00"},
        {"yes_price_dollars": "36"},
        {"created_time": "noon"},
    ],
)
def test_a_tape_with_an_unreadable_print_is_refused_whole(change: dict[str, object]) -> None:
    with pytest.raises(ParseRefused):
        decode.trades(tape(trade(), trade(**change)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>just a moment</html>",
        b'{"series":{"ticker":"KXCPI","title":"CPI","fee_type":"quadratic"}}',
        b'{"series":{"ticker":"KXCPI","title":"CPI","fee_type":null,"fee_multiplier":1}}',
    ],
)
def test_a_reply_that_lacks_a_fee_field_or_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ParseRefused, match="SeriesReply"):
        decode.decode(body, SeriesReply)


def test_a_field_that_is_new_is_ignored() -> None:
    body = b'{"series":{"ticker":"K","title":"t","fee_type":"quadratic","fee_multiplier":1,"x":2}}'
    assert decode.decode(body, SeriesReply).series.fee_multiplier == Decimal(1)


CANDLES = (
    b'{"ticker":"A-1","candlesticks":[{"end_period_ts":1781548800,'
    b'"yes_bid":{"open_dollars":"0.3300","low_dollars":"0.3300","high_dollars":"0.3500",'
    b'"close_dollars":"0.0000"},"yes_ask":{"open_dollars":"0.3600","low_dollars":"0.3500",'
    b'"high_dollars":"0.3700","close_dollars":"%b"},%b'
    b'"volume_fp":"0.00","open_interest_fp":"910.00"}]}'
)
MINUTE = timedelta(minutes=1)


def candles(close: bytes = b"1.0000", price: bytes = b"") -> tuple[CandlePayload, ...]:
    return decode.decode(CANDLES % (close, price), CandlesReply).candlesticks or ()


@pytest.mark.parametrize("price", [b"", b'"price":null,', b'"price":{"previous_dollars":"0.35"},'])
def test_a_candle_shows_quotes_at_both_its_ends_and_where_nobody_quotes(price: bytes) -> None:
    ended_at = datetime(2026, 6, 15, 18, 40, tzinfo=UTC)
    assert decode.quote_snapshots(candles(price=price), MINUTE) == (
        QuoteSnapshot(ended_at - MINUTE, Price(3300), Price(3600)),
        QuoteSnapshot(ended_at, None, None),
    )
    (_, closing) = decode.quote_snapshots(candles(b"0.0400"), MINUTE)
    assert (closing.bid, closing.ask) == (None, Price(400))


@pytest.mark.parametrize("text", [b"x", b"1.2", b""])
def test_a_candle_without_readable_quotes_is_refused(text: bytes) -> None:
    with pytest.raises(ParseRefused, match="candles"):
        decode.quote_snapshots(candles(text), MINUTE)
