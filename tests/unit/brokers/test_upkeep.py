from __future__ import annotations

import asyncio

import pytest

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown
from live_desk import LiveDesk, at_a_desk
from order_cases import ID, MARKET, ORDER, OTHER_MARKET, intent


def words(desk: LiveDesk) -> list[str]:
    return [word for word, _ in desk.alerts]


def test_the_kill_switch_clears_the_book_within_a_second() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place_batch([intent(nonce=n) for n in range(5)])
        desk.killed = True
        assert await desk.until(lambda: desk.venue.resting() == []) < 1.0
        await desk.until(lambda: not desk.blotter.live())

    at_a_desk(session)


def test_the_kill_switch_waits_for_no_answer_and_asks_the_venue_for_everything_at_once() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place_batch([intent(nonce=n) for n in range(9)])
        desk.venue.latency_s = 0.4
        placing = asyncio.create_task(desk.gateway.place(intent(nonce=9)))
        await asyncio.sleep(0.1)
        desk.killed = True
        begun = len(desk.venue.requests)
        await desk.until(lambda: len(desk.venue.requests) >= begun + 2, 0.35)
        assert desk.venue.requests[begun:] == ["cancel all", "trigger group-1"]
        assert not placing.done()
        await asyncio.gather(placing, return_exceptions=True)
        await desk.until(lambda: not desk.blotter.live())
        assert desk.venue.resting() == []

    at_a_desk(session)


def test_a_stopped_series_rests_nothing_and_others_go_on() -> None:
    other = intent(series="KXCPIYOY", event_ticker="KXCPIYOY-26NOV", ticker="KXCPIYOY-26NOV-T3.0")

    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        await desk.gateway.place(other)
        desk.gateway._log.learn(
            ev.SeriesStopped(at=desk.clock.now(), series="KXCPI", why="by a test")
        )
        await desk.until(lambda: desk.venue.resting() == [other.client_order_id])
        await desk.until(lambda: not desk.blotter.stopped)
        assert desk.venue.resting() == [other.client_order_id]

    at_a_desk(session)


def test_a_fill_of_a_strangers_order_is_an_alarm_and_a_comparison() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        order_id = desk.venue.foreign_order(MARKET)
        fill = desk.venue.fill("", 100)
        desk.gateway.take_fill(fill)
        await desk.until(lambda: "reconciliation" in words(desk))
        assert desk.alerts[0] == (
            "foreign",
            f"a fill of order {order_id} of {MARKET} was not sent from here",
        )
        assert words(desk).count("foreign") == 1

    at_a_desk(session)


def test_what_is_amiss_is_compared_again_until_it_is_not() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.state.cash -= 10_000_000
        assert not (await desk.gateway.reconcile()).clean
        await asyncio.sleep(30)
        desk.venue.state.cash += 10_000_000
        took = await desk.until(lambda: desk.gateway._reconciler.ready)
        assert took < 30.0
        await desk.gateway.place(intent(decided_at=desk.clock.now()))

    at_a_desk(session)


def test_a_comparison_that_cannot_be_made_is_said_and_tried_again() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.reads.extend(["fail"] * 200)
        desk.gateway._upkeep.stranger("something")
        await desk.until(lambda: "reconciliation" in words(desk), 200)
        desk.venue.reads.clear()
        assert desk.alerts[-1][1].startswith("the account could not be read")

    at_a_desk(session)


def test_a_refused_signature_is_found_out_by_questions_too() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("401")
        with pytest.raises(OrderRejected):
            await desk.gateway.place(ORDER)
        assert desk.gateway._pauses.why() == "auth_error"
        await desk.until(lambda: desk.gateway._pauses.why() is None)

    at_a_desk(session)


def test_an_id_that_was_taken_and_never_found_is_forgotten_with_its_order() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("409")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        upkeep = desk.gateway._upkeep
        assert upkeep.adopting == {ID}
        await desk.gateway.place(intent(ticker=OTHER_MARKET))
        await desk.until(lambda: not desk.blotter.locked)
        assert upkeep.adopting == set()

    at_a_desk(session)


def test_it_ends_when_the_gateway_is_closed() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.latency_s = 30.0
        desk.gateway._upkeep.stranger("something")
        await asyncio.sleep(1)
        await desk.gateway.close()
        assert desk.gateway._upkeep._comparison is not None
        assert desk.gateway._upkeep._comparison.done()
        desk.venue.latency_s = 0.0

    at_a_desk(session)
