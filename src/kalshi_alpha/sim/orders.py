"""Orders as the exchange takes them, keeps them and shows them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.core.types import E2_PER_CONTRACT, E4_PER_DOLLAR, Contracts, Money, Price, Side

if TYPE_CHECKING:
    from kalshi_alpha.core.fees import FeeTerms, OrderFees
    from kalshi_alpha.sim.accounts import Account, Holding
    from kalshi_alpha.sim.groups import OrderGroup
    from kalshi_alpha.sim.market import Listing

BID, ASK = 0, 1  # indices of the two sides; each buys one outcome: a bid YES, an ask NO


class BookSide(StrEnum):
    """The side of the YES book: a bid buys YES, an ask sells YES, which is to buy NO."""

    BID = "bid"
    ASK = "ask"

    @property
    def outcome(self) -> Side:
        """What an order of this side buys."""
        return Side.NO if self is BookSide.ASK else Side.YES


class TimeInForce(StrEnum):
    """How long what is not filled at once may rest; names are the venue's."""

    GOOD_TILL_CANCELED = "good_till_canceled"
    IMMEDIATE_OR_CANCEL = "immediate_or_cancel"
    FILL_OR_KILL = "fill_or_kill"


class SelfTradePrevention(StrEnum):
    """What gives way when an account would trade with itself."""

    TAKER_AT_CROSS = "taker_at_cross"
    """The incoming order ends there; what it filled before stands."""
    MAKER = "maker"
    """The resting order is cancelled and the incoming one goes on."""


class OrderStatus(StrEnum):
    """Where an order stands."""

    RESTING = "resting"
    CANCELED = "canceled"
    EXECUTED = "executed"


