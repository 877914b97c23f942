from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.core.gates.readings import Fault
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.caps import LadderCaps
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown, OrderWithheld
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.ports import Acknowledgement
from kalshi_alpha.core.types import Contracts, Money
from live_desk import DOLLAR, ROOMY, LiveDesk, MemoryJournal, at_a_desk
from order_cases import ID, MARKET, ORDER, OTHER_MARKET, VENUE_ID, intent, later
from order_stops import distrusted, gate_closed, killed, locked, stopped, tired, ungrouped, unready

OTHER = intent(ticker=OTHER_MARKET)


def test_an_order_is_durable_in_the_group_and_then_sent() -> None:
    async def session(desk: LiveDesk) -> None:
        known: list[int] = []
        create = desk.venue.create

        async def watched(*args: Any) -> Any:
            known.append(len(desk.journal.events))
            return await create(*args)

        desk.venue.create = watched  # type: ignore[assignment,method-assign]
        before = len(desk.journal.events)
        ack = await desk.gateway.place(ORDER)
        assert ack == Acknowledgement(ID, VENUE_ID, Contracts.whole(10))
        assert known == [before + 1]
        intended = desk.journal.events[before]
        assert isinstance(intended, ev.Intended)
        assert intended.group_id == "group-1"
        assert desk.venue.groups == [Contracts.whole(50)]

    at_a_desk(session)


def test_the_same_intent_is_sent_once() -> None:
    async def session(desk: LiveDesk) -> None:
        first = await desk.gateway.place(ORDER)
        assert await desk.gateway.place(ORDER) == first
        assert desk.venue.requests.count(f"create {MARKET}") == 1

    at_a_desk(session)


async def broken_journal(desk: LiveDesk) -> None:
    desk.journal.fails_at = 0


async def closed(desk: LiveDesk) -> None:
    await desk.gateway.close()


async def late(_: LiveDesk) -> None:
    await asyncio.sleep(599.5)


SPOILT = [
    (unready, "not_reconciled"),
    (killed, "kill_switch"),
    (gate_closed, "gate"),
    (stopped, "series_stopped"),
    (locked, "market_locked"),
    (ungrouped, "no_group"),
    (broken_journal, "journal"),
    (closed, "journal"),
    (late, "expired"),
    (tired, "back_off"),
    (distrusted, "auth_error"),
]


@pytest.mark.parametrize(
    ("spoil", "why"), SPOILT, ids=lambda each: str(getattr(each, "__name__", each))
)
def test_each_thing_that_speaks_against_an_order_stops_it_unsent(spoil: Any, why: str) -> None:
    async def session(desk: LiveDesk) -> None:
        await spoil(desk)
        sent = len(desk.venue.requests)
        with pytest.raises(OrderWithheld) as caught:
            await desk.gateway.place(ORDER)
        assert caught.value.why == why
        assert [r for r in desk.venue.requests[sent:] if r.startswith("create")] == []
        desk.journal.fails_at = None

    at_a_desk(session)


def test_a_cap_is_checked_on_all_that_counts_in_the_same_batch() -> None:
    own = LadderCaps(order=Money(5 * DOLLAR), strike=Money(9 * DOLLAR), ladder=Money(9 * DOLLAR))

    async def session(desk: LiveDesk) -> None:
        batch = [intent(nonce=n) for n in range(4)]
        placed = await desk.gateway.place_batch(batch)
        assert [type(each) for each in placed] == [Acknowledgement] * 2 + [OrderWithheld] * 2
        assert len(desk.venue.resting()) == 2

    at_a_desk(session, caps=replace(ROOMY, default=own))


def test_the_kill_switch_stops_an_order_between_its_intent_and_its_first_byte() -> None:
    async def session(desk: LiveDesk) -> None:
        create = desk.venue.create

        async def slow(request: Any, last_check: Any) -> Any:
            await asyncio.sleep(0.5)
            desk.killed = True
            return await create(request, last_check)

        desk.venue.create = slow  # type: ignore[method-assign]
        with pytest.raises(OrderWithheld, match="kill_switch"):
            await desk.gateway.place(ORDER)
        assert desk.blotter.orders[ID].state is OrderState.WITHHELD
        assert desk.venue.resting() == []

    at_a_desk(session)


