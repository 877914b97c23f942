"""One suite for every gateway: what a caller may rely on whichever it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from kalshi_alpha.brokers.dry import DryGateway
from kalshi_alpha.brokers.paper import PaperGateway
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.ports import OrderGateway
from kalshi_alpha.core.types import Contracts
from order_cases import AT, ID, MARKET, intent

BOOK = OrderBook.of(MARKET, AT, yes_bids=[(4100, 10_000)], no_bids=[(5500, 5_000)])
GATEWAYS: dict[str, Callable[[], OrderGateway]] = {
    "dry": DryGateway,
    "paper": lambda: PaperGateway({MARKET: BOOK}, AT),
}


@pytest.fixture(params=sorted(GATEWAYS))
def gateway(request: pytest.FixtureRequest) -> OrderGateway:
    return GATEWAYS[request.param]()


def test_an_order_rests_whole_under_its_own_id(gateway: OrderGateway) -> None:
    ack = asyncio.run(gateway.place(intent()))
    assert (ack.client_order_id, ack.resting) == (ID, Contracts.whole(10))


def test_a_repeat_is_the_same_order_not_a_second_one(gateway: OrderGateway) -> None:
    first = asyncio.run(gateway.place(intent()))
    assert asyncio.run(gateway.place(intent())) == first


def test_cancelling_twice_does_nothing_more(gateway: OrderGateway) -> None:
    asyncio.run(gateway.place(intent()))
    asyncio.run(gateway.cancel(ID))
    asyncio.run(gateway.cancel(ID))
    asyncio.run(gateway.cancel("never placed"))
