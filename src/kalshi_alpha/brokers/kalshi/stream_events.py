"""What a market stream tells its owner, and how patient it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from kalshi_alpha.brokers.kalshi.stream_frames import (
    FillMsg,
    OtherFrame,
    TradeMsg,
    UserOrderMsg,
)
from kalshi_alpha.core.book.ladder_book import LadderBook
from kalshi_alpha.core.errors import BadParameter, VenueError


class StreamRefused(VenueError):
    """The venue refuses what is asked of its stream, and would refuse it again."""


class NoticeKind(StrEnum):
    """What happened to a stream."""

    CONNECTED = "connected"
    """A new connection is open. Fills may have been missed before it: ask for them."""
    SUBSCRIBED = "subscribed"
    DISCONNECTED = "disconnected"
    SEQ_GAP = "seq_gap"
    SEQ_REPEAT = "seq_repeat"
    UNREADABLE_FRAME = "unreadable_frame"
    SNAPSHOT_ASKED = "snapshot_asked"
    PROBED = "probed"
    STALLED = "stalled"
    CHANNEL_ENDED = "channel_ended"
    """A channel is subscribed anew. What it carried meanwhile is missing."""
    VENUE_ERROR = "venue_error"
    CLOCK_DOUBTED = "clock_doubted"
    """Our clock is in doubt: no handshake is signed until it was compared with the venue's."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that happened, for logs and for whoever reconciles."""

    kind: NoticeKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StreamHandlers:
    """Who is called, in the order of the frames; None for nobody.

    A handler is called inside the reading loop and must return at once. What it raises ends the
    stream.

    Attributes
    ----------
    on_book
        A book changed, became dirty, or became clean.
    on_trade, on_fill, on_user_order
        A public print; a fill or a new state of one of our own orders.
    on_other
        A frame of another type, such as a market's life cycle.
    on_frame
        Every frame as it came, before it is decoded.
    on_notice
        What happened to the stream itself.
    """

    on_book: Callable[[LadderBook], None] | None = None
    on_trade: Callable[[TradeMsg], None] | None = None
    on_fill: Callable[[FillMsg], None] | None = None
    on_user_order: Callable[[UserOrderMsg], None] | None = None
    on_other: Callable[[OtherFrame], None] | None = None
    on_frame: Callable[[bytes], None] | None = None
    on_notice: Callable[[Notice], None] | None = None


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """How patient a stream is; all in seconds but the counts.

    Attributes
    ----------
    open_timeout_s
        For the handshake.
    reply_timeout_s
        For the reply to a subscription.
    silence_s
        Without any frame for so long, a snapshot is asked for to see whether anybody is there;
        pings do not count, for they flow on while the venue's feed stands still.
    probe_timeout_s
        For anything at all after that.
    snapshot_retry_s
        After which a snapshot is asked for again.
    snapshot_tries_max
        How often, before the connection is given up.
    resubscribes_max
        How often a channel may end on one connection before it is given up.
    backoff_min_s, backoff_max_s
        Longest wait before the second attempt to connect, doubled with each, and where that ends.
        Each wait is drawn from the upper half of it.
    steady_s
        A connection that has lasted so long starts the waits from the least again.
    check_every_s
        How often all this is looked at while nothing comes.

    Raises
    ------
    BadParameter
        If one of them is not positive.
    """

    open_timeout_s: float = 10.0
    reply_timeout_s: float = 10.0
    silence_s: float = 15.0
    probe_timeout_s: float = 5.0
    snapshot_retry_s: float = 3.0
    snapshot_tries_max: int = 4
    resubscribes_max: int = 3
    backoff_min_s: float = 0.5
    backoff_max_s: float = 30.0
    steady_s: float = 10.0
    check_every_s: float = 0.5

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            if not getattr(self, name) > 0:
                raise BadParameter(f"{name} of a stream must be positive")
