from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.ports import (
    Acknowledgement,
    Clock,
    LedgerStore,
    MarketFeed,
    Notifier,
    OrderGateway,
)
from kalshi_alpha.core.types import Contracts, Ladder
from order_cases import ID, intent


class SetClock:
    def now(self) -> datetime:
        return datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


class Remembering:
    def __init__(self) -> None:
        self.resting: dict[str, OrderIntent] = {}
        self.stored: dict[str, str] = {}
        self.told: list[str] = []

    async def place(self, intent: OrderIntent) -> Acknowledgement:
        kept = self.resting.setdefault(intent.client_order_id, intent)
        return Acknowledgement(kept.client_order_id, None, kept.contracts)

    async def cancel(self, client_order_id: str) -> None:
        self.resting.pop(client_order_id, None)

    async def cancel_all(self) -> None:
        self.resting.clear()

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


async def quote_twice(gateway: OrderGateway) -> Acknowledgement:
    first = await gateway.place(intent())
    assert await gateway.place(intent()) == first
    await gateway.cancel(ID)
    await gateway.cancel(ID)
    await gateway.cancel_all()
    return first


def test_plain_classes_fit_the_ports() -> None:
    fake = Remembering()
    clock: Clock = SetClock()
    gateway: OrderGateway = fake
    feed: MarketFeed[str] = fake
    ledger: LedgerStore[str] = fake
    notifier: Notifier = fake
    assert clock.now().tzinfo is UTC
    assert asyncio.run(quote_twice(gateway)) == Acknowledgement(ID, None, Contracts.whole(10))
    ledger.put(["a", "a"])
    notifier.notify("subject", "body")
    assert (fake.resting, ledger.rows(), fake.told) == ({}, ("a",), ["subject: body"])
    assert feed.book("X") == "X"
