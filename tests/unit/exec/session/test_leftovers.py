from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fakes.order_venue import FakeVenue
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.order_payloads import resting_order
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.exec.session.leftovers import (
    CONFIRM_WITHIN,
    OLD_GROUPS_MAX,
    begun_empty,
    nothing_left,
    order_group,
    take_back,
)
from kalshi_alpha.exec.session.practice import PracticeOptions, open_practice
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from kalshi_alpha.sim.worlds import fixture_world
from live_desk import LiveDesk, MemoryJournal, at_a_desk
from order_cases import AT, ID, MARKET, ORDER, intent

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
        self.blotter = SimpleNamespace(live=lambda: orders, surplus=SimpleNamespace(open=tuple))
        self.cancelled: list[str] = []
        self._error = error

    async def second_orders_off(self) -> None:
        self.cancelled.append("seconds")

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
        assert await take_back(port, surroundings)

    run_virtual(main, WORLD.starts_at)
    assert gateway.cancelled == ["a", "b", "seconds"]
    assert given.observer == ([] if error is None else [("left_over", "b: no answer")])


@pytest.mark.parametrize("missing_e6", [0, 500_000])
def test_cash_is_compared_again_once_nothing_of_a_dead_session_rests(missing_e6: int) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.start(LIMIT)
        await desk.gateway.place(intent(fee_max=Money(500_000)))
        desk.venue.state.cash -= missing_e6
        found = await desk.gateway.reconcile()
        assert found.clean
        again = await begun_empty(desk.gateway, around(desk), found)
        assert (desk.venue.resting(), again.clean) == ([], not missing_e6)
        assert await begun_empty(desk.gateway, around(desk), again) is again

    at_a_desk(session, opened=False)


def around(desk: LiveDesk, *, latched: bool = False) -> Any:
    """What a session at a desk is given, as far as its end needs it."""
    client = SimpleNamespace(guard=SimpleNamespace(latched=latched))
    return SimpleNamespace(clock=desk.clock, observer=Alerts(), client=client)


def leaving(
    act: Callable[[LiveDesk, Any], Awaitable[None]], *, latched: bool = False, lag_s: float = 0.0
) -> None:
    """Let a session act at a desk where nobody looks after the gateway beside it."""

    async def session(desk: LiveDesk) -> None:
        await desk.gateway.start(LIMIT)
        await act(desk, around(desk, latched=latched))

    at_a_desk(session, opened=False, lag_s=lag_s)


@pytest.mark.parametrize(
    "script",
    [["ok"], ["lost"] * 30, ["500"] * 20, ["401"] * 5, ["ack lost"] * 3],
    ids=lambda script: f"{len(script)} {script[0]}",
)
@pytest.mark.parametrize("killed", [False, True])
def test_nothing_of_ours_rests_after_a_session_that_may_not_quote(
    script: list[str], killed: bool
) -> None:
    async def act(desk: LiveDesk, given: Any) -> None:
        await desk.gateway.place_batch([intent(nonce=n) for n in range(3)])
        foreign = desk.venue.foreign_order(MARKET)
        async with nothing_left(desk.gateway, given):
            desk.venue.script.extend(script)
            desk.killed = killed
        assert desk.blotter.live() == ()
        resting = [each.order_id for each in desk.venue.state.orders.values() if each.remaining]
        assert resting == ([] if killed else [foreign])

    leaving(act)


@pytest.mark.parametrize("killed", [False, True])
def test_an_order_of_unknown_fate_is_found_and_cancelled_before_a_session_returns(
    killed: bool,
) -> None:
    async def act(desk: LiveDesk, given: Any) -> None:
        desk.venue.script.append("ack lost")
        with suppress(OrderUnknown):
            await desk.gateway.place(ORDER)
        desk.killed = killed
        async with nothing_left(desk.gateway, given):
            assert desk.blotter.unknown()
        assert (desk.venue.resting(), desk.blotter.live()) == ([], ())

    leaving(act, lag_s=0.9)


