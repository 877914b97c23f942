"""New orders: what is checked, in which sequence, and what becomes of them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from kalshi_alpha.core.types import MarketStatus
from kalshi_alpha.sim.accounts import Account, full_cost_e6
from kalshi_alpha.sim.floor import Floor
from kalshi_alpha.sim.groups import OrderGroup
from kalshi_alpha.sim.market import Listing
from kalshi_alpha.sim.matching import crosses, fillable_e2, match
from kalshi_alpha.sim.orders import LiveOrder, NewOrder, OrderStatus, TimeInForce, UpdateReason
from kalshi_alpha.sim.refusals import (
    bad_order,
    bad_size,
    burned,
    exchange_paused,
    group_triggered,
    market_inactive,
    not_found,
    off_grid,
    trading_paused,
    unfillable,
    unfunded,
)


def create(floor: Floor, account: Account, new: NewOrder, at: datetime) -> LiveOrder:
    """Check an order, trade it, and rest or end what remains.

    Raises
    ------
    Rejected
        If it is refused; then no order was made and its client order id is not used up.
    """
    listing = floor.listing(new.ticker)
    if new.client_order_id is not None and new.client_order_id in account.burned:
        raise burned(new.client_order_id)
    require_trading(floor, listing, at)
    _check_terms(new, listing, at)
    group = _group(account, new)
    netted = floor.options.event_netting and listing.listed.mutually_exclusive
    holding = account.holding(listing.ticker, listing.event_ticker, at, netted=netted)
    order = LiveOrder("", new, holding, listing, group, at)
    if new.reduce_only:
        order.remaining_e2 = min(order.remaining_e2, holding.closable_e2(order.side))
    crossing = crosses(order, order.own_e4)
    if crossing and new.post_only:
        raise bad_order("post only cross")
    if new.time_in_force is TimeInForce.FILL_OR_KILL and fillable_e2(order) < new.contracts.e2:
        raise unfillable()
    require_funds(order, order.own_e4, order.remaining_e2, crossing=crossing)
    _admit(floor, order)
    if crossing:
        match(floor, order, at)
    elif new.time_in_force is TimeInForce.GOOD_TILL_CANCELED:
        floor.tell_order(order)
    _leave(floor, order, at)
    return order


def require_trading(floor: Floor, listing: Listing, at: datetime) -> None:
    """Refuse to make or change an order where and when nothing trades."""
    if not floor.exchange_open:
        raise exchange_paused()
    if listing.status is not MarketStatus.ACTIVE or at >= listing.close_at:
        raise market_inactive(listing.ticker)
    if floor.halts:
        raise trading_paused()


def require_funds(
    order: LiveOrder, own_e4: int, count_e2: int, *, crossing: bool, freed_e2: int = 0
) -> None:
    """Refuse an order that the account's free cash cannot pay at its limit, fee included.

    An order that rests already and is replaced frees ``freed_e2`` and what it locks for that.
    """
    account, holding, side = order.account, order.holding, order.side
    rate = order.listing.taker_rate_e10 if crossing else order.listing.maker_rate_e10
    cost_e6 = full_cost_e6(own_e4, count_e2, rate, account.step_e6)
    resting_e6, resting_e2 = holding.resting_e6[side], holding.resting_e2[side]
    before_e6 = holding.lock_of(side, resting_e6, resting_e2)
    after_e6 = holding.lock_of(
        side, resting_e6 + cost_e6 - order.locked_e6, resting_e2 + count_e2 - freed_e2
    )
    if after_e6 - before_e6 > account.cash_e6 - account.locked_e6:
        raise unfunded()


def require_on_grid(listing: Listing, price_e4: int) -> None:
    """Refuse a YES price that is not on the market's tick grid."""
    if price_e4 not in listing.legal_e4:
        raise off_grid(f"{price_e4 // 10_000}.{price_e4 % 10_000:04d}")


def schedule_expiry(floor: Floor, order: LiveOrder) -> None:
    """Cancel an order when its time is over, unless its time was changed meanwhile."""
    if order.expires_at is not None:
        floor.at_time(order.expires_at, partial(_expire, floor, order, order.expires_at))


def _expire(floor: Floor, order: LiveOrder, due: datetime, at: datetime) -> None:
    if order.order_id in order.account.live and order.expires_at == due:
        floor.cancel(order, UpdateReason.EXPIRY_CANCEL, at)


def _sweep(floor: Floor, order: LiveOrder, at: datetime) -> None:
    if order.order_id in order.account.live:
        floor.cancel(order, UpdateReason.NONE, at)


def _check_terms(new: NewOrder, listing: Listing, at: datetime) -> None:
    if new.contracts.e2 < 1:
        raise bad_size("an order needs at least 0.01 contract")
    require_on_grid(listing, new.price.e4)
    rests = new.time_in_force is TimeInForce.GOOD_TILL_CANCELED
    if new.expires_at is not None:
        if not rests:
            raise bad_order("expiration_time is only for good_till_canceled")
        if new.expires_at <= at:
            raise bad_order("expiration_time is in the past")
    if new.post_only and not rests:
        raise bad_order("post_only is only for good_till_canceled")
    if new.reduce_only and new.time_in_force is not TimeInForce.IMMEDIATE_OR_CANCEL:
        raise bad_order("reduce_only is only for immediate_or_cancel")


def _group(account: Account, new: NewOrder) -> OrderGroup | None:
    if new.order_group_id is None:
        return None
    group = account.groups.get(new.order_group_id)
    if group is None:
        raise not_found(f"order group {new.order_group_id}")
    if group.triggered:
        raise group_triggered(group.group_id)
    return group


def _admit(floor: Floor, order: LiveOrder) -> None:
    order.order_id = floor.next_order_id()
    floor.orders[order.order_id] = order
    account = order.account
    if order.client_order_id is not None:
        account.burned[order.client_order_id] = order.order_id
    if not account.silent:
        account.order_ids.append(order.order_id)


def _leave(floor: Floor, order: LiveOrder, at: datetime) -> None:
    if order.status is not OrderStatus.RESTING:
        return
    terms = order.terms
    if terms.time_in_force is not TimeInForce.GOOD_TILL_CANCELED:
        reason = UpdateReason.REDUCE_ONLY_CANCEL if terms.reduce_only else UpdateReason.NONE
        floor.finish(order, reason, at)
        return
    floor.rest(order, at)
    schedule_expiry(floor, order)
    if order.account.swept_until is not None and at < order.account.swept_until:
        floor.at_time(at, partial(_sweep, floor, order))
    if order.account.cash_e6 < order.account.locked_e6:
        floor.trim(order.account, at)
