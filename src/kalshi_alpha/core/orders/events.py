"""Everything that can happen to an order, as it is written down.

The journal is a sequence of these and nothing else; every figure about orders is a fold of it.
An event says what was learnt and when we learnt it (``at``, UTC), never what follows from it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Money, Price, Side

SCHEMA = 2


class VenueStatus(StrEnum):
    """The venue's word for the state of an order; any word that is not ours is ``UNKNOWN``."""

    RESTING = "resting"
    CANCELED = "canceled"
    EXECUTED = "executed"
    UNKNOWN = "unknown"

    @classmethod
    def read(cls, word: str) -> VenueStatus:
        """Return the status of a word."""
        return cls(word) if word in set(cls) else cls.UNKNOWN


class _Event(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True
):
    """What all events carry."""

    at: datetime


class _OrderEvent(_Event, frozen=True, kw_only=True):
    """What all events about one order carry."""

    client_order_id: str


class Intended(_OrderEvent, frozen=True, kw_only=True, tag="intended"):
    """It is about to be sent; durable before its first byte leaves."""

    intent: OrderIntent
    group_id: str | None = None


class Withheld(_OrderEvent, frozen=True, kw_only=True, tag="withheld"):
    """It was not sent after all: nothing of it left this process."""

    why: str


class Accepted(_OrderEvent, frozen=True, kw_only=True, tag="accepted"):
    """The venue's answer held an order; ``adopted`` if it was found later instead."""

    order_id: str
    filled: Contracts
    remaining: Contracts
    adopted: bool = False


class Rejected(_OrderEvent, frozen=True, kw_only=True, tag="rejected"):
    """The venue refused it: no order exists."""

    status: int
    code: str
    detail: str = ""


class Lost(_OrderEvent, frozen=True, kw_only=True, tag="lost"):
    """No answer says what became of it."""

    why: str


class Seen(_OrderEvent, frozen=True, kw_only=True, tag="seen"):
    """The venue showed it: in a reading, which may be old, or in the stream."""

    order_id: str
    status: VenueStatus
    filled: Contracts
    remaining: Contracts


class Absent(_OrderEvent, frozen=True, kw_only=True, tag="absent"):
    """The venue's orders and fills, read late enough, do not hold it: it never arrived."""

    data_as_of: datetime | None = None


class CancelSent(_OrderEvent, frozen=True, kw_only=True, tag="cancel_sent"):
    """Its cancel is about to be sent."""


class Cancelled(_OrderEvent, frozen=True, kw_only=True, tag="cancelled"):
    """The venue's answer to a cancel: so many contracts no longer rest."""

    removed: Contracts


class Filled(_OrderEvent, frozen=True, kw_only=True, tag="filled"):
    """A fill of it.

    ``price`` is that of the side bought; ``fee`` is net, as the venue reports it. One that was
    known under its ``trade_id`` already is a correction, and replaces the earlier one.
    """

    trade_id: str
    order_id: str
    side: Side
    price: Price
    contracts: Contracts
    fee: Money
    is_taker: bool
    filled_at: datetime


class SurplusFound(_OrderEvent, frozen=True, kw_only=True, tag="surplus_found"):
    """The venue showed another order under the same id of ours.

    ``contracts`` is what is open of it and filled, together, and ``fee_max`` the most that its
    fills can cost in fees; ``price`` is that of the side bought.
    """

    order_id: str
    ticker: str
    side: Side
    price: Price
    contracts: Contracts
    fee_max: Money


class SurplusOver(_OrderEvent, frozen=True, kw_only=True, tag="surplus_over"):
    """The venue's word that such an order no longer rests, and how much of it was filled."""

    order_id: str
    filled: Contracts


class StatedPosition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A position as the venue states it: positive YES, negative NO, and what it has at risk."""

    ticker: str
    net_e2: int
    at_risk: Money


class Stated(_Event, frozen=True, kw_only=True, tag="stated"):
    """Cash and positions that are counted on from here: at the first start, or by an operator."""

    cash: Money
    positions: tuple[StatedPosition, ...] = ()
    note: str = ""


class Settled(_Event, frozen=True, kw_only=True, tag="settled"):
    """A market settled and paid so much for what we held."""

    ticker: str
    revenue: Money


class SeriesStopped(_Event, frozen=True, kw_only=True, tag="series_stopped"):
    """Nothing more is sent for a series until a reconciliation finds it whole."""

    series: str
    why: str


class Reconciled(_Event, frozen=True, kw_only=True, tag="reconciled"):
    """Orders, fills, positions and cash were compared with the venue's."""

    breaks: int


OrderEvent = (
    Intended
    | Withheld
    | Accepted
    | Rejected
    | Lost
    | Seen
    | Absent
    | CancelSent
    | Cancelled
    | Filled
    | SurplusFound
    | SurplusOver
    | Stated
    | Settled
    | SeriesStopped
    | Reconciled
)

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[OrderEvent] = msgspec.json.Decoder(OrderEvent)


def encode(event: OrderEvent) -> bytes:
    """Return an event as one JSON object."""
    return _ENCODER.encode(event)


def decode(line: bytes | str) -> OrderEvent:
    """Read an event.

    Raises
    ------
    msgspec.DecodeError
        If it is no event of this version.
    """
    return _DECODER.decode(line)
