from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.brokers.paper import PaperGateway
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.orders.errors import OrderRejected, OrderWithheld
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Price, Side, Trade

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
EXPIRY = AT + timedelta(hours=1)
BOOK = OrderBook.of("E-M", AT, yes_bids=[(4100, 10_000)], no_bids=[(5500, 5_000)])


def order(side: Side, price: int, count: int) -> OrderIntent:
    return OrderIntent(
        series="E",
        event_ticker="E",
        ticker="E-M",
        side=side,
        price=Price(price),
        contracts=Contracts.whole(count),
        expires_at=EXPIRY,
        decided_at=AT,
    )


def resting(side: Side, price: int, count: int) -> PaperGateway:
    gateway = PaperGateway({"E-M": BOOK}, AT)
    gateway.rest(order(side, price, count))
    return gateway


def hit(minutes: int, yes_price: int, count: int, taker: Side, *, block: bool = False) -> Trade:
    at = AT + timedelta(minutes=minutes)
    return Trade(f"t{minutes}", "E-M", at, Price(yes_price), Contracts.whole(count), taker, block)


def filled(gateway: PaperGateway, *prints: Trade) -> Contracts:
    (result,) = gateway.let_pass({"E-M": prints}, EXPIRY)
    return result.filled


def test_the_queue_shown_at_our_price_trades_before_us() -> None:
    assert filled(resting(Side.YES, 4100, 5), hit(1, 4100, 100, Side.NO)) == Contracts(0)
    assert filled(resting(Side.YES, 4100, 5), hit(1, 4100, 103, Side.NO)) == Contracts.whole(3)


def test_an_improving_order_is_first_in_its_own_queue() -> None:
    assert filled(resting(Side.YES, 4200, 5), hit(1, 4200, 4, Side.NO)) == Contracts.whole(4)


def test_a_no_order_is_filled_by_takers_of_yes_at_the_mirrored_price() -> None:
    gateway = resting(Side.NO, 5600, 5)
    assert filled(gateway, hit(1, 4400, 5, Side.YES)) == Contracts.whole(5)


def test_a_touch_from_the_other_side_fills_nothing() -> None:
    assert filled(resting(Side.YES, 4200, 5), hit(1, 4200, 50, Side.YES)) == Contracts(0)


def test_a_print_through_our_price_fills_us_whatever_the_queue() -> None:
    assert filled(resting(Side.YES, 4100, 5), hit(1, 4000, 5, Side.NO)) == Contracts.whole(5)


def test_prints_before_placement_after_expiry_and_blocks_fill_nothing() -> None:
    gateway = resting(Side.YES, 4200, 5)
    prints = (
        hit(-1, 4200, 50, Side.NO),
        hit(2, 4200, 50, Side.NO, block=True),
        hit(61, 4200, 50, Side.NO),
    )
    assert filled(gateway, *prints) == Contracts(0)


def test_an_order_that_would_cross_is_refused() -> None:
    gateway = PaperGateway({"E-M": BOOK}, AT)
    with pytest.raises(OrderRejected, match="post only"):
        gateway.rest(order(Side.YES, 4500, 1))


def test_an_order_without_a_book_is_not_placed() -> None:
    with pytest.raises(OrderWithheld, match="no book"):
        PaperGateway({}, AT).rest(order(Side.YES, 4100, 1))


@pytest.mark.parametrize("everything", [True, False])
def test_a_cancelled_order_meets_no_print_and_does_not_come_back(everything: bool) -> None:
    gateway = resting(Side.YES, 4200, 5)
    cancelled = order(Side.YES, 4200, 5)
    ending = gateway.cancel_all() if everything else gateway.cancel(cancelled.client_order_id)
    asyncio.run(ending)
    assert gateway.rest(cancelled).resting == Contracts(0)
    assert gateway.let_pass({"E-M": [hit(1, 4200, 50, Side.NO)]}, EXPIRY) == ()
