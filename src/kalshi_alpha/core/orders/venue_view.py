"""What the venue shows of our account, in our own types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.orders.events import VenueStatus
from kalshi_alpha.core.types import Contracts, Money, Price, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOrder:
    """An order as the venue shows it; price is that of the side bought.

    ``created_at`` is when the venue took it, or None if it does not say.
    """

    order_id: str
    client_order_id: str | None
    ticker: str
    side: Side
    price: Price
    status: VenueStatus
    initial: Contracts
    filled: Contracts
    remaining: Contracts
    group_id: str | None = None
    created_at: datetime | None = None

    @property
    def may_trade(self) -> bool:
        """Whether nothing says that it is over."""
        return self.status in {VenueStatus.RESTING, VenueStatus.UNKNOWN}


def oldest_first(orders: Sequence[VenueOrder]) -> list[VenueOrder]:
    """Return orders by the time at which the venue took them; those without one come last."""
    dated = [order for order in orders if order.created_at is not None]
    dated.sort(key=lambda order: order.created_at.timestamp() if order.created_at else 0.0)
    return dated + [order for order in orders if order.created_at is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFill:
    """A fill as the venue shows it; price is that of the side bought, ``fee`` is net.

    Fills of the stream name the client order id; those of the list do not.
    """

    trade_id: str
    order_id: str
    ticker: str
    side: Side
    price: Price
    contracts: Contracts
    fee: Money
    is_taker: bool
    filled_at: datetime
    client_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuePosition:
    """A position: positive hundredths for YES, negative for NO, and the dollars it has at risk."""

    ticker: str
    net_e2: int
    at_risk: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueSettlement:
    """What a settled market paid."""

    ticker: str
    revenue: Money
    settled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueView:
    """One reading of the account.

    Attributes
    ----------
    orders
        Every order that rests, and every other one since ``since``.
    fills, settlements
        Since ``since``.
    positions
        All that are open; a market that is not named holds nothing.
    cash
        Free cash: without the value of positions, and without what resting orders lock. None if
        it could not be read.
    read_at
        When the reading began, by our clock.
    data_as_of
        How new the venue says its account data was; None if it does not say.
    since
        From when orders, fills and settlements are complete; None for always.
    """

    orders: tuple[VenueOrder, ...]
    fills: tuple[VenueFill, ...]
    positions: tuple[VenuePosition, ...]
    cash: Money | None
    read_at: datetime
    settlements: tuple[VenueSettlement, ...] = ()
    data_as_of: datetime | None = None
    since: datetime | None = None