class UpdateReason(StrEnum):
    """Why an order last changed; names are the venue's, empty for a plain create or cancel."""

    NONE = ""
    TRADE = "Trade"
    AMEND = "Amend"
    DECREASE = "Decrease"
    MARGIN_CANCEL = "MarginCancel"
    SELF_TRADE_CANCEL = "SelfTradeCancel"
    EXPIRY_CANCEL = "ExpiryCancel"
    CLOSE_CANCEL = "CloseCancel"
    HALT_CANCEL = "HaltCancel"
    REDUCE_ONLY_CANCEL = "ReduceOnlyCancel"
    GROUP_CANCEL = "OrderGroupCancel"


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An order as it is sent in; the price is always the YES price.

    Attributes
    ----------
    expires_at
        Only for orders that rest; None for until cancelled.
    reduce_only
        Only with ``immediate_or_cancel``: never fills more than the position it closes.
    """

    ticker: str
    side: BookSide
    price: Price
    contracts: Contracts
    time_in_force: TimeInForce = TimeInForce.GOOD_TILL_CANCELED
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.TAKER_AT_CROSS
    client_order_id: str | None = None
    expires_at: datetime | None = None
    post_only: bool = False
    reduce_only: bool = False
    cancel_order_on_pause: bool = False
    order_group_id: str | None = None


class SimOrder(msgspec.Struct, frozen=True, gc=False):
    """An order as it stood at one moment.

    Counts are hundredths of a contract, money millionths of a dollar. The fill costs are what
    was paid for the outcome that the order buys: NO prices for an ask.
    """

    order_id: str
    account_id: str
    client_order_id: str | None
    ticker: str
    event_ticker: str
    side: BookSide
    yes_price_e4: int
    initial_e2: int
    filled_e2: int
    remaining_e2: int
    status: OrderStatus
    time_in_force: TimeInForce
    self_trade_prevention: SelfTradePrevention
    post_only: bool
    reduce_only: bool
    cancel_order_on_pause: bool
    order_group_id: str | None
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime
    reason: UpdateReason
    taker_cost_e6: int
    maker_cost_e6: int
    taker_fee_e6: int
    maker_fee_e6: int

    @property
    def yes_price(self) -> Price:
        """The limit, on the YES scale."""
        return Price(self.yes_price_e4)

    @property
    def remaining(self) -> Contracts:
        """What still rests."""
        return Contracts(self.remaining_e2)

    @property
    def filled(self) -> Contracts:
        """What was filled so far."""
        return Contracts(self.filled_e2)

    @property
    def average_fill_price(self) -> Price | None:
        """Mean YES price of the fills, to the nearest 1e-4 dollar; None without a fill."""
        if not self.filled_e2:
            return None
        own_e4 = _nearest(self.taker_cost_e6 + self.maker_cost_e6, self.filled_e2)
        return Price(own_e4 if self.side is BookSide.BID else E4_PER_DOLLAR - own_e4)

    @property
    def average_fee(self) -> Money | None:
        """Net fee per contract, to the nearest 1e-4 dollar; None without a fill."""
        if not self.filled_e2:
            return None
        fee_e6 = (self.taker_fee_e6 + self.maker_fee_e6) * E2_PER_CONTRACT
        return Money(100 * _nearest(fee_e6, self.filled_e2 * 100))


class LiveOrder:
    """An order inside the exchange: mutable, and only ever changed by the engine.

    ``own_e4`` is the price of the outcome that the order buys, so that a bid and an ask follow
    the same arithmetic: they cross when their own prices add up to a dollar or more.
    """

    __slots__ = (
        "account",
        "client_order_id",
        "created_at",
        "expires_at",
        "fee_terms",
        "fees",
        "filled_e2",
        "group",
        "holding",
        "initial_e2",
        "listing",
        "locked_e6",
        "maker_cost_e6",
        "maker_fee_e6",
        "order_id",
        "own_e4",
        "reason",
        "remaining_e2",
        "side",
        "status",
        "taker_cost_e6",
        "taker_fee_e6",
        "terms",
        "updated_at",
    )

    def __init__(
        self,
        order_id: str,
        terms: NewOrder,
        holding: Holding,
        listing: Listing,
        group: OrderGroup | None,
        at: datetime,
    ) -> None:
        self.order_id = order_id
        self.terms = terms
        self.holding = holding
        self.account: Account = holding.account
        self.listing = listing
        self.group = group
        self.client_order_id = terms.client_order_id
        self.expires_at = terms.expires_at
        self.side = ASK if terms.side is BookSide.ASK else BID
        price_e4 = terms.price.e4
        self.own_e4 = E4_PER_DOLLAR - price_e4 if self.side else price_e4
        self.initial_e2 = self.remaining_e2 = terms.contracts.e2
        self.filled_e2 = 0
        self.locked_e6 = 0
        self.status = OrderStatus.RESTING
        self.reason = UpdateReason.NONE
        self.created_at = self.updated_at = at
        self.fees: OrderFees | None = None
        self.fee_terms: FeeTerms | None = None
        self.taker_cost_e6 = self.maker_cost_e6 = self.taker_fee_e6 = self.maker_fee_e6 = 0

    @property
    def yes_price_e4(self) -> int:
        """The limit on the YES scale."""
        return E4_PER_DOLLAR - self.own_e4 if self.side else self.own_e4

    def view(self) -> SimOrder:
        """Return the order as it stands now."""
        terms = self.terms
        return SimOrder(
            self.order_id,
            self.account.account_id,
            self.client_order_id,
            terms.ticker,
            self.listing.event_ticker,
            terms.side,
            self.yes_price_e4,
            self.initial_e2,
            self.filled_e2,
            self.remaining_e2,
            self.status,
            terms.time_in_force,
            terms.self_trade_prevention,
            terms.post_only,
            terms.reduce_only,
            terms.cancel_order_on_pause,
            terms.order_group_id,
            self.expires_at,
            self.created_at,
            self.updated_at,
            self.reason,
            self.taker_cost_e6,
            self.maker_cost_e6,
            self.taker_fee_e6,
            self.maker_fee_e6,
        )


def _nearest(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
