from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.brokers.venue_port import Ack, BatchAnswer, CreateAnswer, ItemAnswer
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.gates import Verdict
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown, OrderWithheld
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.ports import Acknowledgement
from kalshi_alpha.core.types import Contracts, Money
from live_desk import LiveDesk, at_a_desk
from order_cases import ID, MARKET, ORDER, intent

WHOLE = Ack("venue-1", Contracts(0), Contracts(1000))


def answered(desk: LiveDesk, answer: Any) -> None:
    async def create(_: Any, last_check: Any) -> Any:
        last_check()
        if isinstance(answer, Exception):
            raise answer
        return answer

    desk.venue.create = create  # type: ignore[assignment,method-assign]
    desk.venue.create_batch = create  # type: ignore[assignment,method-assign]


class Broken(VenueError):
    """Something the client raises before, or after, the first byte."""


@pytest.mark.parametrize("checked", [False, True])
def test_what_fails_before_the_last_check_was_not_sent_and_after_it_may_have_been(
    checked: bool,
) -> None:
    async def session(desk: LiveDesk) -> None:
        async def create(_: Any, last_check: Any) -> CreateAnswer:
            if checked:
                last_check()
            raise Broken("clock skew")

        desk.venue.create = create  # type: ignore[assignment,method-assign]
        expected = OrderUnknown if checked else OrderWithheld
        with pytest.raises(expected):
            await desk.gateway.place(ORDER)
        state = OrderState.UNKNOWN if checked else OrderState.WITHHELD
        assert desk.blotter.orders[ID].state is state

    at_a_desk(session)


def kills_meanwhile(desk: LiveDesk, *, lifted: bool) -> None:
    """Let the kill switch go on while the venue takes an order, and off again once it has."""
    create, create_batch = desk.venue.create, desk.venue.create_batch

    async def seen(request: Any, last_check: Any) -> Any:
        batch = isinstance(request, list)
        answer = await (create_batch if batch else create)(request, last_check)
        desk.killed = True
        if lifted:
            asyncio.get_running_loop().call_soon(setattr, desk, "killed", False)
        return answer

    desk.venue.create = seen  # type: ignore[method-assign]
    desk.venue.create_batch = seen  # type: ignore[method-assign,assignment]


@pytest.mark.parametrize("lifted", [False, True])
def test_an_order_that_the_venue_took_as_the_kill_switch_went_on_is_cancelled_at_once(
    lifted: bool,
) -> None:
    async def session(desk: LiveDesk) -> None:
        kills_meanwhile(desk, lifted=lifted)
        await desk.gateway.place(ORDER)
        assert await desk.until(lambda: not desk.blotter.live(), 5.0) <= 0.1

    at_a_desk(session)


@pytest.mark.parametrize("lifted", [False, True])
def test_so_is_every_order_of_a_batch(lifted: bool) -> None:
    async def session(desk: LiveDesk) -> None:
        kills_meanwhile(desk, lifted=lifted)
        placed = await desk.gateway.place_batch([ORDER, intent(nonce=1)])
        assert [type(each) for each in placed] == [Acknowledgement] * 2
        assert await desk.until(lambda: not desk.blotter.live(), 5.0) <= 0.1

    at_a_desk(session)


