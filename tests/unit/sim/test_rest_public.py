from __future__ import annotations

import json
from datetime import timedelta

import pytest

from kalshi_alpha.core.types import Price
from sim_exchange import CLOSE, EVENT, HIGH, LOW, MID, SERIES, START, TAKER, TICKERS, exchange


def test_the_exchange_says_whether_it_trades() -> None:
    ex = exchange()
    assert ex.json("GET", "exchange/status", signed=False)["trading_active"] is True
    ex.app.engine.set_trading(START, active=False)
    status = ex.json("GET", "exchange/status", signed=False)
    assert (status["exchange_active"], status["trading_active"]) == (True, False)
    assert status["exchange_index_statuses"][0]["trading_active"] is False


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("exchange/schedule", "schedule"),
        ("historical/cutoff", "market_settled_ts"),
        ("series", "series"),
        ("series/fee_changes", "series_fee_change_arr"),
        ("events/fee_changes", "event_fee_changes"),
        (f"series/{SERIES}", "series"),
        (f"events/{EVENT}", "event"),
        (f"markets/{MID}", "market"),
        ("incentive_programs", "next_cursor"),
        ("account/endpoint_costs", "default_cost"),
    ],
)
def test_public_endpoints_need_no_key(path: str, name: str) -> None:
    assert name in exchange().json("GET", path, signed=False)


@pytest.mark.parametrize(
    "path", ["series/KXNONE", "events/KXNONE-1", "markets/KXNONE-1-T1", "no/such"]
)
def test_what_is_not_there_is_404_with_the_nested_error(path: str) -> None:
    reply = exchange().call("GET", path, signed=False)
    assert reply.status == 404
    assert json.loads(reply.body)["error"]["code"] in {"not_found", "market_not_found"}


def test_an_event_carries_its_markets_inside_or_beside() -> None:
    ex = exchange()
    beside = ex.json("GET", f"events/{EVENT}")
    inside = ex.json("GET", f"events/{EVENT}", query="with_nested_markets=true")
    assert [m["ticker"] for m in beside["markets"]] == list(TICKERS)
    assert [m["ticker"] for m in inside["event"]["markets"]] == list(TICKERS)
    assert "markets" not in inside


def test_events_are_filtered_by_series_and_by_the_status_of_any_market() -> None:
    ex = exchange()
    assert len(ex.json("GET", "events", query=f"series_ticker={SERIES}")["events"]) == 1
    assert ex.json("GET", "events", query="series_ticker=KXNONE")["events"] == []
    assert ex.json("GET", "events", query=f"tickers={EVENT}&with_nested_markets=true")["events"]
    assert len(ex.json("GET", "events", query="status=open")["events"]) == 1
    assert ex.json("GET", "events", query="status=settled")["events"] == []
    assert ex.call("GET", "events", query="limit=201").status == 400


def test_markets_are_filtered_and_paged() -> None:
    ex = exchange()
    ask = ex.json("GET", "markets", query=f"tickers={LOW},{HIGH}")
    assert [m["ticker"] for m in ask["markets"]] == [LOW, HIGH]
    assert ask["cursor"] == ""
    first = ex.json("GET", "markets", query=f"limit=2&event_ticker={EVENT}&mve_filter=exclude")
    second = ex.json("GET", "markets", query=f"limit=2&cursor={first['cursor']}")
    assert [m["ticker"] for m in first["markets"] + second["markets"]] == list(TICKERS)
    assert second["cursor"] == ""
    assert ex.json("GET", "markets", query="mve_filter=only")["markets"] == []
    assert ex.json("GET", "markets", query="series_ticker=KXNONE")["markets"] == []


def test_markets_are_filtered_by_the_words_of_status_and_by_their_close() -> None:
    ex = exchange()
    ex.app.engine.determine(LOW, Price(10_000), START)
    tickers = {
        status: [
            m["ticker"] for m in ex.json("GET", "markets", query=f"status={status}")["markets"]
        ]
        for status in ("open", "closed", "settled")
    }
    assert tickers == {"open": [MID, HIGH], "closed": [LOW], "settled": []}
    late = int(CLOSE.timestamp()) + 1
    assert ex.json("GET", "markets", query=f"min_close_ts={late}")["markets"] == []
    assert ex.call("GET", "markets", query="status=live").status == 400


def test_a_limit_above_the_maximum_is_refused_and_a_garbage_cursor_is_not() -> None:
    ex = exchange()
    refused = ex.call("GET", "markets", query="limit=1001")
    assert refused.status == 400
    assert set(json.loads(refused.body)) == {"msg"}
    assert len(ex.json("GET", "markets", query="cursor=garbage")["markets"]) == 3


