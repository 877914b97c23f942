"""What the exchange tells afterwards, in the order it happened.

Prices are in 1e-4 dollars, counts in 1e-2 contracts, money in 1e-6 dollars. An event that names
an account is for that account alone; the others are public. No event can be part of a cycle, so
none is left to the garbage collector to look through.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from kalshi_alpha.core.fees import FeeTerms
from kalshi_alpha.core.types import Price, Side
from kalshi_alpha.sim.orders import BookSide, SimOrder


class BookDelta(msgspec.Struct, frozen=True, gc=False):
    """One level changed by ``delta_e2``; the price is the one of its own side.

    The account and its client order id are for the causer's own eyes; both are None where the
    exchange itself caused the change.
    """

    ticker: str
    side: Side
    price_e4: int
    delta_e2: int
    at: datetime
    account_id: str | None
    client_order_id: str | None


class BookSnapshot(msgspec.Struct, frozen=True, gc=False):
    """All levels of a market, ascending, each ``(price_e4, size_e2)`` on its own side's scale."""

    ticker: str
    yes: tuple[tuple[int, int], ...]
    no: tuple[tuple[int, int], ...]
    at: datetime


class PublicTrade(msgspec.Struct, frozen=True, gc=False):
    """One print; ``taker_side`` is the outcome that the taker bought."""

    trade_id: str
    ticker: str
    yes_price_e4: int
    count_e2: int
    taker_side: Side
    at: datetime


class OwnFill(msgspec.Struct, frozen=True, gc=False):
    """One fill of one order; both sides of a trade carry the same trade id."""

    account_id: str
    trade_id: str
    order_id: str
    client_order_id: str | None
    ticker: str
    side: BookSide
    yes_price_e4: int
    count_e2: int
    is_taker: bool
    fee_e6: int
    position_e2: int
    at: datetime

    @property
    def outcome(self) -> Side:
        """What was bought."""
        return self.side.outcome


class OwnOrder(msgspec.Struct, frozen=True, gc=False):
    """An order was made or changed; its ``reason`` says why."""

    account_id: str
    order: SimOrder


class OwnPosition(msgspec.Struct, frozen=True, gc=False):
    """A position after a fill or a settlement; a negative count is NO."""

    account_id: str
    ticker: str
    event_ticker: str
    position_e2: int
    cost_e6: int
    realized_pnl_e6: int
    fees_e6: int
    volume_e2: int
    total_traded_e6: int
    at: datetime


class LifecycleKind(StrEnum):
    """What happened to a market; names are the venue's."""

    CREATED = "created"
    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    CLOSE_DATE_UPDATED = "close_date_updated"
    DETERMINED = "determined"
    SETTLED = "settled"
    PRICE_LEVELS_UPDATED = "price_level_structure_updated"


class Lifecycle(msgspec.Struct, frozen=True, gc=False):
    """A market's life went on; opening and closing by the clock say nothing, as at the venue."""

    ticker: str
    kind: LifecycleKind
    at: datetime
    close_at: datetime | None = None
    settlement_value: Price | None = None


class GroupKind(StrEnum):
    """What happened to an order group."""

    CREATED = "created"
    TRIGGERED = "triggered"
    RESET = "reset"
    DELETED = "deleted"
    LIMIT_UPDATED = "limit_updated"


class GroupUpdate(msgspec.Struct, frozen=True, gc=False):
    """An order group changed."""

    account_id: str
    group_id: str
    kind: GroupKind
    at: datetime


class FeeUpdate(msgspec.Struct, frozen=True, gc=False):
    """An event's fee override was set, or removed when ``terms`` is None."""

    event_ticker: str
    terms: FeeTerms | None
    at: datetime


EngineEvent = (
    BookDelta
    | BookSnapshot
    | PublicTrade
    | OwnFill
    | OwnOrder
    | OwnPosition
    | Lifecycle
    | GroupUpdate
    | FeeUpdate
)
