from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from kalshi_alpha.brokers.order_checks import Moment
from kalshi_alpha.brokers.venue_port import BatchAnswer, CreateAnswer
from kalshi_alpha.core.orders.errors import OrderRejected, OrderWithheld
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.ports import Acknowledgement
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from live_desk import ROOMY, LiveDesk, at_a_desk
from order_cases import AT, ID, ORDER, OTHER_MARKET, intent, later
from order_stops import distrusted, gate_closed, killed, locked, stopped, tired, ungrouped, unready

OTHER = intent(ticker=OTHER_MARKET)
SMALL = [intent(nonce=n, contracts=Contracts.whole(1)) for n in range(30)]


async def comparing(desk: LiveDesk) -> None:
    desk.gateway._reconciler._comparing += 1


async def regrouped(desk: LiveDesk) -> None:
    desk.gateway.group_id = "group-2"


async def broken_journal(desk: LiveDesk) -> None:
    desk.gateway._log.failure = "disk full"


async def closed(desk: LiveDesk) -> None:
    desk.gateway._checks.closed = True


async def nothing(_: LiveDesk) -> None:
    await asyncio.sleep(2.5)


async def too_close_to_its_end(_: LiveDesk) -> None:
    await asyncio.sleep(599.5)


MEANWHILE = [
    (killed, "kill_switch"),
    (gate_closed, "gate"),
    (stopped, "series_stopped"),
    (locked, "market_locked"),
    (tired, "back_off"),
    (distrusted, "auth_error"),
    (unready, "not_reconciled"),
    (comparing, "not_reconciled"),
    (ungrouped, "no_group"),
    (regrouped, "no_group"),
    (broken_journal, "journal"),
    (closed, "journal"),
    (nothing, "too_old"),
    (too_close_to_its_end, "expired"),
]


def meanwhile(desk: LiveDesk, happens: Callable[[LiveDesk], Awaitable[None]]) -> None:
    """Let something happen while the next request waits for tokens or a connection."""
    create, create_batch = desk.venue.create, desk.venue.create_batch

    async def waited(request: Any, last_check: Any) -> Any:
        desk.venue.create, desk.venue.create_batch = create, create_batch  # type: ignore[method-assign]
        await happens(desk)
        batch = isinstance(request, list)
        return await (create_batch if batch else create)(request, last_check)

    desk.venue.create = waited  # type: ignore[method-assign]
    desk.venue.create_batch = waited  # type: ignore[method-assign,assignment]


@pytest.mark.parametrize(
    ("happens", "why"), MEANWHILE, ids=lambda each: str(getattr(each, "__name__", each))
)
def test_what_came_about_while_an_order_waited_stops_it_before_its_first_byte(
    happens: Any, why: str
) -> None:
    async def session(desk: LiveDesk) -> None:
        meanwhile(desk, happens)
        with pytest.raises(OrderWithheld) as caught:
            await desk.gateway.place(ORDER)
        assert caught.value.why == why
        assert desk.blotter.orders[ID].state is OrderState.WITHHELD
        assert ID not in desk.venue.by_client_id()
        desk.gateway._log.failure = None

    at_a_desk(session)


def test_a_batch_of_which_one_order_may_not_leave_is_withheld_whole() -> None:
    async def session(desk: LiveDesk) -> None:
        meanwhile(desk, locked)
        placed = await desk.gateway.place_batch([OTHER, ORDER])
        assert [each.why for each in placed if isinstance(each, OrderWithheld)] == [
            "market_locked"
        ] * 2
        assert desk.blotter.orders[OTHER.client_order_id].state is OrderState.WITHHELD
        # Decided on again, what may leave leaves.
        again = await desk.gateway.place(replace(OTHER, nonce=1))
        assert isinstance(again, Acknowledgement)

    at_a_desk(session)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("done 500", "market_locked"),
        ("lost", "market_locked"),
        ("429", "back_off"),
        ("401", "auth_error"),
    ],
)
def test_after_a_first_request_that_ends_badly_no_second_one_leaves(word: str, why: str) -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append(word)
        placed = await desk.gateway.place_batch(SMALL[:25])
        assert [r for r in desk.venue.requests if r.startswith("create ")] == [
            "create group",
            "create batch 10",
        ]
        assert [each.why for each in placed if isinstance(each, OrderWithheld)] == [why] * 15

    at_a_desk(session)


def test_what_may_not_leave_does_not_wait_for_tokens_first() -> None:
    async def session(desk: LiveDesk) -> None:
        begun: list[int] = []
        create_batch = desk.venue.create_batch

        async def counted(requests: Any, last_check: Any) -> BatchAnswer:
            begun.append(len(requests))
            answer = await create_batch(requests, last_check)
            desk.killed = True
            return answer

        desk.venue.create_batch = counted  # type: ignore[method-assign]
        await desk.gateway.place_batch(SMALL[:25])
        assert begun == [10]

    at_a_desk(session)


def test_the_gate_is_asked_once_where_nothing_is_waited_for_and_again_where_it_is() -> None:
    async def session(desk: LiveDesk) -> None:
        asked: list[str] = []
        gate = desk.gateway._checks._gate

        def counted(meant: Any) -> Any:
            asked.append(meant.client_order_id)
            return gate(meant)

        desk.gateway._checks._gate = counted
        await desk.gateway.place(ORDER)
        assert len(asked) == 1

        async def a_moment(_: LiveDesk) -> None:
            await asyncio.sleep(0)

        meanwhile(desk, a_moment)
        await desk.gateway.place(OTHER)
        assert len(asked) == 3

    at_a_desk(session)


