from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.types import Contracts
from live_desk import LiveDesk, at_a_desk
from order_cases import ID, MARKET, ORDER, OTHER_MARKET, VENUE_ID, intent

OTHER = intent(ticker=OTHER_MARKET)


@pytest.mark.parametrize(
    "script",
    [
        ["ok"],
        ["ack lost"],
        ["lost"],
        ["lost", "lost", "lost"],
        ["unsent", "unsent"],
        ["500", "done 500"],
        ["no order"],
        ["429", "429", "ok"],
        ["401", "ok"],
        ["408"],
    ],
    ids=str,
)
@pytest.mark.parametrize("lag_s", [0.0, 0.9])
def test_a_cancel_ends_with_the_order_off_the_book_and_known_to_be(
    script: list[str], lag_s: float
) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.script.extend(script)
        await desk.gateway.cancel(ID)
        assert desk.venue.resting() == []
        assert desk.blotter.orders[ID].state is OrderState.CANCELLED
        assert desk.blotter.at_risk.e6 == 0

    at_a_desk(session, lag_s=lag_s)


def test_a_cancel_that_raced_a_fill_keeps_what_was_filled() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 300)
        await desk.gateway.cancel(ID)
        order = desk.blotter.orders[ID]
        assert (order.filled, order.unreported) == (Contracts(300), Contracts(300))
        await desk.until(lambda: desk.blotter.orders[ID].fills_e2 == 300)
        assert dict(desk.blotter.positions) == {MARKET: 300}

    at_a_desk(session)


def test_a_cancel_of_what_was_filled_whole_finds_that_out() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 1000)
        await desk.gateway.cancel(ID)
        assert desk.blotter.orders[ID].state is OrderState.EXECUTED
        await desk.until(lambda: desk.blotter.orders[ID].fills_e2 == 1000)

    at_a_desk(session)


def test_cancelling_what_does_not_rest_asks_nobody() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        await desk.gateway.cancel(ID)
        asked = len(desk.venue.requests)
        await desk.gateway.cancel(ID)
        await desk.gateway.cancel("never meant")
        assert len(desk.venue.requests) == asked

    at_a_desk(session)


def test_a_cancel_that_no_evidence_confirms_is_unknown_and_the_order_still_counts() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.script.extend(["lost"] * 100)
        desk.venue.reads.extend(["fail"] * 400)
        with pytest.raises(OrderUnknown, match="not known to be off"):
            await desk.gateway.cancel(ID)
        assert desk.blotter.orders[ID].open == Contracts(1000)
        desk.venue.script.clear()
        desk.venue.reads.clear()

    at_a_desk(session)


def test_an_order_of_unknown_fate_is_cancelled_as_soon_as_it_is_found() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("ack lost")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        with pytest.raises(OrderUnknown, match="cancelled once it is known"):
            await desk.gateway.cancel(ID)
        await desk.until(lambda: not desk.blotter.live())
        assert desk.venue.resting() == []

    at_a_desk(session)


def test_many_are_cancelled_in_one_request_and_the_rest_one_by_one() -> None:
    async def session(desk: LiveDesk) -> None:
        batch = [intent(nonce=n) for n in range(5)]
        await desk.gateway.place_batch(batch)
        ids = [each.client_order_id for each in batch]
        asked = len(desk.venue.requests)
        await desk.gateway.cancel_batch(ids[:3])
        assert desk.venue.requests[asked:] == ["cancel batch 3"]
        desk.venue.script.append("lost")
        await desk.gateway.cancel_batch(ids)
        assert desk.venue.resting() == []
        assert not desk.blotter.live()
        assert not desk.gateway.under_way

    at_a_desk(session)


def test_what_is_under_way_is_named_while_it_is() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.latency_s = 1.0
        task = asyncio.create_task(desk.gateway.cancel(ID))
        await asyncio.sleep(0.5)
        assert desk.gateway.under_way == {ID}
        await task
        assert desk.gateway.under_way == frozenset()
        assert isinstance(desk.journal.events[-2], ev.CancelSent)

    at_a_desk(session)


@pytest.mark.parametrize("word", ["ok", "ack lost"])
def test_a_decrease_counts_once_the_venue_shows_it(word: str) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 100)
        desk.venue.script.append(word)
        await desk.gateway.decrease(ID, Contracts(400))
        order = desk.blotter.orders[ID]
        assert (order.open, order.filled) == (Contracts(400), Contracts(100))
        await desk.gateway.decrease(ID, Contracts(900))
        assert desk.venue.of(ID).remaining == 400

    at_a_desk(session)


