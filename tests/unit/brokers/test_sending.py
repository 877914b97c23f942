from __future__ import annotations

from typing import Any

import pytest

from kalshi_alpha.brokers.venue_port import Ack, BatchAnswer, CreateAnswer, ItemAnswer
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown, OrderWithheld
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.ports import Acknowledgement
from kalshi_alpha.core.types import Contracts
from live_desk import LiveDesk, at_a_desk
from order_cases import ID, ORDER, intent

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
        (ItemAnswer(ack=WHOLE, code="odd"), OrderUnknown),
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
