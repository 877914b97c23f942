"""Orders that rest already: cancel, amend, decrease."""

from __future__ import annotations

from datetime import datetime

import msgspec

from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, MarketStatus, Price
from kalshi_alpha.sim.accounts import Account
from kalshi_alpha.sim.floor import Floor
from kalshi_alpha.sim.matching import crosses, match
from kalshi_alpha.sim.order_entry import (
    require_funds,
    require_on_grid,
    require_trading,
    schedule_expiry,
)
from kalshi_alpha.sim.orders import BookSide, LiveOrder, OrderStatus, UpdateReason
from kalshi_alpha.sim.refusals import (
    bad_order,
    bad_size,
    burned,
    exchange_paused,
    market_inactive,
    mismatch,
    not_found,
)

_CANCELLABLE = frozenset({MarketStatus.ACTIVE, MarketStatus.INACTIVE})


class Amendment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an order shall be from now on.

    Attributes
    ----------
    ticker, side
        Must be the order's own.
    price
        The new limit, a YES price.
    contracts
        What was filled already plus what shall remain.
    client_order_id
        If given, must be the order's own.
    updated_client_order_id
        A new one, which must never have been used.
    expires_at
        A new end; None leaves it.
    never_expires
        Takes the end away.
    """

    ticker: str
    side: BookSide
    price: Price
    contracts: Contracts
    client_order_id: str | None = None
    updated_client_order_id: str | None = None
    expires_at: datetime | None = None
    never_expires: bool = False


def cancel(floor: Floor, account: Account, order_id: str, at: datetime) -> Contracts:
    """Cancel one order and return what it still had.

    Raises
    ------
    Rejected
        404 if it is not live or not the account's, 409 if its market or the exchange is shut.
    """
    order = live_order(floor, account, order_id)
    _require_cancellable(floor, order, at)
    return Contracts(floor.cancel(order, UpdateReason.NONE, at))


def cancel_all(floor: Floor, account: Account, at: datetime) -> int:
    """Cancel every order of an account that can be cancelled; return how many there were.

    Raises
    ------
    Rejected
        If the whole exchange is paused.
    """
    if not floor.exchange_open:
        raise exchange_paused()
    open_orders = [order for order in account.live.values() if _cancellable(order, at)]
    for order in open_orders:
        floor.cancel(order, UpdateReason.NONE, at)
    if floor.options.cancel_all_tail:
        account.swept_until = at + floor.options.cancel_all_tail
    return len(open_orders)


def decrease(
    floor: Floor,
    account: Account,
    order_id: str,
    at: datetime,
    *,
    reduce_by: Contracts | None,
    reduce_to: Contracts | None,
) -> LiveOrder:
    """Make an order smaller in its place; nothing remaining cancels it.

    Raises
    ------
    Rejected
        If it is not live, the market does not trade, or the count makes it no smaller.
    """
    if (reduce_by is None) == (reduce_to is None):
        raise bad_order("exactly one of reduce_by and reduce_to")
    order = live_order(floor, account, order_id)
    require_trading(floor, order.listing, at)
    left_e2 = reduce_to.e2 if reduce_to is not None else order.remaining_e2
    if reduce_by is not None:
        left_e2 -= min(reduce_by.e2, left_e2)
    if left_e2 >= order.remaining_e2:
        raise bad_size("a decrease must make the order smaller")
    if left_e2 == 0:
        floor.cancel(order, UpdateReason.DECREASE, at)
        return order
    _shrink(floor, order, left_e2, at)
    _touch(floor, order, UpdateReason.DECREASE, at)
    return order


def amend(
    floor: Floor, account: Account, order_id: str, change: Amendment, at: datetime
) -> LiveOrder:
    """Change price, size, end or client order id.

    A new price or a larger size sends the order to the back of its queue, and it trades first
    if it crosses; a smaller size or a new end keeps its place.

    Raises
    ------
    Rejected
        If the order is not live or another than named, the market does not trade, or the new
        terms would be refused of a new order. Then the order is as it was.
    """
    order = live_order(floor, account, order_id)
    _require_same(order, change)
    require_trading(floor, order.listing, at)
    require_on_grid(order.listing, change.price.e4)
    left_e2 = change.contracts.e2 - order.filled_e2
    if left_e2 < 1:
        raise bad_size("count is what was filled plus what shall remain")
    if change.expires_at is not None and change.expires_at <= at:
        raise bad_order("expiration_time is in the past")
    own_e4 = E4_PER_DOLLAR - change.price.e4 if order.side else change.price.e4
    loses_place = own_e4 != order.own_e4 or left_e2 > order.remaining_e2
    if loses_place:
        _require_replaceable(order, own_e4, left_e2)
    _rename(order, change)
    _prolong(floor, order, change)
    order.initial_e2 = change.contracts.e2
    if loses_place:
        _replace(floor, order, own_e4, left_e2, at)
    elif left_e2 < order.remaining_e2:
        _shrink(floor, order, left_e2, at)
    if order.status is OrderStatus.RESTING:
        _touch(floor, order, UpdateReason.AMEND, at)
    return order


def live_order(floor: Floor, account: Account, order_id: str) -> LiveOrder:
    """Return an order that rests, or refuse."""
    order = floor.orders.get(order_id)
    if order is None or order.account is not account or order_id not in account.live:
        raise not_found(f"order {order_id}")
    return order


def _cancellable(order: LiveOrder, at: datetime) -> bool:
    return order.listing.status in _CANCELLABLE and at < order.listing.close_at


def _require_cancellable(floor: Floor, order: LiveOrder, at: datetime) -> None:
    if not floor.exchange_open:
        raise exchange_paused()
    if not _cancellable(order, at):
        raise market_inactive(order.listing.ticker)


def _require_same(order: LiveOrder, change: Amendment) -> None:
    if change.ticker != order.listing.ticker:
        raise mismatch("order_ticker")
    if change.side is not order.terms.side:
        raise mismatch("order_side")
    if change.client_order_id not in {None, order.client_order_id}:
        raise mismatch("order_id_and_client_order_id")
    renamed = change.updated_client_order_id
    if renamed is not None and renamed != order.client_order_id and renamed in order.account.burned:
        raise burned(renamed)


def _shrink(floor: Floor, order: LiveOrder, left_e2: int, at: datetime) -> None:
    less_e2 = order.remaining_e2 - left_e2
    order.listing.sides[order.side].shrink(order, less_e2)
    before_e6 = order.locked_e6
    order.remaining_e2 = left_e2
    order.locked_e6 = floor.cost_at_rest(order)
    order.holding.rest(order.side, order.locked_e6 - before_e6, -less_e2)
    floor.tell_level(order, -less_e2, at, own=True)


def _replace(floor: Floor, order: LiveOrder, own_e4: int, left_e2: int, at: datetime) -> None:
    floor.lift(order, at, own=True)
    order.own_e4, order.remaining_e2 = own_e4, left_e2
    match(floor, order, at)
    if order.status is OrderStatus.RESTING:
        floor.rest(order, at)
        floor.trim(order.account, at)


def _require_replaceable(order: LiveOrder, own_e4: int, left_e2: int) -> None:
    crossing = crosses(order, own_e4)
    if crossing and order.terms.post_only:
        raise bad_order("post only cross")
    require_funds(order, own_e4, left_e2, crossing=crossing, freed_e2=order.remaining_e2)


def _rename(order: LiveOrder, change: Amendment) -> None:
    if change.updated_client_order_id is not None:
        order.client_order_id = change.updated_client_order_id
        order.account.burned[change.updated_client_order_id] = order.order_id


def _prolong(floor: Floor, order: LiveOrder, change: Amendment) -> None:
    if change.never_expires:
        order.expires_at = None
    elif change.expires_at is not None:
        order.expires_at = change.expires_at
        schedule_expiry(floor, order)


def _touch(floor: Floor, order: LiveOrder, reason: UpdateReason, at: datetime) -> None:
    order.reason = reason
    order.updated_at = at
    floor.tell_order(order)
