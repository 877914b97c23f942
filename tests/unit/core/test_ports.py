from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ports import (
    Acknowledgement,
    Clock,
    LedgerStore,
    MarketFeed,
    Notifier,
    OrderGateway,
    PostOnlyOrder,
)
from kalshi_alpha.core.types import Contracts, Ladder, Price, Side


def order(
    client_order_id: str = "ka-1", price: str = "0.4300", contracts: str = "2.00"
) -> PostOnlyOrder:
    return PostOnlyOrder(
        client_order_id,
        "KXCPI-25MAY-T0.2",
        Side.YES,
        Price.parse(price),
        Contracts.parse(contracts),
    )


class SetClock:
    def now(self) -> datetime:
        return datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


class Remembering:
    def __init__(self) -> None:
        self.resting: dict[str, PostOnlyOrder] = {}
        self.stored: dict[str, str] = {}
        self.told: list[str] = []

    def place(self, order: PostOnlyOrder) -> Acknowledgement:
        kept = self.resting.setdefault(order.client_order_id, order)
        return Acknowledgement(kept.client_order_id, None, kept.contracts)

    def cancel(self, client_order_id: str) -> None:
        self.resting.pop(client_order_id, None)

    def ladders(self, series_ticker: str) -> Sequence[Ladder]:
        self.told.append(series_ticker)
        return ()

    def book(self, ticker: str) -> str:
        return ticker

    def put(self, rows: Iterable[str]) -> None:
        self.stored.update((row, row) for row in rows)

    def rows(self) -> Sequence[str]:
        return tuple(self.stored)

    def notify(self, subject: str, body: str) -> None:
        self.told.append(f"{subject}: {body}")


def test_plain_classes_fit_the_ports() -> None:
    fake = Remembering()
    clock: Clock = SetClock()
    gateway: OrderGateway = fake
    feed: MarketFeed[str] = fake
    ledger: LedgerStore[str] = fake
    notifier: Notifier = fake
    assert clock.now().tzinfo is UTC
    assert gateway.place(order()) == gateway.place(order())
    gateway.cancel("ka-1")
    gateway.cancel("ka-1")
    ledger.put(["a", "a"])
    notifier.notify("subject", "body")
    assert (fake.resting, ledger.rows(), fake.told) == ({}, ("a",), ["subject: body"])
    assert feed.book("X") == "X"


@pytest.mark.parametrize(
    ("client_order_id", "price", "contracts"),
    [("", "0.4300", "2.00"), ("ka-1", "0.0000", "2.00"), ("ka-1", "1.0000", "2.00"),
     ("ka-1", "0.4300", "0.00")],
)  # fmt: skip
def test_an_order_that_cannot_rest_cannot_be_built(
    client_order_id: str, price: str, contracts: str
) -> None:
    with pytest.raises(BadParameter):
        order(client_order_id, price, contracts)