def test_an_order_found_after_all_counts_before_the_next_one_leaves() -> None:
    strange = intent(series="KXU3", event_ticker="KXU3-26NOV", ticker="KXU3-26NOV-T4.1")

    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("done 400 invalid_order")
        with pytest.raises(OrderRejected):
            await desk.gateway.place(strange)

        async def found(_: LiveDesk) -> None:
            held = desk.venue.of(strange.client_order_id)
            desk.gateway.take_order(held.shown())

        meanwhile(desk, found)
        with pytest.raises(OrderWithheld, match="cap total") as caught:
            await desk.gateway.place(ORDER)
        assert caught.value.why == "cap"
        assert ID not in desk.venue.by_client_id()

    at_a_desk(session, caps=replace(ROOMY, total=ORDER.at_risk))


def test_a_ladder_that_filled_up_meanwhile_takes_no_order_that_waited() -> None:
    """A second order of a sibling's id is found: with it the ladder holds all that it may."""

    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(OTHER)

        async def found(_: LiveDesk) -> None:
            shown = desk.venue.of(OTHER.client_order_id).shown()
            desk.gateway.take_order(replace(shown, order_id="second"))

        meanwhile(desk, found)
        placed = await desk.gateway.place_batch([ORDER, intent(nonce=1)])
        assert ["cap ladder" in str(each) for each in placed] == [True, True]
        assert desk.blotter.orders[ID].state is OrderState.WITHHELD

    assert ROOMY.default is not None
    three = Money(3 * ORDER.at_risk.e6)
    at_a_desk(session, caps=replace(ROOMY, default=replace(ROOMY.default, ladder=three)))


def test_two_orders_of_two_seconds_that_leave_in_one_are_one_too_many() -> None:
    async def session(desk: LiveDesk) -> None:
        create = desk.venue.create

        async def late(request: Any, last_check: Any) -> CreateAnswer:
            await asyncio.sleep(1.2 - (desk.clock.now() - AT).total_seconds() % 10)
            return await create(request, last_check)

        desk.venue.create = late  # type: ignore[method-assign]
        await asyncio.sleep(10.0 - (desk.clock.now() - AT).total_seconds() % 10)
        first = asyncio.create_task(desk.gateway.place(ORDER))
        await asyncio.sleep(1.1)
        with pytest.raises(OrderWithheld, match="cap per_second of all: 2 would exceed 1"):
            await desk.gateway.place(OTHER)
        assert isinstance(await first, Acknowledgement)

    at_a_desk(session, caps=replace(ROOMY, per_second=1))


def test_what_was_decided_for_a_group_leaves_in_no_other() -> None:
    async def session(desk: LiveDesk) -> None:
        meanwhile(desk, regrouped)
        placed = await desk.gateway.place_batch([ORDER, OTHER])
        assert [each.why for each in placed if isinstance(each, OrderWithheld)] == ["no_group"] * 2
        assert "group group-1 has ended" in str(placed[0])
        assert not any(desk.venue.by_client_id())
        await desk.gateway.place(intent(nonce=1))
        assert desk.blotter.orders[intent(nonce=1).client_order_id].group_id == "group-2"

    at_a_desk(session)


def test_between_two_groups_nothing_is_begun() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.gateway.group_id = None
        placed = await desk.gateway.place_batch([ORDER, OTHER])
        assert [each.why for each in placed if isinstance(each, OrderWithheld)] == ["no_group"] * 2
        assert not desk.blotter.orders
        desk.gateway.group_id = "group-2"
        assert isinstance(await desk.gateway.place(ORDER), Acknowledgement)

    at_a_desk(session)


def test_no_more_leave_in_a_second_than_the_cap_however_long_some_waited() -> None:
    async def session(desk: LiveDesk) -> None:
        sent: list[float] = []
        begun = desk.clock.now()

        async def create(_: Any, last_check: Any) -> CreateAnswer:
            # The tokens of all of them come at once.
            passed = (desk.clock.now() - begun).total_seconds()
            await asyncio.sleep(max(0.0, 1.05 - passed))
            last_check()
            sent.append((desk.clock.now() - begun).total_seconds())
            return CreateAnswer(400, None, "invalid_price")

        desk.venue.create = create  # type: ignore[assignment,method-assign]

        async def wave(at_s: float, orders: Any) -> list[Any]:
            await asyncio.sleep(at_s)
            places = (desk.gateway.place(each) for each in orders)
            return await asyncio.gather(*places, return_exceptions=True)

        first, second = await asyncio.gather(wave(0.0, SMALL[:5]), wave(1.01, SMALL[5:10]))
        assert len(sent) == 5
        withheld = [each.why for each in first + second if isinstance(each, OrderWithheld)]
        assert withheld == ["cap"] * 5
        third = await wave(1.0, SMALL[10:15])
        assert [type(each) for each in third] == [OrderRejected] * 5

    at_a_desk(session, caps=replace(ROOMY, per_second=5))


def test_a_moment_is_past_once_the_loop_came_round_or_time_did() -> None:
    async def main(clock: VirtualClock) -> None:
        moment = Moment(clock)
        assert not moment.is_past
        await asyncio.sleep(0)
        assert moment.is_past

    run_virtual(main, AT)

    class Late:
        """A clock that jumps, as after a slow commit."""

        def __init__(self) -> None:
            self.times = [later(0.02), AT]

        def now(self) -> datetime:
            return self.times.pop()

    async def slow() -> None:
        assert Moment(Late()).is_past

    asyncio.run(slow())
