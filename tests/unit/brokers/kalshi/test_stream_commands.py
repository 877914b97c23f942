from __future__ import annotations

import json

import pytest

from kalshi_alpha.brokers.kalshi.stream_commands import (
    PASSING_CODES,
    TERMINAL_CODES,
    Channel,
    get_snapshot,
    subscribe,
)


def test_a_book_is_subscribed_with_its_price_scale_stated() -> None:
    assert json.loads(subscribe(1, Channel.BOOK, ["B", "A"])) == {
        "id": 1,
        "cmd": "subscribe",
        "params": {
            "channels": ["orderbook_delta"],
            "market_tickers": ["A", "B"],
            "use_yes_price": False,
        },
    }


@pytest.mark.parametrize(
    ("channel", "params"),
    [
        (Channel.TRADE, {"channels": ["trade"], "market_tickers": ["A"]}),
        (Channel.FILL, {"channels": ["fill"]}),
        (Channel.USER_ORDERS, {"channels": ["user_orders"]}),
        (Channel.LIFECYCLE, {"channels": ["market_lifecycle_v2"]}),
    ],
)
def test_what_is_our_own_or_about_all_markets_needs_no_filter(
    channel: Channel, params: dict[str, object]
) -> None:
    assert json.loads(subscribe(2, channel, ["A"]))["params"] == params


def test_whole_books_are_asked_of_their_subscription() -> None:
    assert json.loads(get_snapshot(3, 7, {"B", "A"})) == {
        "id": 3,
        "cmd": "update_subscription",
        "params": {"sids": [7], "action": "get_snapshot", "market_tickers": ["A", "B"]},
    }


def test_no_code_is_both_terminal_and_passing() -> None:
    assert not TERMINAL_CODES & PASSING_CODES
