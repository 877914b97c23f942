from __future__ import annotations

from typing import Any

import pytest

from kalshi_alpha.sim.faults_frames import Ending
from kalshi_alpha.sim.stream import SimStream
from sim_exchange import HIGH, LOW, MID, TICKERS, Exchange, command, exchange, frames


def _subscribed(*channels: str, tickers: tuple[str, ...] = (MID,)) -> tuple[Exchange, SimStream]:
    ex = exchange()
    stream = ex.stream()
    _subscribe(ex, stream, *channels, tickers=tickers)
    return ex, stream


def _subscribe(
    ex: Exchange, stream: SimStream, *channels: str, tickers: tuple[str, ...] = (MID,), **more: Any
) -> list[Any]:
    params = {"channels": channels, "market_tickers": tickers, **more}
    return command(ex, stream, id=1, cmd="subscribe", params=params)


def _update(ex: Exchange, stream: SimStream, action: str, *tickers: str) -> list[Any]:
    params = {"sids": [1], "action": action, "market_tickers": tickers}
    return command(ex, stream, id=2, cmd="update_subscription", params=params)


def test_each_channel_is_acknowledged_by_itself_and_books_follow_at_once() -> None:
    ex = exchange()
    stream = ex.stream()
    told = _subscribe(ex, stream, "orderbook_delta", "trade", "fill", tickers=(LOW, MID))
    assert [(f["type"], f.get("id"), f.get("sid"), f.get("seq")) for f in told] == [
        ("subscribed", 1, None, None),
        ("orderbook_snapshot", None, 1, 1),
        ("orderbook_snapshot", None, 1, 2),
        ("subscribed", 1, None, None),
        ("subscribed", 1, None, None),
    ]
    acks = [f["msg"] for f in told if f["type"] == "subscribed"]
    assert [(a["channel"], a["sid"]) for a in acks] == [
        ("orderbook_delta", 1),
        ("trade", 2),
        ("fill", 3),
    ]


def test_the_number_is_the_subscriptions_and_shared_by_its_markets() -> None:
    ex, stream = _subscribed("orderbook_delta", tickers=(LOW, MID))
    for ticker in (LOW, MID, LOW):
        ex.rest(ticker)
    assert [f["seq"] for f in frames(stream)] == [3, 4, 5]


def test_books_of_added_markets_come_before_the_reply_which_is_numbered_too() -> None:
    ex, stream = _subscribed("orderbook_delta")
    told = _update(ex, stream, "add_markets", LOW, MID)
    assert [(f["type"], f["seq"]) for f in told] == [("orderbook_snapshot", 2), ("ok", 3)]
    assert told[0]["msg"]["market_ticker"] == LOW
    assert told[1]["msg"]["market_tickers"] == [MID, LOW]
    assert _update(ex, stream, "delete_markets", MID, LOW)[0]["msg"]["market_tickers"] == []
    ex.rest(MID)
    assert frames(stream) == []


def test_a_book_is_sent_again_on_demand() -> None:
    ex, stream = _subscribed("orderbook_delta")
    ex.rest()
    frames(stream)
    told = _update(ex, stream, "get_snapshot", MID, HIGH)
    assert [(f["type"], f["seq"]) for f in told] == [("orderbook_snapshot", 3), ("ok", 4)]
    assert told[0]["msg"]["yes_dollars_fp"] == [["0.3400", "10.00"]]


def test_an_unsubscribed_channel_is_quiet() -> None:
    ex, stream = _subscribed("orderbook_delta", "trade")
    told = command(ex, stream, id=3, cmd="unsubscribe", params={"sids": [1]})
    assert [(f["id"], f["type"], f["sid"], f["seq"]) for f in told] == [(3, "unsubscribed", 1, 2)]
    ex.rest()
    assert frames(stream) == []
    (listed,) = command(ex, stream, id=4, cmd="list_subscriptions")
    assert (listed["type"], listed["msg"]) == ("ok", [{"channel": "trade", "sid": 2}])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cmd": "unsubscribe", "params": {"sids": [9]}}, 7),
        ({"cmd": "subscribe", "params": {"channels": ["trade"], "market_tickers": ["KXNO"]}}, 11),
        ({"cmd": "subscribe", "params": {"channels": ["nothing"]}}, 8),
        (
            {
                "cmd": "update_subscription",
                "params": {"sid": 2, "action": "get_snapshot", "market_tickers": [MID]},
            },
            13,
        ),
    ],
)
def test_a_command_that_cannot_be_done_is_answered_with_its_code(
    fields: dict[str, Any], code: int
) -> None:
    ex, stream = _subscribed("orderbook_delta", "fill")
    (told,) = command(ex, stream, id=5, **fields)
    assert (told["id"], told["type"], told["msg"]["code"]) == (5, "error", code)


def test_a_frame_without_an_id_is_answered_without_one() -> None:
    ex = exchange()
    (told,) = command(ex, ex.stream(), cmd="nothing")
    assert "id" not in told


def test_books_may_be_shown_on_the_yes_scale() -> None:
    ex = exchange()
    ex.rest(side="ask", price="0.3600")
    ex.rest(side="ask", price="0.3700")
    stream = ex.stream()
    told = _subscribe(ex, stream, "orderbook_delta", use_yes_price=True)
    assert told[1]["msg"]["no_dollars_fp"] == [["0.3600", "10.00"], ["0.3700", "10.00"]]
    ex.rest(side="ask", price="0.3800")
    (delta,) = frames(stream)
    assert (delta["msg"]["price_dollars"], delta["msg"]["side"]) == ("0.3800", "no")


def test_quotes_may_be_sent_at_once() -> None:
    ex = exchange()
    told = _subscribe(ex, ex.stream(), "ticker", tickers=TICKERS, send_initial_snapshot=True)
    assert [f["type"] for f in told] == ["subscribed", "ticker", "ticker", "ticker"]


def test_channels_break_with_a_terminal_code_and_can_be_subscribed_again() -> None:
    ex, stream = _subscribed("orderbook_delta", "fill")
    ex.app.break_channels(10, ex.app.now())
    told = frames(stream)
    assert [(f["sid"], f["msg"]["code"]) for f in told] == [(1, 10), (2, 10)]
    ex.rest()
    assert frames(stream) == []
    assert _subscribe(ex, stream, "orderbook_delta")[0]["msg"]["sid"] == 3


def test_a_stream_that_ended_says_nothing_more() -> None:
    ex, stream = _subscribed("orderbook_delta")
    ready: list[int] = []
    stream.call_when_ready(lambda: ready.append(1))
    ex.app.end_streams()
    assert stream.ended
    assert [out.ending for out in stream.take()] == [Ending.RESET]
    ex.rest()
    assert (stream.take(), ready) == ([], [1])


def test_a_closed_stream_forgets_everything() -> None:
    ex, stream = _subscribed("orderbook_delta")
    ex.rest()
    stream.close()
    assert (stream.ended, stream.take()) == (True, [])