def test_a_bug_of_ours_passes_on_and_forgets_no_order() -> None:
    async def session(desk: LiveDesk) -> None:
        answered(desk, ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            await desk.gateway.place(ORDER)
        assert desk.blotter.orders[ID].state is OrderState.UNKNOWN

    at_a_desk(session)


@pytest.mark.parametrize(
    ("ack", "filled", "resting"),
    [
        (WHOLE, 0, 1000),
        (Ack("venue-1", Contracts(1000), Contracts(0)), 1000, 0),
        (Ack("venue-1", Contracts(300), Contracts(700)), 300, 700),
        (Ack("venue-1", Contracts(0), Contracts(0)), 0, 0),
    ],
)
def test_an_answer_may_say_that_it_traded_at_once(ack: Ack, filled: int, resting: int) -> None:
    async def session(desk: LiveDesk) -> None:
        answered(desk, CreateAnswer(201, ack))
        placed = await desk.gateway.place(ORDER)
        assert placed == Acknowledgement(ID, "venue-1", Contracts(resting), Contracts(filled))

    at_a_desk(session)


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (ItemAnswer(ack=WHOLE), Acknowledgement),
        (ItemAnswer(code="invalid_price"), OrderRejected),
        (ItemAnswer(code="too_many_requests"), OrderRejected),
        (ItemAnswer(code="internal_error"), OrderUnknown),
        (ItemAnswer(code="order_already_exists"), OrderUnknown),
        (ItemAnswer(ack=WHOLE, code="invalid_order"), OrderUnknown),
        (ItemAnswer(order_id="venue-1", code="invalid_order"), OrderUnknown),
        (ItemAnswer(code="request_timeout"), OrderUnknown),
        (ItemAnswer(code="a_word_of_next_year"), OrderUnknown),
        (ItemAnswer(), OrderUnknown),
    ],
)
def test_each_item_of_a_batch_is_concluded_by_its_own_row(item: ItemAnswer, kind: type) -> None:
    async def session(desk: LiveDesk) -> None:
        answered(desk, BatchAnswer(201, (item, ItemAnswer(code="invalid_order"))))
        placed = await desk.gateway.place_batch([ORDER, intent(nonce=1)])
        assert [type(each) for each in placed] == [kind, OrderRejected]

    at_a_desk(session)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (BatchAnswer(201, None), OrderUnknown),
        (BatchAnswer(400, None, "bad_request"), OrderRejected),
        (BatchAnswer(429, None), OrderRejected),
        (BatchAnswer(503, None), OrderUnknown),
    ],
)
def test_a_batch_answered_as_a_whole_concludes_all_its_orders(
    answer: BatchAnswer, kind: type
) -> None:
    async def session(desk: LiveDesk) -> None:
        answered(desk, answer)
        placed = await desk.gateway.place_batch([ORDER, intent(nonce=1)])
        assert [type(each) for each in placed] == [kind, kind]

    at_a_desk(session)


@pytest.mark.parametrize(
    ("word", "error", "state"),
    [
        ("unsent", OrderWithheld, OrderState.WITHHELD),
        ("400 invalid_order", OrderRejected, OrderState.REJECTED),
        ("403 scope", OrderRejected, OrderState.REJECTED),
        ("404 not_found", OrderRejected, OrderState.REJECTED),
        ("409 market_inactive", OrderRejected, OrderState.REJECTED),
        ("403 unreadable", OrderUnknown, OrderState.UNKNOWN),
        ("410 unreadable", OrderUnknown, OrderState.UNKNOWN),
        ("410 gone", OrderRejected, OrderState.REJECTED),
        ("429", OrderRejected, OrderState.REJECTED),
        ("401", OrderRejected, OrderState.REJECTED),
        ("lost", OrderUnknown, OrderState.UNKNOWN),
        ("ack lost", OrderUnknown, OrderState.UNKNOWN),
        ("no order", OrderUnknown, OrderState.UNKNOWN),
        ("500", OrderUnknown, OrderState.UNKNOWN),
        ("done 500", OrderUnknown, OrderState.UNKNOWN),
        ("408", OrderUnknown, OrderState.UNKNOWN),
        ("503 invalid_order", OrderUnknown, OrderState.UNKNOWN),
    ],
)
def test_each_row_of_the_outcome_table_ends_as_it_says(
    word: str, error: type[Exception], state: OrderState
) -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append(word)
        with pytest.raises(error):
            await desk.gateway.place(ORDER)
        assert desk.blotter.orders[ID].state is state
        assert desk.venue.requests.count(f"create {MARKET}") == 1
        with pytest.raises((OrderUnknown, OrderRejected)):
            await desk.gateway.place(ORDER)
        assert desk.venue.requests.count(f"create {MARKET}") == 1

    at_a_desk(session)


def test_half_a_batch_may_fail_and_each_order_is_concluded_by_itself() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("half")
        batch = [intent(nonce=n) for n in range(4)]
        placed = await desk.gateway.place_batch(batch)
        kinds = [Acknowledgement, OrderRejected, Acknowledgement, OrderRejected]
        assert [type(each) for each in placed] == kinds
        assert desk.venue.requests[-1] == "create batch 4"

    at_a_desk(session)


@pytest.mark.parametrize("word", ["ack lost", "done 500", "lost", "no order"])
def test_a_batch_without_an_answer_leaves_all_its_orders_unknown(word: str) -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append(word)
        batch = [intent(nonce=n) for n in range(3)]
        placed = await desk.gateway.place_batch(batch)
        assert [type(each) for each in placed] == [OrderUnknown] * 3
        arrived = len(desk.venue.resting())
        await desk.until(lambda: not desk.blotter.unknown())
        assert len(desk.blotter.resting()) == arrived

    at_a_desk(session)


@pytest.mark.parametrize("code", ["", "unreadable", "parameter_validation", "odd"])
def test_a_conflict_in_words_that_are_not_the_venues_is_looked_up_not_believed(code: str) -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append(f"done 409 {code}")
        # It was there, and is looked up at once.
        await desk.gateway.place(ORDER)
        assert desk.blotter.orders[ID].state is OrderState.RESTING
        assert desk.blotter.at_risk == ORDER.at_risk

    at_a_desk(session)


