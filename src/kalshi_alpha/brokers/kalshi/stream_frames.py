"""The venue's stream frames as typed values, one frame at a time.

Today's frames carry prices and counts as strings. Recordings of before March 2026 carry whole
cents and whole contracts; those are read too, and come out in today's form. A field that carries
money is required; fields nobody reads here are skipped, for the venue adds some weekly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias, get_args

import msgspec

from kalshi_alpha.core.errors import BadContracts, VenueError
from kalshi_alpha.core.types import Price, Side

_TWO_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]{2}")
_SIGNED_COUNT = re.compile(r"(-?[0-9]+)(?:\.([0-9]{1,2}))?")


class UnreadableFrame(VenueError):
    """A frame is cut, is no JSON, or misses a field that it must have."""


class DeltaMsg(msgspec.Struct, frozen=True, gc=False):
    """One level's change; the price is on that side's own scale."""

    market_ticker: str
    price_dollars: str
    delta_fp: str
    side: Side


class Delta(msgspec.Struct, frozen=True, gc=False, tag="orderbook_delta"):
    """``orderbook_delta``."""

    sid: int
    seq: int
    msg: DeltaMsg


class SnapshotMsg(msgspec.Struct, frozen=True):
    """A whole book; a side without bids is absent.

    ``yes`` and ``no`` are whole cents and whole contracts, in old recordings only.
    """

    market_ticker: str
    yes_dollars_fp: tuple[tuple[str, str], ...] | None = None
    no_dollars_fp: tuple[tuple[str, str], ...] | None = None
    yes: tuple[tuple[int, int], ...] | None = None
    no: tuple[tuple[int, int], ...] | None = None


class Snapshot(msgspec.Struct, frozen=True, tag="orderbook_snapshot"):
    """``orderbook_snapshot``."""

    sid: int
    seq: int
    msg: SnapshotMsg


class TradeMsg(msgspec.Struct, frozen=True):
    """A public print."""

    trade_id: str
    market_ticker: str
    yes_price_dollars: str
    count_fp: str
    taker_outcome_side: Side | None = None
    taker_side: Side | None = None
    is_block_trade: bool = False
    ts_ms: int = 0


class TradeFrame(msgspec.Struct, frozen=True, tag="trade"):
    """``trade``."""

    sid: int
    msg: TradeMsg
    seq: int | None = None


class FillMsg(msgspec.Struct, frozen=True):
    """A fill of our own order; the price is the YES price whatever the side."""

    trade_id: str
    order_id: str
    market_ticker: str
    is_taker: bool
    yes_price_dollars: str
    count_fp: str
    fee_cost: str
    outcome_side: Side
    client_order_id: str = ""
    post_position_fp: str = ""
    exchange_index: int = 0
    ts_ms: int = 0


class FillFrame(msgspec.Struct, frozen=True, tag="fill"):
    """``fill``."""

    sid: int
    msg: FillMsg


class UserOrderMsg(msgspec.Struct, frozen=True):
    """The state of our own order; ``status`` is the venue's word and may be a new one."""

    order_id: str
    ticker: str
    status: str
    outcome_side: Side
    yes_price_dollars: str
    initial_count_fp: str
    fill_count_fp: str
    remaining_count_fp: str
    client_order_id: str = ""
    last_update_reason: str = ""
    exchange_index: int = 0


class UserOrderFrame(msgspec.Struct, frozen=True, tag="user_order"):
    """``user_order``."""

    sid: int
    msg: UserOrderMsg


class SubscribedMsg(msgspec.Struct, frozen=True):
    """The channel that was subscribed, and its subscription."""

    channel: str
    sid: int


class Subscribed(msgspec.Struct, frozen=True, tag="subscribed"):
    """``subscribed``: one reply for each channel."""

    msg: SubscribedMsg
    id: int = 0


class Unsubscribed(msgspec.Struct, frozen=True, tag="unsubscribed"):
    """``unsubscribed``."""

    sid: int
    seq: int | None = None
    id: int = 0


class Acknowledged(msgspec.Struct, frozen=True, tag="ok"):
    """``ok``: what was asked is done; on a numbered subscription it takes a number of its own."""

    sid: int | None = None
    seq: int | None = None
    id: int = 0


class ErrorMsg(msgspec.Struct, frozen=True):
    """Why the venue refuses, or ends a channel."""

    code: int
    msg: str = ""