def test_an_order_that_waited_too_long_is_not_sent_any_more() -> None:
    async def session(desk: LiveDesk) -> None:
        create = desk.venue.create

        async def slow(request: Any, last_check: Any) -> Any:
            await asyncio.sleep(2.5)
            return await create(request, last_check)

        desk.venue.create = slow  # type: ignore[method-assign]
        with pytest.raises(OrderWithheld, match="waited too long"):
            await desk.gateway.place(ORDER)
        assert desk.blotter.at_risk == Money(0)

    at_a_desk(session)


def test_our_own_id_taken_is_looked_up_and_adopted_at_once() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("done 409")
        ack = await desk.gateway.place(ORDER)
        assert (ack.order_id, ack.resting) == (VENUE_ID, Contracts.whole(10))
        await asyncio.sleep(0)
        last = desk.journal.events[-1]
        assert isinstance(last, ev.Accepted)
        assert last.adopted

    at_a_desk(session)


@pytest.mark.parametrize("word", ["ack lost", "no order", "done 500", "done 503", "done 408"])
@pytest.mark.parametrize("lag_s", [0.0, 0.9])
def test_an_order_whose_answer_was_lost_is_found_and_unlocks_its_market(
    word: str, lag_s: float
) -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append(word)
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        assert desk.blotter.locked == {MARKET}
        await desk.gateway.place(OTHER)
        took = await desk.until(lambda: not desk.blotter.locked)
        assert took < 4.0
        assert desk.blotter.orders[ID].state is OrderState.RESTING

    at_a_desk(session, lag_s=lag_s)


@pytest.mark.parametrize(("lag_s", "dated"), [(0.0, True), (0.9, True), (0.9, False)])
def test_an_order_that_never_arrived_stays_locked_until_its_absence_is_proven(
    lag_s: float, dated: bool
) -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.says_as_of = dated
        desk.venue.script.append("lost")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        took = await desk.until(lambda: not desk.blotter.locked)
        assert 30.0 < took < 45.0
        assert desk.blotter.orders[ID].state is OrderState.ABSENT
        assert desk.blotter.at_risk == Money(0)
        assert desk.blotter.stopped == {}
        await desk.gateway.place(intent(nonce=1))

    at_a_desk(session, lag_s=lag_s)


def test_an_unknown_order_that_traded_is_found_by_its_fill() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("ack lost")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 1000)
        await desk.until(lambda: not desk.blotter.locked)
        order = desk.blotter.orders[ID]
        assert (order.state, order.fills_e2) == (OrderState.EXECUTED, 1000)

    at_a_desk(session)


def test_a_doubt_of_a_minute_stops_the_series_and_cancels_what_rests_of_it() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(OTHER)
        desk.venue.script.append("lost")
        desk.venue.reads.extend(["fail"] * 400)
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        took = await desk.until(lambda: bool(desk.blotter.stopped))
        assert 60.0 <= took < 61.0
        assert ("series_stopped", f"KXCPI: {ID} is unresolved") in desk.alerts
        await desk.until(lambda: desk.venue.resting() == [])
        with pytest.raises(OrderWithheld, match="series_stopped"):
            await desk.gateway.place(intent(ticker=OTHER_MARKET, nonce=3))
        desk.venue.reads.clear()
        took = await desk.until(lambda: not desk.blotter.stopped)
        assert took < 60.0
        assert desk.blotter.live() == ()
        fresh = intent(nonce=5, decided_at=desk.clock.now())
        await desk.until(lambda: desk.gateway._reconciler.ready)
        await desk.gateway.place(fresh)

    at_a_desk(session)


def test_a_429_silences_us_for_a_moment_and_longer_the_next_time() -> None:
    async def session(desk: LiveDesk) -> None:
        waits = []
        for n in range(3):
            desk.venue.script.append("429")
            with pytest.raises(OrderRejected):
                await desk.gateway.place(intent(nonce=n))
            waits.append(await desk.until(lambda: desk.gateway._pauses.why() is None))
        assert waits[0] < waits[1] < waits[2] < 3.0
        await desk.gateway.place(intent(nonce=9))

    at_a_desk(session)


def test_three_refused_signatures_in_a_row_are_an_alarm_and_asked_about_later() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("401")
        desk.venue.reads.extend(["401"] * 4)
        with pytest.raises(OrderRejected):
            await desk.gateway.place(ORDER)
        await desk.until(lambda: desk.gateway.auth_error_streak)
        assert [word for word, _ in desk.alerts] == ["auth_error_streak"]
        asked = len(desk.venue.requests)
        took = await desk.until(lambda: desk.gateway._pauses.why() is None)
        assert 30.0 <= took < 100.0
        assert len(desk.venue.requests) == asked
        await desk.gateway.place(intent(nonce=1))

    at_a_desk(session)


