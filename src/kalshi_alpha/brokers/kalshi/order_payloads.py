"""What is sent to place, change and cancel orders, and what comes back.

Everything is on the YES book: a bid buys YES at the price, an ask sells YES, which is buying NO at
one dollar less the price. Prices and counts are strings; a JSON number is refused by the venue.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from kalshi_alpha.brokers.kalshi.wire_text import (
    CountText,
    MoneyText,
    Name,
    PriceText,
    count_text,
    price_text,
)
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Money, Price, Side

BookSide = Literal["bid", "ask"]
SelfTrade = Literal["taker_at_cross", "maker"]


class NewOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of a create.

    Attributes
    ----------
    ticker, side, count, price
        Market, side of the YES book, contracts, YES price.
    time_in_force
        Rests until cancelled or expired; the other two values never rest.
    self_trade_prevention_type
        Which of our own two orders goes when they would meet.
    client_order_id
        Ours, the same on every repeat; the venue never takes it twice.
    expiration_time
        Unix seconds.
    post_only, cancel_order_on_pause, reduce_only, order_group_id
        As the venue names them.
    """

    ticker: Name
    side: BookSide
    count: CountText
    price: PriceText
    client_order_id: Name
    time_in_force: Literal["good_till_canceled", "immediate_or_cancel", "fill_or_kill"]
    self_trade_prevention_type: SelfTrade
    expiration_time: int | None = None
    post_only: bool | None = None
    cancel_order_on_pause: bool | None = None
    reduce_only: bool | None = None
    order_group_id: str | None = None


def resting_order(
    *,
    ticker: str,
    side: Side,
    price: Price,
    contracts: Contracts,
    client_order_id: str,
    expiration_time: int,
    order_group_id: str | None,
) -> NewOrder:
    """Build the only kind of order this program sends: one that rests or does not exist.

    Parameters
    ----------
    side, price
        What is bought, and the price of that side.
    expiration_time
        Unix seconds; every order ends by itself.

    Raises
    ------
    BadParameter
        If the order is for nothing, or its price is not between 0 and 1 dollar.
    """
    if contracts.e2 == 0 or not 0 < price.e4 < E4_PER_DOLLAR or expiration_time <= 0:
        raise BadParameter(f"{client_order_id}: no order of {contracts} at {price} can rest")
    yes = side is Side.YES
    return NewOrder(
        ticker=ticker,
        side="bid" if yes else "ask",
        count=count_text(contracts),
        price=price_text(price if yes else price.complement()),
        client_order_id=client_order_id,
        time_in_force="good_till_canceled",
        self_trade_prevention_type="taker_at_cross",
        expiration_time=expiration_time,
        post_only=True,
        cancel_order_on_pause=True,
        order_group_id=order_group_id,
    )


class Amendment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of an amend; ``count`` is what was filled plus what should still rest."""

    ticker: Name
    side: BookSide
    price: PriceText
    count: CountText
    client_order_id: str | None = None
    updated_client_order_id: str | None = None
    expiration_time: int | None = None


class Decrease(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of a decrease: by so much, or to so much.

    Raises
    ------
    BadParameter
        If not exactly one of the two is given.
    """

    reduce_by: CountText | None = None
    reduce_to: CountText | None = None
    market_ticker: str | None = None

    def __post_init__(self) -> None:
        if (self.reduce_by is None) == (self.reduce_to is None):
            raise BadParameter("a decrease is either by a count or to a count")


class CancelTarget(msgspec.Struct, frozen=True, omit_defaults=True):
    """One order of a batch cancel; the ticker finds the shard."""

    order_id: Name
    market_ticker: str | None = None


class OrderAck(msgspec.Struct, frozen=True):
    """The venue took an order: what it filled at once, and what rests."""

    order_id: Name
    fill_count: CountText
    remaining_count: CountText
    ts_ms: int
    client_order_id: str | None = None
    average_fill_price: PriceText | None = None
    average_fee_paid: MoneyText | None = None
    error: object = None
    """Anything here contradicts the rest: nobody knows then what became of the order."""

    UNREAD: ClassVar[frozenset[str]] = frozenset({"subaccount", "exchange_index"})

    @property
    def filled(self) -> Contracts:
        """Contracts filled at once."""
        return Contracts.parse(self.fill_count)

    @property
    def remaining(self) -> Contracts:
        """Contracts that rest."""
        return Contracts.parse(self.remaining_count)

    @property
    def fill_price(self) -> Price | None:
        """Average YES price of what was filled, or None if nothing was."""
        return None if self.average_fill_price is None else Price.parse(self.average_fill_price)

    @property
    def fee_per_contract(self) -> Money | None:
        """Average fee of a filled contract, or None if nothing was filled."""
        return None if self.average_fee_paid is None else Money.parse(self.average_fee_paid)


class CancelAck(msgspec.Struct, frozen=True):
    """An order was cancelled: by how much it was reduced."""

    order_id: Name
    reduced_by: CountText
    ts_ms: int | None = None
    client_order_id: str | None = None

    UNREAD: ClassVar[frozenset[str]] = frozenset({"subaccount", "exchange_index"})

    @property
    def cancelled(self) -> Contracts:
        """Contracts taken off the book."""
        return Contracts.parse(self.reduced_by)


class AmendAck(msgspec.Struct, frozen=True):
    """An order was changed."""

    order_id: Name
    ts_ms: int
    client_order_id: str | None = None
    remaining_count: CountText | None = None
    fill_count: CountText | None = None
    average_fill_price: PriceText | None = None
    average_fee_paid: MoneyText | None = None


class DecreaseAck(msgspec.Struct, frozen=True):
    """An order was made smaller: what still rests."""

    order_id: Name
    remaining_count: CountText
    ts_ms: int
    client_order_id: str | None = None

    @property
    def remaining(self) -> Contracts:
        """Contracts that still rest."""
        return Contracts.parse(self.remaining_count)


class BatchItem(msgspec.Struct, frozen=True):
    """One item of a batch's reply before it is read: an acknowledgement, or an error."""

    order_id: str | None = None
    client_order_id: str | None = None
    fill_count: CountText | None = None
    remaining_count: CountText | None = None
    reduced_by: CountText | None = None
    average_fill_price: PriceText | None = None
    average_fee_paid: MoneyText | None = None
    ts_ms: int | None = None
    error: object = None

    UNREAD: ClassVar[frozenset[str]] = frozenset({"subaccount", "exchange_index"})


class BatchReply(msgspec.Struct, frozen=True):
    """Reply to a batch: an item for each, in the order they were sent."""

    orders: tuple[BatchItem, ...]


class GroupCreated(msgspec.Struct, frozen=True):
    """An order group was made."""

    order_group_id: Name

    UNREAD: ClassVar[frozenset[str]] = frozenset({"subaccount", "exchange_index"})


class Empty(msgspec.Struct, frozen=True):
    """A reply whose status says it all."""
