from __future__ import annotations

from kalshi_alpha.brokers.dry import DryGateway
from kalshi_alpha.core.ports import PostOnlyOrder
from kalshi_alpha.core.types import Contracts, Price, Side


def order(client_order_id: str, count: int) -> PostOnlyOrder:
    return PostOnlyOrder(client_order_id, "M", Side.NO, Price(5600), Contracts.whole(count))


def test_orders_are_remembered_once_and_forgotten_when_cancelled() -> None:
    gateway = DryGateway()
    gateway.place(order("a", 5))
    gateway.place(order("a", 5))
    gateway.place(order("b", 2))
    assert gateway.resting_contracts == Contracts.whole(7)
    gateway.cancel("a")
    assert gateway.resting_contracts == Contracts.whole(2)
    assert list(gateway.resting) == ["b"]
