"""The account as the venue shows it: money, positions, orders, fills, settlements, limits.

Money and counts are required, so that their absence is an error and never a zero. The sides
``side`` and ``action`` of older replies are not read: their meaning depended on each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from kalshi_alpha.brokers.kalshi.order_payloads import BookSide
from kalshi_alpha.brokers.kalshi.wire_text import (
    CountText,
    MoneyText,
    Name,
    PriceText,
    SignedCountText,
    signed_e2,
)
from kalshi_alpha.core.types import Contracts, Money, Price, Side

_DEPRECATED = frozenset({"side", "action", "is_yes", "purchased_side"})


class BalanceReply(msgspec.Struct, frozen=True):
    """``GET /portfolio/balance``; ``balance_dollars`` is exact, the cents are cut."""

    balance_dollars: MoneyText
    balance: int
    portfolio_value: int
    updated_ts: int

    UNREAD: ClassVar[frozenset[str]] = frozenset({"balance_breakdown"})

    @property
    def cash(self) -> Money:
        """Free cash."""
        return Money.parse(self.balance_dollars)


class MarketPosition(msgspec.Struct, frozen=True):
    """What is held in a market; NO contracts count negative."""

    ticker: Name
    position_fp: SignedCountText
    market_exposure_dollars: MoneyText
    realized_pnl_dollars: MoneyText
    fees_paid_dollars: MoneyText
    total_traded_dollars: MoneyText

    UNREAD: ClassVar[frozenset[str]] = frozenset({"exchange_index", "last_updated_ts"})

    @property
    def net_e2(self) -> int:
        """YES less NO, in hundredths of a contract."""
        return signed_e2(self.position_fp)


class EventPosition(msgspec.Struct, frozen=True):
    """What is at stake in an event."""

    event_ticker: Name
    event_exposure_dollars: MoneyText
    total_cost_dollars: MoneyText
    realized_pnl_dollars: MoneyText
    fees_paid_dollars: MoneyText

    UNREAD: ClassVar[frozenset[str]] = frozenset({"total_cost_shares_fp", "exchange_index"})


class PositionsReply(msgspec.Struct, frozen=True):
    """``GET /portfolio/positions``."""

    market_positions: tuple[MarketPosition, ...] | None
    event_positions: tuple[EventPosition, ...] | None = None
    cursor: str | None = None


class OrderPayload(msgspec.Struct, frozen=True):
    """An order as the venue keeps it; its status may be one that is not known yet."""

    order_id: Name
    ticker: Name
    book_side: BookSide
    outcome_side: Side
    status: str
    yes_price_dollars: PriceText
    initial_count_fp: CountText
    fill_count_fp: CountText
    remaining_count_fp: CountText
    taker_fees_dollars: MoneyText
    maker_fees_dollars: MoneyText
    taker_fill_cost_dollars: MoneyText
    maker_fill_cost_dollars: MoneyText
    client_order_id: str = ""
    created_time: datetime | None = None
    last_update_time: datetime | None = None
    expiration_time: datetime | None = None
    order_group_id: str | None = None

    UNREAD: ClassVar[frozenset[str]] = _DEPRECATED | {
        "user_id",
        "type",
        "no_price_dollars",
        "self_trade_prevention_type",
        "cancel_order_on_pause",
        "subaccount_number",
        "exchange_index",
    }

    @property
    def yes_price(self) -> Price:
        """Price on the YES book."""
        return Price.parse(self.yes_price_dollars)

    @property
    def filled(self) -> Contracts:
        """Contracts filled so far."""
        return Contracts.parse(self.fill_count_fp)

    @property
    def remaining(self) -> Contracts:
        """Contracts that rest."""
        return Contracts.parse(self.remaining_count_fp)

    @property
    def initial(self) -> Contracts:
        """Contracts ordered."""
        return Contracts.parse(self.initial_count_fp)


class OrdersReply(msgspec.Struct, frozen=True):
    """``GET /portfolio/orders``."""

    orders: tuple[OrderPayload, ...] | None
    cursor: str | None = None


class OrderReply(msgspec.Struct, frozen=True):
    """``GET /portfolio/orders/{id}``."""

    order: OrderPayload


class FillPayload(msgspec.Struct, frozen=True):
    """A fill of one of our orders; ``trade_id`` names it for good."""

    trade_id: Name
    order_id: Name
    ticker: Name
    book_side: BookSide
    outcome_side: Side
    count_fp: CountText
    yes_price_dollars: PriceText
    fee_cost: MoneyText
    is_taker: bool
    created_time: datetime

    UNREAD: ClassVar[frozenset[str]] = _DEPRECATED | {
        "fill_id",
        "market_ticker",
        "no_price_dollars",
        "ts",
        "subaccount_number",
        "exchange_index",
    }

    @property
    def yes_price(self) -> Price:
        """Price on the YES book."""
        return Price.parse(self.yes_price_dollars)

    @property
    def contracts(self) -> Contracts:
        """Contracts filled."""
        return Contracts.parse(self.count_fp)

    @property
    def fee(self) -> Money:
        """Fee of this fill; negative for a rebate."""
        return Money.parse(self.fee_cost)


class FillsReply(msgspec.Struct, frozen=True):
    """``GET /portfolio/fills``."""

    fills: tuple[FillPayload, ...] | None
    cursor: str | None = None


class SettlementPayload(msgspec.Struct, frozen=True):
    """A market of ours that settled; ``revenue`` and ``value`` are whole cents."""

    ticker: Name
    event_ticker: Name
    market_result: str
    yes_count_fp: CountText
    yes_total_cost_dollars: MoneyText
    no_count_fp: CountText
    no_total_cost_dollars: MoneyText
    revenue: int
    fee_cost: MoneyText
    settled_time: datetime
    value: int | None = None

    UNREAD: ClassVar[frozenset[str]] = frozenset({"exchange_index"})

    @property
    def paid(self) -> Money:
        """What the settlement paid."""
        return Money(self.revenue * 10_000)


class SettlementsReply(msgspec.Struct, frozen=True):
    """``GET /portfolio/settlements``."""

    settlements: tuple[SettlementPayload, ...] | None
    cursor: str | None = None


class QueuePosition(msgspec.Struct, frozen=True):
    """Contracts ahead of an order at its price."""

    order_id: Name
    queue_position_fp: CountText

    UNREAD: ClassVar[frozenset[str]] = frozenset({"market_ticker", "queue_position"})

    @property
    def ahead(self) -> Contracts:
        """Contracts that fill before this order."""
        return Contracts.parse(self.queue_position_fp)


class QueuePositionsReply(msgspec.Struct, frozen=True):
    """``GET /portfolio/orders/queue_positions``."""

    queue_positions: tuple[QueuePosition, ...] | None


class OrderGroup(msgspec.Struct, frozen=True):
    """An order group: whether it still cancels by itself, its limit, its orders."""

    is_auto_cancel_enabled: bool
    contracts_limit_fp: CountText | None = None
    orders: tuple[str, ...] | None = None
    id: str | None = None

    UNREAD: ClassVar[frozenset[str]] = frozenset(
        {"exchange_index", "contracts_limit", "subaccount", "order_group_id"}
    )


class OrderGroupsReply(msgspec.Struct, frozen=True):
    """``GET /portfolio/order_groups``."""

    order_groups: tuple[OrderGroup, ...] | None
    cursor: str | None = None


class BucketPayload(msgspec.Struct, frozen=True):
    """One token bucket of the account."""

    refill_rate: float
    bucket_capacity: float


class AccountLimits(msgspec.Struct, frozen=True):
    """``GET /account/limits``."""

    usage_tier: str
    read: BucketPayload
    write: BucketPayload

    UNREAD: ClassVar[frozenset[str]] = frozenset({"grants", "read_limit", "write_limit"})


class EndpointCost(msgspec.Struct, frozen=True):
    """Tokens of one kind of request."""

    method: str
    path: str
    cost: int


class EndpointCostsReply(msgspec.Struct, frozen=True):
    """``GET /account/endpoint_costs``."""

    default_cost: int
    endpoint_costs: tuple[EndpointCost, ...] | None


class DataTimestamp(msgspec.Struct, frozen=True):
    """``GET /exchange/user_data_timestamp``: as of when the account is shown."""

    as_of_time: datetime
