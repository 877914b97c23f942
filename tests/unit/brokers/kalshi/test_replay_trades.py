from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from kalshi_alpha.brokers.kalshi.replay_trades import A_TRADE, read_trades, take_number
from kalshi_alpha.core.arrays import IntArray

ID = "07e85781-1eea-617c-9a78-e7d9e65d6f6c"
MARCH: dict[str, Any] = {
    "trade_id": ID,
    "market_ticker": "KXNBAGAME-26MAR07GSWOKC-OKC",
    "yes_price": 86,
    "no_price": 14,
    "yes_price_dollars": "0.8600",
    "no_price_dollars": "0.1400",
    "count": 200,
    "count_fp": "200.00",
    "taker_side": "yes",
    "ts": 1772928709,
}
TODAY: dict[str, Any] = {
    "trade_id": ID,
    "market_ticker": "KXHIGHNY-26JUN15-B82.5",
    "yes_price_dollars": "0.3600",
    "no_price_dollars": "0.6400",
    "count_fp": "7.77",
    "taker_side": "no",
    "taker_outcome_side": "no",
    "taker_book_side": "ask",
    "is_block_trade": False,
    "ts": 1781159489,
    "ts_ms": 1781159489957,
}


def line(msg: dict[str, Any], head: str = '{"type":"trade","sid":2,"seq":15') -> str:
    return f'{head},"msg":{json.dumps(msg, separators=(",", ":"))}}}'


def seen(text: str) -> tuple[bool, list[int]]:
    """Return whether a line is recognised, and its subscription and number."""
    whole = (text + "\n").encode() + b" " * 1024
    words: IntArray = np.lib.stride_tricks.as_strided(
        np.frombuffer(whole[: len(whole) // 8 * 8], dtype="<i8"), (len(whole) - 15,), (1,)
    )
    at, books, numbers = (np.full(shape, -1, dtype=np.int64) for shape in (1, 1, (1, 2)))
    ends = np.array([len(text.encode())])
    read_trades(words, np.zeros(1, dtype=np.int64), ends, at, numbers, books)
    assert (at[0] >= 0) == (books[0] == A_TRADE)
    return bool(at[0] >= 0), numbers[0].tolist()


@pytest.mark.parametrize("msg", [MARCH, TODAY])
@pytest.mark.parametrize("sent", ["", ',"sending_ts_ms":1781159489960'])
def test_a_trade_of_either_layout_is_numbered(msg: dict[str, Any], sent: str) -> None:
    assert seen(line(msg, f'{{"type":"trade","sid":12,"seq":345{sent}')) == (True, [12, 345])


@pytest.mark.parametrize("ticker", ["T", "T234567", "T2345678", "K" * 50])
def test_tickers_of_any_usual_length_are_passed(ticker: str) -> None:
    assert seen(line({**TODAY, "market_ticker": ticker}))[0]


@pytest.mark.parametrize(
    "change",
    [
        {"market_ticker": "K" * 70},
        {"market_ticker": 'T"'},
        {"market_ticker": "T\\"},
        {"yes_price_dollars": "1.0000"},
        {"yes_price_dollars": "0.36"},
        {"count_fp": "7.7"},
        {"count_fp": "123456789.00"},
        {"count_fp": ".77"},
        {"taker_side": "maybe"},
        {"is_block_trade": True},
        {"ts": "now"},
        {"ts": 1.5},
        {"more": 1},
        {"trade_id": "short"},
    ],
)
def test_anything_else_is_left_to_the_ordinary_path(change: dict[str, Any]) -> None:
    assert not seen(line({**TODAY, **change}))[0]


def test_every_byte_of_the_layout_counts() -> None:
    text = line(TODAY)
    free = set(range(text.index(ID), text.index(ID) + len(ID)))
    for at in range(len(text)):
        if at not in free:
            assert not seen(text[:at] + "\x01" + text[at + 1 :])[0], text[:at]
    assert not seen(text + " ")[0]
    assert not seen(text[:-1])[0]


@pytest.mark.parametrize("number", ["007", "12345678", "-1", "1.0"])
def test_a_number_that_is_none_is_left_to_the_ordinary_path(number: str) -> None:
    assert not seen(line(TODAY, f'{{"type":"trade","sid":2,"seq":{number}'))[0]


def test_a_number_is_taken_only_if_its_subscription_expects_it() -> None:
    subscriptions = np.array([[1, 4], [2, 15], [-1, 0]])
    assert take_number(subscriptions, 2, 15)
    assert subscriptions[1].tolist() == [2, 16]
    assert not take_number(subscriptions, 2, 15)
    assert not take_number(subscriptions, 3, 1)