def second_orders_left(
    begin: Callable[[LiveDesk, Any], Awaitable[None]], *, script: str = "ok"
) -> tuple[list[str], LiveDesk]:
    """Begin anew where a dead session left a second order, and return what rests then."""
    journal = MemoryJournal()
    ends: list[LiveDesk] = []

    async def main(clock: VirtualClock) -> None:
        venue = FakeVenue(clock)
        died = LiveDesk(clock, venue, journal)
        await died.gateway.start(LIMIT)
        await died.gateway.place(ORDER)
        venue.twin(ID)
        begun = LiveDesk(clock, venue, MemoryJournal(journal.replay()))
        await begun.gateway.reconcile()
        venue.script.append(script)
        await begin(begun, around(begun))
        await begun.gateway.close()
        ends.append(begun)

    run_virtual(main, AT)
    (desk,) = ends
    return [each.order_id for each in desk.venue.state.orders.values() if each.remaining], desk


@pytest.mark.parametrize("script", ["ok", "lost", "ack lost"])
def test_a_second_order_that_a_dead_session_left_is_cancelled_at_the_start(script: str) -> None:
    async def begin(desk: LiveDesk, given: Any) -> None:
        assert await take_back(desk.gateway, given)
        assert not await take_back(desk.gateway, given)

    resting, desk = second_orders_left(begin, script=script)
    assert (resting, desk.blotter.locked) == ([], frozenset())
    assert "second_order" in [word for word, _ in desk.alerts]


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "beside the first"])
def test_a_second_order_is_cancelled_before_a_session_returns(alone: bool) -> None:
    async def begin(desk: LiveDesk, given: Any) -> None:
        async with nothing_left(desk.gateway, given):
            if alone:
                await desk.gateway.cancel(ID)

    resting, desk = second_orders_left(begin)
    assert (resting, desk.blotter.locked) == ([], frozenset())


def test_a_second_order_that_cannot_be_cancelled_is_said_at_the_start_and_at_the_end() -> None:
    async def begin(desk: LiveDesk, given: Any) -> None:
        await desk.gateway.cancel(ID)
        desk.venue.script.extend(["500"] * 999)
        await take_back(desk.gateway, given)
        ((word, sentence),) = given.observer
        assert (word, "venue-2" in sentence) == ("left_over", True)
        with pytest.raises(OrderUnknown, match="venue-2"):
            async with nothing_left(desk.gateway, given):
                pass

    resting, _ = second_orders_left(begin)
    assert resting == ["venue-2"]


def test_a_session_that_dies_leaves_nothing_and_its_own_error() -> None:
    async def act(desk: LiveDesk, given: Any) -> None:
        await desk.gateway.place(ORDER)
        with pytest.raises(ZeroDivisionError):
            async with nothing_left(desk.gateway, given):
                raise ZeroDivisionError
        assert desk.venue.resting() == []
        assert given.observer == []

    leaving(act)


def test_what_cannot_be_confirmed_is_said() -> None:
    async def act(desk: LiveDesk, given: Any) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.script.extend(["500"] * 999)
        begun = desk.clock.now()
        with pytest.raises(OrderUnknown, match="not known to be off"):
            async with nothing_left(desk.gateway, given):
                pass
        assert desk.clock.now() - begun > CONFIRM_WITHIN
        with pytest.raises(ZeroDivisionError):
            async with nothing_left(desk.gateway, given):
                raise ZeroDivisionError
        ((word, _),) = given.observer
        assert word == "left_over"

    leaving(act)


def test_where_nothing_can_be_signed_nobody_waits_for_it() -> None:
    async def act(desk: LiveDesk, given: Any) -> None:
        await desk.gateway.place(ORDER)
        begun = desk.clock.now()
        with pytest.raises(OrderUnknown, match="no cancel can be signed"):
            async with nothing_left(desk.gateway, given):
                pass
        assert desk.clock.now() == begun

    leaving(act, latched=True)


def test_a_start_deletes_a_bounded_number_of_groups() -> None:
    assert 0 < OLD_GROUPS_MAX <= 50
