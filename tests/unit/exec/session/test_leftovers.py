from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.order_payloads import resting_order
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.exec.session.leftovers import OLD_GROUPS_MAX, order_group, take_back
from kalshi_alpha.exec.session.practice import PracticeOptions, open_practice
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from kalshi_alpha.sim.worlds import fixture_world

WORLD = fixture_world(Path(__file__).resolve().parents[3] / "data_fixtures").only(["KXCPI"])
LIMIT = Contracts.whole(25)


class Alerts(list[tuple[str, str]]):
    """What had to be looked at."""

    def alert(self, word: str, sentence: str) -> None:
        self.append((word, sentence))


async def groups(client: VenueClient) -> list[str | None]:
    return [group.id for group in await client.order_groups()]


def test_a_session_has_a_group_of_its_own_and_leaves_none() -> None:
    async def main(clock: VirtualClock) -> None:
        practice = open_practice(WORLD, clock, PracticeOptions(read_lag_max_s=0.0))
        async with practice.exchange:
            client = practice.client(clock)
            await client.compare_clocks()
            for _ in range(3):
                await client.create_group(LIMIT)
            gateway: Any = SimpleNamespace(group_id=None)
            given: Any = SimpleNamespace(client=client, observer=Alerts())
            with suppress(ZeroDivisionError):
                async with order_group(gateway, given, LIMIT):
                    assert await groups(client) == [gateway.group_id]
                    raise ZeroDivisionError
            assert await groups(client) == []
            assert (gateway.group_id, given.observer) == (None, [])

    run_virtual(main, WORLD.starts_at)


def test_a_group_with_resting_orders_of_somebody_is_left_alone() -> None:
    async def main(clock: VirtualClock) -> None:
        practice = open_practice(WORLD, clock, PracticeOptions(read_lag_max_s=0.0))
        async with practice.exchange:
            client = practice.client(clock)
            await client.compare_clocks()
            made = (await client.create_group(LIMIT)).decoded
            assert made is not None
            order = resting_order(
                ticker=WORLD.tickers[0],
                side=Side.YES,
                price=Price(100),
                contracts=Contracts.whole(1),
                client_order_id="by-hand",
                expiration_time=int(WORLD.listed[0].market.close_at.timestamp()),
                order_group_id=made.order_group_id,
            )
            assert (await client.create_order(order)).decoded is not None
            gateway: Any = SimpleNamespace(group_id=None)
            given: Any = SimpleNamespace(client=client, observer=Alerts())
            async with order_group(gateway, given, LIMIT):
                pass
            assert await groups(client) == [made.order_group_id]
            assert len(await client.orders(status="resting")) == 1

    run_virtual(main, WORLD.starts_at)


class _Gateway:
    """Two orders that an earlier session left."""

    def __init__(self, error: OrderUnknown | None) -> None:
        orders = [SimpleNamespace(client_order_id=name) for name in ("a", "b")]
        self.blotter = SimpleNamespace(live=lambda: orders)
        self.cancelled: list[str] = []
        self._error = error

    async def cancel_batch(self, names: list[str]) -> None:
        self.cancelled += names
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize("error", [None, OrderUnknown("b: no answer")])
def test_what_an_earlier_session_left_is_cancelled(error: OrderUnknown | None) -> None:
    gateway, given = _Gateway(error), SimpleNamespace(observer=Alerts())
    port: Any = gateway
    surroundings: Any = given

    async def main(_: VirtualClock) -> None:
        await take_back(port, surroundings)

    run_virtual(main, WORLD.starts_at)
    assert gateway.cancelled == ["a", "b"]
    assert given.observer == ([] if error is None else [("left_over", "b: no answer")])


def test_a_start_deletes_a_bounded_number_of_groups() -> None:
    assert 0 < OLD_GROUPS_MAX <= 50