def test_a_batch_is_one_commit_and_as_many_requests_as_the_budget_asks() -> None:
    async def session(desk: LiveDesk) -> None:
        commits = desk.journal.commits
        counted: list[int] = []
        create_batch = desk.venue.create_batch

        async def watched(*args: Any) -> Any:
            counted.append(desk.journal.commits - commits)
            return await create_batch(*args)

        desk.venue.create_batch = watched  # type: ignore[assignment,method-assign]
        batch = [intent(nonce=n) for n in range(25)]
        placed = await desk.gateway.place_batch(batch)
        assert [type(each) for each in placed] == [Acknowledgement] * 25
        assert counted[0] == 1
        assert [r for r in desk.venue.requests if r.startswith("create batch")] == [
            "create batch 10",
            "create batch 10",
            "create batch 5",
        ]

    at_a_desk(session)


def test_a_caller_that_gives_up_leaves_an_unknown_order_not_a_forgotten_one() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.latency_s = 5.0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await desk.gateway.place(ORDER)
        desk.venue.latency_s = 0.01
        assert desk.blotter.orders[ID].state is OrderState.UNKNOWN

    at_a_desk(session)


SMALL = [intent(nonce=n, contracts=Contracts.whole(1)) for n in range(25)]


def states(desk: LiveDesk) -> Counter[OrderState]:
    return Counter(order.state for order in desk.blotter.orders.values())


def test_a_batch_interrupted_in_its_first_request_strands_none_of_the_rest() -> None:
    async def session(desk: LiveDesk) -> None:
        async def hangs(_: Any, last_check: Any) -> BatchAnswer:
            last_check()
            await asyncio.sleep(5.0)
            return BatchAnswer(201, None)

        desk.venue.create_batch = hangs  # type: ignore[assignment,method-assign]
        task = asyncio.create_task(desk.gateway.place_batch(SMALL))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert states(desk) == {OrderState.UNKNOWN: 10, OrderState.WITHHELD: 15}
        await desk.until(lambda: not desk.blotter.live())
        assert desk.blotter.at_risk == Money(0)
        assert desk.gateway._reconciler.ready

    at_a_desk(session)


@pytest.mark.parametrize("checked", [False, True])
def test_an_error_nobody_expects_strands_none_of_the_rest(checked: bool) -> None:
    async def session(desk: LiveDesk) -> None:
        async def fails(_: Any, last_check: Any) -> BatchAnswer:
            if checked:
                last_check()
            raise ZeroDivisionError

        desk.venue.create_batch = fails  # type: ignore[assignment,method-assign]
        with pytest.raises(ZeroDivisionError):
            await desk.gateway.place_batch(SMALL)
        sent = 10 if checked else 0
        assert states(desk) == +Counter({OrderState.UNKNOWN: sent, OrderState.WITHHELD: 25 - sent})

    at_a_desk(session)


def test_a_gate_that_fails_strands_none_that_were_intended_before() -> None:
    async def session(desk: LiveDesk) -> None:
        gate = desk.gateway._checks._gate

        def fails(meant: OrderIntent) -> Verdict:
            if meant == SMALL[3]:
                raise ZeroDivisionError
            return gate(meant)

        desk.gateway._checks._gate = fails
        with pytest.raises(ZeroDivisionError):
            await desk.gateway.place_batch(SMALL)
        assert states(desk) == {OrderState.WITHHELD: 3}
        assert desk.venue.resting() == []

    at_a_desk(session)


def test_the_same_order_placed_twice_at_once_is_given_up_by_its_own_call_only() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.latency_s = 0.5
        first = asyncio.create_task(desk.gateway.place(ORDER))
        await asyncio.sleep(0.1)
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        assert isinstance(await first, Acknowledgement)

    at_a_desk(session)


@pytest.mark.parametrize(
    ("budget", "most", "requests"),
    [(100, None, [100]), (300, None, [100]), (30, None, [30, 30, 30, 10]), (100, 50, [50, 50])],
)
def test_a_requote_of_a_hundred_is_as_few_batches_as_the_budget_pays(
    budget: int, most: int | None, requests: list[int]
) -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.batch_size = budget
        many = [intent(nonce=n, contracts=Contracts.whole(1)) for n in range(100)]
        placed = await desk.gateway.place_batch(many)
        assert [type(each) for each in placed] == [Acknowledgement] * 100
        said = [f"create batch {count}" for count in requests]
        assert [r for r in desk.venue.requests if r.startswith("create batch")] == said

    at_a_desk(session, options=LiveOptions(batch_max=most))
