from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.core.errors import BadParameter, ParseRefused, VenueUnavailable
from kalshi_alpha.core.wire import WireReply
from venue_wire import STATUS, FakeWire, client, run, said

Read = Callable[[VenueClient], Awaitable[Any]]
MARKET = (
    b'{"ticker":"A-1","event_ticker":"A","status":"active","close_time":"2026-06-16T04:59:00Z",'
    b'"price_ranges":[{"start":"0.0000","end":"1.0000","step":"0.0100"}]}'
)
EVENT = b'{"event_ticker":"A","series_ticker":"S","title":"t","markets":[%b]}' % MARKET
BOOK = b'{"yes_dollars":[["0.3300","40.00"]],"no_dollars":[]}'
TRADE = (
    b'{"trade_id":"t1","ticker":"A-1","count_fp":"7.77","yes_price_dollars":"0.3600",'
    b'"taker_outcome_side":"yes","created_time":"2026-06-15T15:48:42Z","is_block_trade":false}'
)
QUOTES = (
    b'{"open_dollars":"0.33","low_dollars":"0.33","high_dollars":"0.35","close_dollars":"0.34"}'
)
CANDLES = (
    b'{"ticker":"A-1","candlesticks":[{"end_period_ts":1781548800,"yes_bid":%b,"yes_ask":%b,'
    b'"price":{"previous_dollars":"0.3500"},"volume_fp":"0.00","open_interest_fp":"910.00"}]}'
) % (QUOTES, QUOTES)
SCHEDULE = (
    b'{"schedule":{"standard_hours":[{"start_time":"2024-12-01T00:00:00Z",'
    b'"end_time":"2200-12-01T00:00:00Z","monday":[{"open_time":"00:00","close_time":"00:00"}],'
    b'"tuesday":[],"wednesday":[],"thursday":[{"open_time":"00:00","close_time":"03:00"},'
    b'{"open_time":"05:00","close_time":"00:00"}],"friday":[],"saturday":[],"sunday":null}],'
    b'"maintenance_windows":[]}}'
)
SERIES = b'{"series":{"ticker":"S","title":"t","fee_type":"quadratic","fee_multiplier":1}}'
CHANGES = b'{"series_fee_change_arr":[]}'
START, END = datetime(2026, 6, 15, tzinfo=UTC), datetime(2026, 6, 16, tzinfo=UTC)


def read(question: Read, *replies: WireReply) -> tuple[Any, FakeWire]:
    wire = FakeWire(*replies)

    async def session() -> Any:
        return await question(client(wire, VenueClient))

    return run(session()), wire


@pytest.mark.parametrize(
    ("question", "body", "target"),
    [
        (lambda v: v.exchange_schedule(), SCHEDULE, "/exchange/schedule"),
        (lambda v: v.series("S"), SERIES, "/series/S"),
        (
            lambda v: v.series_fee_changes("S", past=True),
            CHANGES,
            "/series/fee_changes?series_ticker=S&show_historical=true",
        ),
        (lambda v: v.series_fee_changes(), CHANGES, "/series/fee_changes"),
        (
            lambda v: v.event_fee_changes("A"),
            (
                b'{"event_fee_changes":[{"id":"a9","event_ticker":"A","series_ticker":"S",'
                b'"fee_type_override":null,"scheduled_ts":"2026-09-27T19:10:00Z"}],"cursor":""}'
            ),
            "/events/fee_changes?event_ticker=A&limit=200",
        ),
        (
            lambda v: v.events("S"),
            b'{"events":[%b],"cursor":""}' % EVENT,
            "/events?series_ticker=S&status=open&with_nested_markets=true&limit=200",
        ),
        (
            lambda v: v.event("A"),
            b'{"event":%b,"markets":[]}' % EVENT,
            "/events/A?with_nested_markets=true",
        ),
        (
            lambda v: v.markets(tickers=["A-1", "A-2"], status="open"),
            b'{"markets":[%b],"cursor":""}' % MARKET,
            "/markets?tickers=A-1%2CA-2&status=open&mve_filter=exclude&limit=1000",
        ),
        (
            lambda v: v.markets(limit=1),
            b'{"markets":[%b],"cursor":"more"}' % MARKET,
            "/markets?mve_filter=exclude&limit=1",
        ),
        (lambda v: v.market("A-1"), b'{"market":%b}' % MARKET, "/markets/A-1"),
        (
            lambda v: v.order_book("A-1"),
            b'{"orderbook_fp":%b}' % BOOK,
            "/markets/A-1/orderbook?depth=0",
        ),
        (
            lambda v: v.trades("A-1", min_ts=START),
            b'{"trades":[%b],"cursor":""}' % TRADE,
            "/markets/trades?ticker=A-1&min_ts=1781481600&limit=1000",
        ),
        (
            lambda v: v.candles("S", "A-1", START, END, 60),
            CANDLES,
            (
                "/series/S/markets/A-1/candlesticks?start_ts=1781481600&end_ts=1781568000"
                "&period_interval=60"
            ),
        ),
    ],
)
def test_each_question_goes_where_the_venue_answers_it(
    question: Read, body: bytes, target: str
) -> None:
    answer, wire = read(question, said(200, body))
    assert wire.targets == [f"GET {target}"]
    assert answer is not None


def test_books_are_asked_a_hundred_a_call_with_the_parameter_repeated() -> None:
    tickers = [f"A-{n}" for n in range(101)]
    bodies = [
        b'{"orderbooks":[%b]}'
        % b",".join(b'{"ticker":"%b","orderbook_fp":%b}' % (t.encode(), BOOK) for t in part)
        for part in (tickers[:100], tickers[100:])
    ]
    books, wire = read(lambda v: v.order_books(tickers), *(said(200, body) for body in bodies))
    assert [book.ticker for book in books] == tickers
    assert wire.targets[0].startswith("GET /markets/orderbooks?tickers=A-0&tickers=A-1&tickers=A-2")
    assert wire.targets[1] == "GET /markets/orderbooks?tickers=A-100"


def test_a_book_that_is_missing_is_an_error() -> None:
    with pytest.raises(ParseRefused, match="no book of A-1"):
        read(lambda v: v.order_books(["A-1"]), said(200, b'{"orderbooks":[]}'))


@pytest.mark.parametrize("status", [200, 500, 503, 504])
def test_the_status_is_read_whatever_code_it_comes_with(status: int) -> None:
    answer, wire = read(lambda v: v.exchange_status(), said(status, STATUS))
    assert answer.trading_active
    assert len(wire.sent) == 1
    assert "KALSHI-ACCESS-KEY" not in wire.sent[0][1]


def test_an_error_without_a_status_is_none() -> None:
    with pytest.raises(VenueUnavailable):
        read(lambda v: v.exchange_status(), said(503, b'{"error":"down"}'))


def test_questions_too_wide_or_too_fine_are_refused() -> None:
    for question in (
        lambda v: v.markets(status="open"),
        lambda v: v.candles("S", "A-1", START, END, 5),
    ):
        with pytest.raises(BadParameter):
            read(question, said(200))
