"""What is said to the venue's stream, and what its error codes ask of us."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Channel(StrEnum):
    """The channels that are subscribed here."""

    BOOK = "orderbook_delta"
    TRADE = "trade"
    FILL = "fill"
    USER_ORDERS = "user_orders"
    LIFECYCLE = "market_lifecycle_v2"


_FILTERED = frozenset({Channel.BOOK, Channel.TRADE})

ALREADY_SUBSCRIBED = 6
TERMINAL_CODES = frozenset({10, 25})
"""The channel ended (an error of its own, or its buffer ran over): subscribe it again."""
PASSING_CODES = frozenset({1, 7, 18, 27})
"""Unable to process, unknown subscription, timeout, too many requests: begin anew, later."""

_encode = msgspec.json.Encoder().encode


def subscribe(command_id: int, channel: Channel, tickers: Iterable[str]) -> bytes:
    """Return the command that subscribes one channel.

    Books and trades are of the tickers; what is our own or about all markets needs no filter.
    The price scale of a book is always stated: its default is announced to change.
    """
    params: dict[str, object] = {"channels": [channel]}
    if channel in _FILTERED:
        params["market_tickers"] = sorted(tickers)
    if channel is Channel.BOOK:
        params["use_yes_price"] = False
    return _encode({"id": command_id, "cmd": "subscribe", "params": params})


def get_snapshot(command_id: int, sid: int, tickers: Iterable[str]) -> bytes:
    """Return the command that asks for whole books of a subscription."""
    params = {"sids": [sid], "action": "get_snapshot", "market_tickers": sorted(tickers)}
    return _encode({"id": command_id, "cmd": "update_subscription", "params": params})
