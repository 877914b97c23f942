"""Trades: by price, then by time, at the price of the order that was there first."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.core.fees import Liquidity, OrderFees
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Price
from kalshi_alpha.sim.accounts import E6_PER_PAIR_E2, full_cost_e6
from kalshi_alpha.sim.engine_events import OwnFill, PublicTrade
from kalshi_alpha.sim.floor import OUTCOMES, Floor
from kalshi_alpha.sim.orders import LiveOrder, OrderStatus, SelfTradePrevention, UpdateReason


def crosses(order: LiveOrder, own_e4: int) -> bool:
    """Say whether an order would trade now at a price of the outcome that it buys.

    A YES bid at p and a NO bid at q trade when p + q is a dollar or more.
    """
    prices = order.listing.sides[1 - order.side].prices_e4
    return bool(prices) and own_e4 + prices[-1] >= E4_PER_DOLLAR


def fillable_e2(order: LiveOrder) -> int:
    """Return how much of an order would be filled at once, self-trade prevention included."""
    left = order.remaining_e2
    ends_at_own = order.terms.self_trade_prevention is SelfTradePrevention.TAKER_AT_CROSS
    for maker in order.listing.sides[1 - order.side].best_first():
        if order.own_e4 + maker.own_e4 < E4_PER_DOLLAR or left <= 0:
            break
        if maker.account is not order.account:
            left -= maker.remaining_e2
        elif ends_at_own:
            break
    return order.remaining_e2 - max(0, left)


def match(floor: Floor, taker: LiveOrder, at: datetime) -> None:
    """Trade an incoming order against the book until nothing crosses or nothing is left.

    It may end the order: by self-trade prevention, by its group's limit, or for want of cash.
    """
    while taker.remaining_e2 and crosses(taker, taker.own_e4):
        maker = taker.listing.sides[1 - taker.side].first()
        if maker.account is taker.account:
            if taker.terms.self_trade_prevention is SelfTradePrevention.TAKER_AT_CROSS:
                floor.finish(taker, UpdateReason.SELF_TRADE_CANCEL, at)
                return
            floor.cancel(maker, UpdateReason.SELF_TRADE_CANCEL, at)
            continue
        size_e2 = min(taker.remaining_e2, maker.remaining_e2)
        paid_e4 = E4_PER_DOLLAR - maker.own_e4
        if not _can_pay(taker, paid_e4, size_e2, taker.listing.taker_rate_e10):
            floor.finish(taker, UpdateReason.MARGIN_CANCEL, at)
            return
        if not _can_pay(maker, maker.own_e4, size_e2, maker.listing.maker_rate_e10):
            floor.cancel(maker, UpdateReason.MARGIN_CANCEL, at)
            continue
        _trade(floor, taker, maker, size_e2, at)


def _can_pay(order: LiveOrder, own_e4: int, size_e2: int, rate_e10: int) -> bool:
    # What an order locks covers one fill of its whole size. Many small fills may each be rounded
    # up against it, and only cash itself is the last word: it never goes below zero.
    cost_e6 = full_cost_e6(own_e4, size_e2, rate_e10, order.account.step_e6)
    closed_e2 = min(order.holding.payback_e2(order.side), size_e2)
    return order.account.cash_e6 + closed_e2 * E6_PER_PAIR_E2 >= cost_e6


def _trade(floor: Floor, taker: LiveOrder, maker: LiveOrder, size_e2: int, at: datetime) -> None:
    listing = maker.listing
    trade_id = floor.next_trade_id()
    yes_e4 = E4_PER_DOLLAR - maker.own_e4 if maker.side else maker.own_e4
    print_ = PublicTrade(trade_id, listing.ticker, yes_e4, size_e2, OUTCOMES[taker.side], at)
    listing.trades.append(print_)
    listing.volume_e2 += size_e2
    floor.tell(print_)
    _take_from_book(floor, maker, size_e2, at)
    closed = _fill(floor, maker, maker.own_e4, size_e2, trade_id, at, is_taker=False)
    closed += _fill(
        floor, taker, E4_PER_DOLLAR - maker.own_e4, size_e2, trade_id, at, is_taker=True
    )
    listing.open_interest_e2 += size_e2 - closed
    for order in (maker, taker):
        group = order.group
        if group is not None and group.count(size_e2, at) and not group.triggered:
            floor.trigger(order.account, group, at)
        if order.account.cash_e6 < order.account.locked_e6:
            floor.trim(order.account, at)
    if taker.group is not None and taker.group.triggered and taker.remaining_e2:
        floor.finish(taker, UpdateReason.GROUP_CANCEL, at)


def _take_from_book(floor: Floor, maker: LiveOrder, size_e2: int, at: datetime) -> None:
    if size_e2 == maker.remaining_e2:
        floor.lift(maker, at, own=False)
        return
    maker.listing.sides[maker.side].shrink(maker, size_e2)
    floor.tell_level(maker, -size_e2, at, own=False)


def _fill(
    floor: Floor,
    order: LiveOrder,
    own_e4: int,
    size_e2: int,
    trade_id: str,
    at: datetime,
    *,
    is_taker: bool,
) -> int:
    account, holding, listing = order.account, order.holding, order.listing
    if order.fees is None or order.fee_terms is not listing.terms:
        # The rounding that an order has collected does not outlive the terms it was charged by.
        order.fees = OrderFees(listing.terms, account.step_e6)
        order.fee_terms = listing.terms
    liquidity = Liquidity.TAKER if is_taker else Liquidity.MAKER
    fee = order.fees.fill(True, Price(own_e4), Contracts(size_e2), liquidity)  # noqa: FBT003
    fee_e6 = fee.net_fee.e6
    closed_e2 = holding.fill(order.side, own_e4, size_e2, fee_e6, at)
    account.cash_e6 += fee.cash_change.e6 + closed_e2 * E6_PER_PAIR_E2
    if holding.netting is not None:
        holding.netting.update()
    floor.fees_e6 += fee_e6
    order.filled_e2 += size_e2
    order.remaining_e2 -= size_e2
    order.updated_at = at
    order.reason = UpdateReason.TRADE
    if is_taker:
        order.taker_cost_e6 += own_e4 * size_e2
        order.taker_fee_e6 += fee_e6
        account.taker_fills += 1
        holding.relock()
    else:
        order.maker_cost_e6 += own_e4 * size_e2
        order.maker_fee_e6 += fee_e6
        _unlock(floor, order, size_e2)
    if not order.remaining_e2:
        order.status = OrderStatus.EXECUTED
        if account.silent:
            del floor.orders[order.order_id]
    if not account.silent:
        _report(
            floor, order, trade_id, listing.trades[-1].yes_price_e4, size_e2, fee_e6, at, is_taker
        )
    return closed_e2


def _unlock(floor: Floor, maker: LiveOrder, size_e2: int) -> None:
    if not maker.remaining_e2:
        maker.holding.relock()  # it was lifted out of the book, and its lock with it
        return
    before_e6 = maker.locked_e6
    maker.locked_e6 = floor.cost_at_rest(maker)
    maker.holding.rest(maker.side, maker.locked_e6 - before_e6, -size_e2)


def _report(
    floor: Floor,
    order: LiveOrder,
    trade_id: str,
    yes_e4: int,
    size_e2: int,
    fee_e6: int,
    at: datetime,
    is_taker: bool,  # noqa: FBT001 - private, beside its namesakes
) -> None:
    account = order.account
    fill = OwnFill(
        account.account_id,
        trade_id,
        order.order_id,
        order.client_order_id,
        order.listing.ticker,
        order.terms.side,
        yes_e4,
        size_e2,
        is_taker,
        fee_e6,
        order.holding.position_e2,
        at,
    )
    account.fills.append(fill)
    floor.tell(fill)
    floor.tell_order(order)
    floor.tell_position(order, at)
