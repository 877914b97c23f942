"""One suite for every gateway: what a caller may rely on whichever it is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from kalshi_alpha.brokers.dry import DryGateway
from kalshi_alpha.brokers.paper import PaperGateway
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.ports import OrderGateway, PostOnlyOrder
from kalshi_alpha.core.types import Contracts, Price, Side

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
BOOK = OrderBook.of("M", AT, yes_bids=[(4100, 10_000)], no_bids=[(5500, 5_000)])
GATEWAYS: dict[str, Callable[[], OrderGateway]] = {
    "dry": DryGateway,
    "paper": lambda: PaperGateway({"M": BOOK}, AT),
}


@pytest.fixture(params=sorted(GATEWAYS))
def gateway(request: pytest.FixtureRequest) -> OrderGateway:
    return GATEWAYS[request.param]()


def order(client_order_id: str = "a", price: int = 4200) -> PostOnlyOrder:
    return PostOnlyOrder(client_order_id, "M", Side.YES, Price(price), Contracts.whole(5))


def test_an_order_rests_whole_under_its_own_id(gateway: OrderGateway) -> None:
    ack = gateway.place(order())
    assert (ack.client_order_id, ack.resting) == ("a", Contracts.whole(5))


def test_a_repeat_is_the_same_order_not_a_second_one(gateway: OrderGateway) -> None:
    first = gateway.place(order())
    assert gateway.place(order()) == first


def test_cancelling_twice_does_nothing_more(gateway: OrderGateway) -> None:
    gateway.place(order())
    gateway.cancel("a")
    gateway.cancel("a")
    gateway.cancel("never placed")
