from __future__ import annotations

import json
from typing import Any

import pytest

from kalshi_alpha.sim.stream_commands import (
    Channel,
    CommandError,
    ListSubscriptions,
    Subscribe,
    Unsubscribe,
    Update,
    error_text,
    read_command,
)


def _read(**fields: Any) -> object:
    return read_command(json.dumps(fields).encode())


def test_a_subscription_names_its_channels_and_markets_once() -> None:
    params = {
        "channels": ["orderbook_delta", "trade", "trade"],
        "market_ticker": "A",
        "market_tickers": ["B", "A"],
        "use_yes_price": True,
        "send_initial_snapshot": True,
    }
    assert _read(id=1, cmd="subscribe", params=params) == Subscribe(
        1, (Channel.ORDERBOOK_DELTA, Channel.TRADE), ("A", "B"), True, True
    )


def test_the_other_commands_are_read() -> None:
    assert _read(id=2, cmd="unsubscribe", params={"sids": [1, 2]}) == Unsubscribe(2, (1, 2))
    update = {"sid": 1, "action": "get_snapshot", "market_tickers": ["A"]}
    assert _read(id=3, cmd="update_subscription", params=update) == Update(
        3, 1, "get_snapshot", ("A",)
    )
    assert _read(cmd="list_subscriptions") == ListSubscriptions(0)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cmd": "subscribe"}, 2),
        ({"cmd": "subscribe", "params": {}}, 3),
        ({"cmd": "unsubscribe", "params": {}}, 4),
        ({"cmd": "shout"}, 5),
        ({}, 5),
        ({"cmd": "subscribe", "params": {"channels": ["ticker_v2"]}}, 8),
        ({"cmd": "subscribe", "params": {"channels": ["orderbook_delta"]}}, 14),
        ({"cmd": "update_subscription", "params": {"action": "add_markets"}}, 12),
        ({"cmd": "update_subscription", "params": {"sids": [1, 2], "action": "add_markets"}}, 12),
        ({"cmd": "update_subscription", "params": {"sid": 1}}, 15),
        ({"cmd": "update_subscription", "params": {"sid": 1, "action": "forget"}}, 13),
        ({"cmd": "update_subscription", "params": {"sid": 1, "action": "add_markets"}}, 14),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_venues_code(
    fields: dict[str, Any], code: int
) -> None:
    with pytest.raises(CommandError) as error:
        _read(id=9, **fields)
    assert (error.value.code, error.value.command_id) == (code, 9)


@pytest.mark.parametrize("frame", [b"", b"{", b"[]", b"\xff", b'{"id":"one"}'])
def test_what_is_no_command_cannot_be_processed(frame: bytes) -> None:
    with pytest.raises(CommandError) as error:
        read_command(frame)
    assert error.value.code == 1


def test_codes_that_are_not_listed_have_words_too() -> None:
    assert error_text(8) == "Unknown channel name"
    assert error_text(99) == "Error"