def test_fills_of_the_stream_are_booked_once_and_before_the_answer_too() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("ack lost")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        early = desk.venue.fill(ID, 300)
        desk.gateway.take_fill(early)
        desk.gateway.take_fill(early)
        desk.gateway.take_order(desk.venue.of(ID).shown())
        order = desk.blotter.orders[ID]
        assert (order.fills_e2, order.open, order.state) == (
            300,
            Contracts(700),
            OrderState.RESTING,
        )

    at_a_desk(session)


def test_a_fill_that_the_stream_contradicts_is_decided_by_the_list() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        fill = desk.venue.fill(ID, 300)
        desk.gateway.take_fill(replace(fill, contracts=Contracts(200)))
        desk.gateway.take_fill(replace(fill, contracts=Contracts(900)))
        assert desk.blotter.orders[ID].fills_e2 == 200
        await desk.until(lambda: desk.blotter.orders[ID].fills_e2 == 300)

    at_a_desk(session)


def test_fills_missed_by_the_stream_are_found_after_a_doubt() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.venue.fill(ID, 1000)
        await asyncio.sleep(5)
        assert desk.blotter.orders[ID].fills_e2 == 0
        desk.gateway.doubt()
        await desk.until(lambda: desk.blotter.orders[ID].fills_e2 == 1000)

    at_a_desk(session)


def test_an_expired_order_is_asked_about_and_given_back() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(intent(expires_at=later(5)))
        await desk.until(lambda: not desk.blotter.live())
        assert desk.blotter.at_risk == Money(0)

    at_a_desk(session)


def test_an_order_of_a_stranger_shuts_the_gate_until_it_is_gone() -> None:
    async def session(desk: LiveDesk) -> None:
        order_id = desk.venue.foreign_order(MARKET)
        desk.gateway.take_order(desk.venue.state.orders[order_id].shown())
        await desk.until(lambda: any(word == "reconciliation" for word, _ in desk.alerts))
        reading = desk.gateway.reconciliation_reading()
        assert {f.reason for f in reading.findings} == {Reason.RECONCILIATION_BREAK}
        with pytest.raises(OrderWithheld, match="not_reconciled"):
            await desk.gateway.place(ORDER)
        await desk.gateway.cancel_all()
        await desk.until(lambda: desk.gateway.reconciliation_reading().ok(desk.clock.now()))
        await desk.gateway.place(intent(nonce=1))

    at_a_desk(session)


def test_before_the_start_nothing_was_reconciled() -> None:
    async def session(desk: LiveDesk) -> None:
        assert desk.gateway.reconciliation_reading().fault is Fault.MISSING
        with pytest.raises(OrderWithheld, match="not_reconciled"):
            await desk.gateway.place(ORDER)

    at_a_desk(session, opened=False)


def test_a_journal_that_fails_sends_nothing_and_says_so() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        desk.journal.fails_at = 0
        with pytest.raises(OrderWithheld, match="disk full"):
            await desk.gateway.place(OTHER)
        assert desk.venue.requests.count(f"create {OTHER_MARKET}") == 0
        assert desk.alerts == [("journal", "orders.sqlite: disk full")]
        await desk.gateway.cancel(ID)
        assert desk.venue.resting() == []
        desk.journal.fails_at = None

    at_a_desk(session)


def test_a_gateway_needs_no_group_where_none_is_asked_for() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.start()
        await desk.gateway.place(ORDER)
        assert desk.venue.groups == []

    at_a_desk(session, opened=False, options=LiveOptions(group_required=False))


def test_what_was_found_outlives_the_process() -> None:
    journal = MemoryJournal()

    async def first(desk: LiveDesk) -> int:
        await desk.gateway.place(ORDER)
        desk.gateway.take_fill(desk.venue.fill(ID, 300))
        return desk.blotter.at_risk.e6

    before = at_a_desk(first, journal=journal)

    async def second(desk: LiveDesk) -> None:
        assert desk.blotter.at_risk.e6 == before
        assert desk.blotter.orders[ID].fills_e2 == 300

    at_a_desk(second, journal=journal, opened=False)
