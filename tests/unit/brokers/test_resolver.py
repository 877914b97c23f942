from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.brokers.resolver import Resolver
from kalshi_alpha.brokers.venue_port import CreateAnswer, LastCheck
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.orders.request import OrderRequest
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.types import Contracts, Price, Side
from live_desk import LiveDesk, at_a_desk
from order_cases import ID, MARKET, ORDER, VENUE_ID, venue_fill, venue_order


def resolver_of(desk: LiveDesk) -> tuple[Resolver, OrderLog]:
    return desk.gateway._resolver, desk.gateway._log


def test_an_order_of_ours_is_recognised_by_either_id_and_a_strangers_by_none() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        resolver, _ = resolver_of(desk)
        assert resolver.take_order(venue_order()) is desk.blotter.orders[ID]
        assert resolver.take_order(venue_order(client_order_id=None)) is desk.blotter.orders[ID]
        assert resolver.take_order(venue_order(client_order_id="x", order_id="y")) is None

    at_a_desk(session)


@pytest.mark.parametrize(
    "wrong",
    [
        venue_order(price=Price(9000)),
        venue_order(side=Side.NO),
        venue_order(order_id="venue-2"),
        venue_order(initial=Contracts(1001)),
        venue_order(remaining=Contracts(950)),
    ],
)
def test_an_order_that_is_not_as_it_was_meant_stops_its_series(wrong: object) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        resolver, _ = resolver_of(desk)
        assert isinstance(wrong, type(venue_order()))
        resolver.take_order(replace(wrong, filled=Contracts(100)))
        assert "KXCPI" in desk.blotter.stopped
        desk.gateway._log.blotter._stopped.clear()

    at_a_desk(session)


def test_a_second_order_under_our_id_is_written_down_once_and_locks_its_market() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        resolver, _ = resolver_of(desk)
        for _ in range(2):
            resolver.take_order(venue_order(order_id="venue-999"))
        (extra,) = desk.blotter.surplus.open()
        assert extra.order_id == "venue-999"
        assert desk.blotter.locked == {MARKET}
        assert desk.blotter.orders[ID].order_id == "venue-1"
        assert not desk.blotter.stopped
        assert resolver.take_fill(venue_fill(1, order_id="venue-999"), final=False) is None
        assert "venue-999" in desk.blotter.stopped["KXCPI"]

    at_a_desk(session)


def test_a_fill_under_our_id_of_another_order_stops_the_series_and_is_looked_up() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        resolver, _ = resolver_of(desk)
        fill = venue_fill(1, order_id="venue-999", client_order_id=ID)
        assert resolver.take_fill(fill, final=False) is None
        assert "venue-999" in desk.blotter.stopped["KXCPI"]
        assert MARKET in resolver.doubtful
        assert not desk.blotter.orders[ID].fills

    at_a_desk(session)


def test_one_that_was_made_smaller_is_still_as_it_was_meant() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        resolver, _ = resolver_of(desk)
        await desk.gateway.decrease(ID, Contracts(300))
        resolver.take_order(desk.venue.of(ID).shown())
        resolver.take_order(venue_order(initial=Contracts(300), remaining=Contracts(300)))
        assert not desk.blotter.stopped
        assert desk.blotter.orders[ID].open == Contracts(300)

    at_a_desk(session)


def test_one_found_larger_while_unknown_is_known_and_cancelled_not_thought_absent() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("ack lost")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        desk.venue.of(ID).size = 10_000
        await desk.until(lambda: not desk.venue.resting())
        assert desk.blotter.orders[ID].order_id == "venue-1"
        assert "KXCPI" in desk.blotter.stopped

    at_a_desk(session)


def test_an_answer_with_more_than_was_asked_for_stops_the_series() -> None:
    async def session(desk: LiveDesk) -> None:
        create = desk.venue.create

        async def larger(request: OrderRequest, last_check: LastCheck) -> CreateAnswer:
            answer = await create(request, last_check)
            assert answer.ack is not None
            return replace(answer, ack=replace(answer.ack, remaining=Contracts(10_000)))

        desk.venue.create = larger  # type: ignore[method-assign]
        await desk.gateway.place(ORDER)
        assert "KXCPI" in desk.blotter.stopped

    at_a_desk(session)


def test_a_fill_before_anybody_knows_its_order_waits_for_it() -> None:
    async def session(desk: LiveDesk) -> None:
        resolver, _ = resolver_of(desk)
        fill = venue_fill(300)
        assert resolver.take_fill(fill, final=False) is None
        assert resolver.take_fill(fill, final=False) is None
        await desk.gateway.place(ORDER)
        assert desk.blotter.orders[ID].fills_e2 == 300

    at_a_desk(session)


def test_only_what_is_in_doubt_is_asked_about_and_not_too_often() -> None:
    async def session(desk: LiveDesk) -> None:
        resolver, _ = resolver_of(desk)
        await desk.gateway.place(ORDER)
        assert resolver.due() == ()
        resolver.doubtful.add(MARKET)
        assert resolver.due() == (MARKET,)
        await resolver.look_up(MARKET)
        resolver.doubtful.add(MARKET)
        assert resolver.due() == ()
        await asyncio.sleep(2.1)
        resolver.doubtful.add(MARKET)
        assert resolver.due() == (MARKET,)

    at_a_desk(session)


def test_a_fill_shown_before_its_order_tells_whose_it_is() -> None:
    """The list of orders lags behind the list of fills."""

    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("ack lost")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 400)
        orders = desk.venue.orders

        async def none_yet(**_: object) -> tuple[()]:
            await orders()
            return ()

        desk.venue.orders = none_yet  # type: ignore[method-assign]
        await desk.until(lambda: not desk.blotter.locked, 5)
        order = desk.blotter.orders[ID]
        assert (order.state, order.order_id) == (OrderState.RESTING, VENUE_ID)
        await desk.until(lambda: desk.blotter.orders[ID].fills_e2 == 400, 5)
        desk.venue.orders = orders  # type: ignore[method-assign]

    at_a_desk(session)


def test_strangers_fills_are_named_once_they_are_known_to_be() -> None:
    async def session(desk: LiveDesk) -> None:
        resolver, _ = resolver_of(desk)
        order_id = desk.venue.foreign_order(MARKET)
        desk.venue.fill("", 100)
        assert await resolver.look_up(MARKET) == {order_id}
        assert await resolver.look_up(MARKET) == {order_id}

    at_a_desk(session)


def test_an_order_is_asked_about_by_itself() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 1000)
        resolver, _ = resolver_of(desk)
        await resolver.ask_about(desk.blotter.orders[ID])
        assert desk.blotter.orders[ID].state is OrderState.EXECUTED
        assert MARKET in resolver.doubtful

    at_a_desk(session)


def test_a_doubt_is_overdue_after_its_time() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("lost")
        desk.venue.reads.extend(["fail"] * 1000)
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        resolver, _ = resolver_of(desk)
        await asyncio.sleep(59)
        assert resolver.overdue() == ()
        await asyncio.sleep(1.5)
        assert [o.client_order_id for o in resolver.overdue()] == [ID]
        desk.venue.reads.clear()

    at_a_desk(session)
