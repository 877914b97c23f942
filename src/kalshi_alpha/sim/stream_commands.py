"""What a client may ask of its stream, and the numbered errors it is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from kalshi_alpha.core.errors import VenueError


class Channel(StrEnum):
    """The channels of this exchange."""

    ORDERBOOK_DELTA = "orderbook_delta"
    TICKER = "ticker"
    TRADE = "trade"
    FILL = "fill"
    USER_ORDERS = "user_orders"
    MARKET_POSITIONS = "market_positions"
    MARKET_LIFECYCLE = "market_lifecycle_v2"
    ORDER_GROUP_UPDATES = "order_group_updates"


# Frames of these channels are numbered, one count for each subscription.
SEQUENCED = frozenset(
    {
        Channel.ORDERBOOK_DELTA,
        Channel.TRADE,
        Channel.MARKET_LIFECYCLE,
        Channel.ORDER_GROUP_UPDATES,
    }
)
# These take no list of markets: they tell of all of them, or of none.
UNFILTERED = frozenset({Channel.MARKET_LIFECYCLE, Channel.ORDER_GROUP_UPDATES})

_MESSAGES: Mapping[int, str] = {
    1: "Unable to process message",
    2: "Params required",
    3: "Channels required",
    4: "Subscription IDs required",
    5: "Unknown command",
    7: "Unknown subscription ID",
    8: "Unknown channel name",
    9: "Authentication required",
    10: "Channel error",
    11: "Invalid parameter",
    12: "Exactly one subscription ID is required",
    13: "Unsupported action",
    14: "Market ticker required",
    15: "Action required",
    25: "Subscription buffer overflow",
}


class CommandError(VenueError):
    """A command that the stream refuses; ``code`` says why."""

    def __init__(self, code: int, command_id: int = 0) -> None:
        super().__init__(f"stream error {code}: {error_text(code)}")
        self.code = code
        self.command_id = command_id


def error_text(code: int) -> str:
    """Return the venue's words for a code."""
    return _MESSAGES.get(code, "Error")


class _Params(msgspec.Struct, frozen=True):
    channels: tuple[str, ...] = ()
    market_ticker: str | None = None
    market_tickers: tuple[str, ...] = ()
    sid: int | None = None
    sids: tuple[int, ...] = ()
    action: str | None = None
    send_initial_snapshot: bool = False
    use_yes_price: bool = False

    @property
    def tickers(self) -> tuple[str, ...]:
        """The markets that are named, each once."""
        named = ((self.market_ticker,) if self.market_ticker else ()) + self.market_tickers
        return tuple(dict.fromkeys(named))


class _Frame(msgspec.Struct, frozen=True):
    cmd: str | None = None
    id: int = 0
    params: _Params | None = None


class Subscribe(msgspec.Struct, frozen=True):
    """Open one subscription for each channel."""

    command_id: int
    channels: tuple[Channel, ...]
    tickers: tuple[str, ...]
    initial_ticker: bool
    yes_scale: bool


class Unsubscribe(msgspec.Struct, frozen=True):
    """End subscriptions."""

    command_id: int
    sids: tuple[int, ...]


class Update(msgspec.Struct, frozen=True):
    """Add markets to a subscription, take some away, or ask for their books again."""

    command_id: int
    sid: int
    action: str
    tickers: tuple[str, ...]


class ListSubscriptions(msgspec.Struct, frozen=True):
    """Say what is subscribed."""

    command_id: int


Command = Subscribe | Unsubscribe | Update | ListSubscriptions
_ACTIONS = frozenset({"add_markets", "delete_markets", "get_snapshot"})


def read_command(frame: bytes) -> Command:
    """Read a client's frame.

    Raises
    ------
    CommandError
        With the venue's code, if it is not one that can be carried out.
    """
    try:
        decoded = msgspec.json.decode(frame, type=_Frame)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CommandError(1) from error
    params = decoded.params
    match decoded.cmd:
        case "list_subscriptions":
            return ListSubscriptions(decoded.id)
        case "subscribe" | "unsubscribe" | "update_subscription" if params is None:
            raise CommandError(2, decoded.id)
        case "subscribe" if params is not None:
            return _subscribe(decoded.id, params)
        case "unsubscribe" if params is not None:
            return _unsubscribe(decoded.id, params)
        case "update_subscription" if params is not None:
            return _update(decoded.id, params)
        case _:
            raise CommandError(5, decoded.id)


def _subscribe(command_id: int, params: _Params) -> Subscribe:
    if not params.channels:
        raise CommandError(3, command_id)
    if any(name not in set(Channel) for name in params.channels):
        raise CommandError(8, command_id)
    channels = tuple(Channel(name) for name in dict.fromkeys(params.channels))
    if Channel.ORDERBOOK_DELTA in channels and not params.tickers:
        raise CommandError(14, command_id)
    return Subscribe(
        command_id,
        channels,
        params.tickers,
        params.send_initial_snapshot,
        params.use_yes_price,
    )


def _unsubscribe(command_id: int, params: _Params) -> Unsubscribe:
    if not params.sids:
        raise CommandError(4, command_id)
    return Unsubscribe(command_id, params.sids)


def _update(command_id: int, params: _Params) -> Update:
    sids = params.sids + (() if params.sid is None else (params.sid,))
    if len(sids) != 1:
        raise CommandError(12, command_id)
    if params.action is None:
        raise CommandError(15, command_id)
    if params.action not in _ACTIONS:
        raise CommandError(13, command_id)
    if not params.tickers:
        raise CommandError(14, command_id)
    return Update(command_id, sids[0], params.action, params.tickers)