def test_a_book_shows_bids_on_both_sides_ascending() -> None:
    ex = exchange()
    for price in ("0.3400", "0.3300", "0.3200"):
        ex.rest(price=price)
    ex.rest(side="ask", price="0.3600", count="75.50")
    book = ex.json("GET", f"markets/{MID}/orderbook", signed=False)["orderbook_fp"]
    assert book == {
        "yes_dollars": [["0.3200", "10.00"], ["0.3300", "10.00"], ["0.3400", "10.00"]],
        "no_dollars": [["0.6400", "75.50"]],
    }
    top = ex.json("GET", f"markets/{MID}/orderbook", query="depth=2")["orderbook_fp"]
    assert [price for price, _ in top["yes_dollars"]] == ["0.3300", "0.3400"]
    assert ex.call("GET", f"markets/{MID}/orderbook", query="depth=101").status == 400


def test_books_are_asked_for_by_repeating_the_parameter() -> None:
    ex = exchange()
    both = ex.json("GET", "markets/orderbooks", query=f"tickers={LOW}&tickers={MID}")["orderbooks"]
    assert [book["ticker"] for book in both] == [LOW, MID]
    joined = ex.json("GET", "markets/orderbooks", query=f"tickers={LOW},{MID}")["orderbooks"]
    assert [book["ticker"] for book in joined] == [LOW]
    assert ex.call("GET", "markets/orderbooks").status == 400


def test_prints_come_newest_first_and_may_be_paged_and_bounded() -> None:
    ex = exchange()
    for _ in range(3):
        ex.rest(count="1.00")
        ex.rest(side="ask", count="1.00", account=TAKER)
        ex.clock.step(60)
    rows = ex.json("GET", "markets/trades", query=f"ticker={MID}")["trades"]
    times = [row["created_time"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert len(times) == 3
    assert {row["taker_book_side"] for row in rows} == {"ask"}
    first = ex.json("GET", "markets/trades", query="limit=2")
    rest = ex.json("GET", "markets/trades", query=f"limit=2&cursor={first['cursor']}")
    assert [r["trade_id"] for r in first["trades"] + rest["trades"]] == [
        r["trade_id"] for r in rows
    ]
    since = int((START + timedelta(seconds=30)).timestamp())
    assert len(ex.json("GET", "markets/trades", query=f"min_ts={since}")["trades"]) == 2
    assert ex.json("GET", "markets/trades", query="ticker=KXGONE-1-T1")["trades"] == []
    assert ex.json("GET", "markets/trades", query="is_block_trade=true")["trades"] == []


PATH = f"series/{SERIES}/markets/{MID}/candlesticks"


def test_candles_are_listed_for_the_minutes_in_which_something_moved() -> None:
    ex = exchange()
    ex.rest(price="0.3300", count="10.00")
    ex.rest(side="ask", price="0.3600", account=TAKER)
    ex.clock.step(600)
    ex.rest(side="ask", price="0.3300", count="1.00", account=TAKER, post_only=False)
    begun = int(START.timestamp())
    query = f"start_ts={begun}&end_ts={begun + 3600}&period_interval=1"
    rows = ex.json("GET", PATH, query=query)
    assert rows["ticker"] == MID
    assert [row["end_period_ts"] - begun for row in rows["candlesticks"]] == [0, 600]
    last = rows["candlesticks"][-1]
    assert last["yes_bid"]["close_dollars"] == "0.3300"
    assert last["yes_ask"]["close_dollars"] == "0.3600"
    assert last["price"]["close_dollars"] == "0.3300"
    assert (last["volume_fp"], last["open_interest_fp"]) == ("1.00", "1.00")
    many = ex.json("GET", "markets/candlesticks", query=f"market_tickers={LOW},{MID},X&{query}")
    assert [m["market_ticker"] for m in many["markets"]] == [LOW, MID]
    assert many["markets"][1]["candlesticks"] == rows["candlesticks"]
    assert many["markets"][0]["candlesticks"] == []


def test_a_question_for_candles_is_read_strictly() -> None:
    ex = exchange()
    assert ex.call("GET", PATH, query="period_interval=5").status == 400
    assert ex.call("GET", PATH.replace(MID, "KXGONE-1-T1")).status == 404


def test_quotes_inside_markets_say_that_they_may_be_cached_and_books_do_not() -> None:
    ex = exchange()
    assert ex.call("GET", "markets").headers["cache-control"] == "public, max-age=15"
    assert "cache-control" not in ex.call("GET", f"markets/{MID}/orderbook").headers


def test_the_staleness_of_private_reads_can_be_asked_for() -> None:
    assert (
        exchange().json("GET", "exchange/user_data_timestamp")["as_of_time"]
        == "2025-06-11T10:30:00Z"
    )