def test_a_decrease_of_an_order_that_ended_finds_its_end() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 1000)
        await desk.gateway.decrease(ID, Contracts(400))
        assert desk.blotter.orders[ID].state is OrderState.EXECUTED

    at_a_desk(session)


@pytest.mark.parametrize("script", [["ok"], ["ack lost"], ["lost"], ["500"], ["429"]], ids=str)
@pytest.mark.parametrize("lag_s", [0.0, 0.9])
def test_cancel_all_leaves_nothing_on_the_book(script: list[str], lag_s: float) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place_batch([intent(nonce=n) for n in range(3)])
        desk.venue.foreign_order(MARKET)
        desk.venue.script.extend(script)
        begun = desk.clock.now()
        await desk.gateway.cancel_all()
        assert desk.venue.resting() == []
        assert not desk.blotter.live()
        took = (desk.clock.now() - begun).total_seconds()
        assert took < (1.0 if script == ["ok"] and not lag_s else 4.0)

    at_a_desk(session, lag_s=lag_s)


def test_cancel_all_says_which_orders_it_could_not_confirm() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("lost")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        with pytest.raises(OrderUnknown, match=ID):
            await desk.gateway.cancel_all()
        desk.venue.reads.extend(["fail"] * 2000)
        with pytest.raises(OrderUnknown, match="not known to be off"):
            await desk.gateway.cancel_all()
        desk.venue.reads.clear()

    at_a_desk(session)


def test_under_the_kill_switch_an_order_found_late_is_cancelled() -> None:
    async def session(desk: LiveDesk) -> None:
        create: Any = desk.venue.create

        async def slow(request: Any, last_check: Any) -> Any:
            answer = await create(request, last_check)
            desk.killed = True
            return answer

        desk.venue.create = slow  # type: ignore[method-assign]
        ack = await desk.gateway.place(ORDER)
        assert ack.order_id == VENUE_ID
        took = await desk.until(lambda: desk.venue.resting() == [])
        assert took < 1.0

    at_a_desk(session)


@pytest.mark.parametrize("script", [["lost"], ["429"], ["500"]])
def test_many_that_still_rest_are_left_to_another_cancel_all(script: list[str]) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place_batch([intent(nonce=n) for n in range(9)])
        begun = len(desk.venue.requests)
        desk.venue.script.extend(script)
        await desk.gateway.cancel_all()
        assert desk.venue.requests[begun:] == ["cancel all"] * 2
        assert desk.venue.resting() == []
        assert desk.blotter.live() == ()

    at_a_desk(session)


@pytest.mark.parametrize("script", [["ok", "lost"], ["ok", "ack lost"], ["ok", "429"]])
def test_the_switch_triggers_the_group_until_an_answer_says_that_it_refuses(
    script: list[str],
) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        begun = len(desk.venue.requests)
        desk.venue.script.extend(script)
        desk.killed = True
        await desk.until(lambda: not desk.blotter.live())
        await asyncio.sleep(1)
        assert desk.venue.requests[begun:] == ["cancel all", "trigger group-1", "trigger group-1"]
        assert desk.venue.triggered == {"group-1"}

    at_a_desk(session)


def test_a_group_that_is_gone_needs_no_trigger() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.script.extend(["ok", "404 not_found"])
        desk.killed = True
        await desk.until(lambda: not desk.blotter.live())
        await asyncio.sleep(1)
        assert desk.venue.requests[-1] == "trigger group-1"
        assert desk.alerts == []

    at_a_desk(session)


@pytest.mark.parametrize("answer", ["502", "503 internal_error", "408", "403 forbidden", "404"])
@pytest.mark.parametrize("batch", [False, True], ids=["alone", "batch"])
def test_what_a_proxy_answers_to_a_cancel_does_not_end_a_streak_of_refused_signatures(
    answer: str, batch: bool
) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        refused = desk.gateway._pauses
        refused.refused()
        desk.venue.script.extend([answer] * 99)
        desk.venue.reads.extend(["fail"] * 999)
        with suppress(OrderUnknown):
            await (desk.gateway.cancel_batch([ID]) if batch else desk.gateway.cancel(ID))
        assert refused.auth_errors == 1
        desk.venue.script.clear()
        await desk.gateway.cancel(ID)
        assert refused.auth_errors == 0
        desk.venue.reads.clear()

    at_a_desk(session)


def test_the_venue_itself_ends_it_even_where_the_order_is_gone() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue._cancel(VENUE_ID)
        desk.gateway._pauses.refused()
        desk.venue.reads.extend(["fail"] * 9)
        with suppress(OrderUnknown):
            await desk.gateway.cancel(ID)
        assert desk.gateway._pauses.auth_errors == 0
        desk.venue.reads.clear()

    at_a_desk(session)