class ErrorFrame(msgspec.Struct, frozen=True, tag="error"):
    """``error``."""

    msg: ErrorMsg
    sid: int | None = None
    seq: int | None = None
    id: int = 0


class OtherFrame(msgspec.Struct, frozen=True):
    """Any other frame: its name, its place in its subscription, and its message as JSON."""

    type: str
    sid: int | None = None
    seq: int | None = None
    msg: msgspec.Raw = msgspec.Raw()


KnownFrame: TypeAlias = (
    Delta
    | Snapshot
    | TradeFrame
    | FillFrame
    | UserOrderFrame
    | Subscribed
    | Unsubscribed
    | Acknowledged
    | ErrorFrame
)
StreamFrame: TypeAlias = KnownFrame | OtherFrame


class _OldDeltaMsg(msgspec.Struct):
    market_ticker: str
    price: int
    delta: int
    side: Side


class _OldDelta(msgspec.Struct, tag="orderbook_delta"):
    sid: int
    seq: int
    msg: _OldDeltaMsg


class _OldTradeMsg(msgspec.Struct):
    trade_id: str
    market_ticker: str
    yes_price: int
    count: int
    taker_side: Side


class _OldTrade(msgspec.Struct, tag="trade"):
    sid: int
    msg: _OldTradeMsg
    seq: int | None = None


UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)
"""What decoding raises: text that is no UTF-8 comes as the latter."""
KNOWN_TYPES = frozenset(str(kind.__struct_config__.tag) for kind in get_args(KnownFrame))
decode_known: Callable[[bytes], KnownFrame] = msgspec.json.Decoder(KnownFrame).decode
"""Decode one frame of a type that is known, or raise msgspec's own error; see `decode_frame`."""
_decode_other = msgspec.json.Decoder(OtherFrame).decode
_decode_old = msgspec.json.Decoder(_OldDelta | _OldTrade).decode


def decode_frame(frame: bytes) -> StreamFrame:
    """Decode one frame.

    Raises
    ------
    UnreadableFrame
        If it is cut, is no JSON, or misses a field that it must have.
    """
    try:
        return decode_known(frame)
    except UNREADABLE as error:
        return decode_unusual(frame, error)


def decode_unusual(frame: bytes, error: Exception) -> StreamFrame:
    """Decode a frame of a type that is not known, or of the form of old recordings.

    Raises
    ------
    UnreadableFrame
        If it is neither; ``error`` says what was wrong with it.
    """
    try:
        other = _decode_other(frame)
        if other.type not in KNOWN_TYPES:
            return other
        old = _decode_old(frame)
    except UNREADABLE:
        start = frame[:80].decode("utf-8", "replace")
        raise UnreadableFrame(f"{error}, in a frame that starts {start!r}") from error
    if isinstance(old, _OldDelta):
        msg = old.msg
        return Delta(
            old.sid,
            old.seq,
            DeltaMsg(msg.market_ticker, _of_cents(msg.price), f"{msg.delta}.00", msg.side),
        )
    trade = old.msg
    return TradeFrame(
        old.sid,
        TradeMsg(
            trade.trade_id,
            trade.market_ticker,
            _of_cents(trade.yes_price),
            f"{trade.count}.00",
            taker_side=trade.taker_side,
        ),
        old.seq,
    )


def snapshot_texts(msg: SnapshotMsg, side: Side) -> Iterable[tuple[str, str]]:
    """Return a side's bids as pairs of texts, price and count."""
    today, old = (msg.yes_dollars_fp, msg.yes) if side is Side.YES else (msg.no_dollars_fp, msg.no)
    if today is not None:
        return today
    return [(_of_cents(cents), f"{count}.00") for cents, count in old or ()]


def read_price(text: str) -> int:
    """Return a price in 1e-4 dollars.

    Raises
    ------
    BadPrice
        If the text is no price.
    """
    return Price.parse(text).e4


def read_change(text: str) -> int:
    """Return a signed count in hundredths of contracts.

    Raises
    ------
    BadContracts
        If the text is no count.
    """
    # Nearly every count has two decimals: then its digits are the number.
    if _TWO_DECIMALS.fullmatch(text) is not None:
        return int(text.replace(".", ""))
    match = _SIGNED_COUNT.fullmatch(text)
    if match is None:
        raise BadContracts(f"a change must look like -10.00, was {text!r}")
    whole, hundredths = match.groups()
    return int(whole + (hundredths or "").ljust(2, "0"))


def _of_cents(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}00"
