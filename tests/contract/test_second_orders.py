"""A second order under one id of ours, in memory and at the exchange: locked, cancelled, told."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fakes.order_venue import FakeVenue
from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.gates import Action, Verdict
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import OrderUnknown, OrderWithheld
from kalshi_alpha.core.orders.request import order_request
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.sim.app import SimApp
from kalshi_alpha.sim.auth import ApiKey, KeyRing
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.in_process import InProcessExchange, InProcessWire
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from live_desk import ROOMY, LiveDesk, MemoryJournal, at_a_desk
from order_cases import ID, MARKET, ORDER, accepted, intended, intent
from sim_exchange import CLOSE, MID, SERIES, START, catalogue, markets
from sim_exchange import EVENT as SIM_EVENT

NEXT = intent(nonce=1)
DESK = "desk"
CASH = Money(1_000_000_000)


def told(desk: LiveDesk) -> list[str]:
    """Return the kinds of events about second orders, as the journal has them."""
    kinds = {ev.SurplusFound: "found", ev.SurplusOver: "over", ev.SeriesStopped: "stopped"}
    return [kinds[type(each)] for each in desk.journal.events if type(each) in kinds]


def ready(desk: LiveDesk) -> bool:
    return desk.gateway._reconciler.ready and not desk.blotter.surplus.open()


@pytest.mark.parametrize("word", ["ok", "ack lost", "lost", "429", "done 500"])
def test_one_that_a_lookup_shows_is_cancelled_and_the_market_opens_again(word: str) -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        extra = desk.venue.twin(ID)
        desk.gateway.doubt()
        await desk.until(lambda: desk.blotter.locked == {MARKET})
        desk.venue.script.append(word)
        with pytest.raises(OrderWithheld, match="market_locked"):
            await desk.gateway.place(NEXT)
        await desk.until(lambda: not extra.remaining and ready(desk))
        assert desk.venue.resting() == [ID]
        assert desk.blotter.orders[ID].state is OrderState.RESTING
        assert f"cancel {extra.order_id}" in desk.venue.requests
        assert "cancel venue-1" not in desk.venue.requests
        assert told(desk) == ["found", "over"]
        assert [word for word, _ in desk.alerts].count("second_order") == 1
        await asyncio.sleep(30)
        assert ready(desk)
        await desk.gateway.place(NEXT)

    at_a_desk(session)


def test_one_that_the_stream_shows_is_cancelled_too() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        extra = desk.venue.twin(ID)
        desk.gateway.take_order(extra.shown())
        took_s = await desk.until(lambda: not extra.remaining)
        assert took_s < 1.0
        await desk.until(lambda: ready(desk))

    at_a_desk(session)


def test_one_that_is_there_at_the_start_is_found_by_the_comparison() -> None:
    def crowded(clock: VirtualClock) -> FakeVenue:
        venue = FakeVenue(clock)
        venue._create(order_request(ORDER, None))
        venue.twin(ID, older=True)
        return venue

    async def session(desk: LiveDesk) -> None:
        await desk.until(lambda: ready(desk))
        # The journal knows the other by its id: it stays, though it is the newer one.
        assert [o.order_id for o in desk.venue.state.orders.values() if o.remaining] == ["venue-1"]
        assert told(desk) == ["found", "over"]

    journal = MemoryJournal([ev.Stated(at=ORDER.decided_at, cash=CASH), intended(), accepted()])
    at_a_desk(session, venue=crowded, journal=journal)


def test_of_two_that_nobody_knew_the_older_one_is_kept() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.script.append("ack lost")
        with pytest.raises(OrderUnknown):
            await desk.gateway.place(ORDER)
        desk.venue.twin(ID, older=True)
        await desk.until(lambda: ready(desk) and not desk.blotter.unknown())
        assert desk.blotter.orders[ID].order_id == "venue-2"
        assert [o.order_id for o in desk.venue.state.orders.values() if o.remaining] == ["venue-2"]

    at_a_desk(session)


def test_a_cancel_that_nobody_confirms_stops_the_series_and_is_sent_on() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        extra = desk.venue.twin(ID)
        desk.venue.script.extend(["lost"] * 30)
        desk.gateway.doubt()
        took_s = await desk.until(lambda: "KXCPI" in desk.blotter.stopped)
        assert 10.0 <= took_s < 15.0
        assert "is not known to be off the book" in desk.blotter.stopped["KXCPI"]
        assert "cancel_unconfirmed" in [word for word, _ in desk.alerts]
        assert desk.blotter.locked == {MARKET}
        await desk.until(lambda: not extra.remaining and not desk.venue.resting())
        await desk.until(lambda: ready(desk) and not desk.blotter.stopped)
        assert told(desk) == ["found", "stopped", "over"]

    at_a_desk(session)


def test_one_that_was_filled_stops_the_series_and_stays_a_break() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        extra = desk.venue.twin(ID)
        desk.venue.fill_held(extra, 300)
        desk.gateway.doubt()
        await desk.until(lambda: not extra.remaining and "over" in told(desk))
        await asyncio.sleep(30)
        assert "was filled" in desk.blotter.stopped["KXCPI"]
        assert desk.venue.resting() == []
        with pytest.raises(OrderWithheld):
            await desk.gateway.place(NEXT)

    at_a_desk(session)


def test_one_beside_an_order_that_is_over_goes_under_the_kill_switch_too() -> None:
    async def session(desk: LiveDesk) -> None:
        await desk.gateway.place(ORDER)
        extra = desk.venue.twin(ID)
        extra.group_id = None
        await desk.gateway.cancel(ID)
        desk.venue.script.append("lost")  # the venue's own cancel-all
        desk.killed = True
        await desk.until(lambda: not extra.remaining)
        await desk.until(lambda: "over" in told(desk))

    at_a_desk(session)


def test_one_found_while_the_answer_is_on_its_way_leaves_one_of_the_two() -> None:
    async def session(desk: LiveDesk) -> None:
        desk.venue.latency_s = 0.5
        placing = asyncio.create_task(desk.gateway.place(ORDER))
        await asyncio.sleep(0.6)
        await placing
        desk.venue.latency_s = 0.01
        order = desk.blotter.orders[ID]
        extra = desk.venue.twin(ID)
        answer = ev.Accepted(
            at=desk.clock.now(),
            client_order_id=ID,
            order_id=extra.order_id,
            filled=Contracts(0),
            remaining=Contracts(1000),
        )
        desk.gateway._resolver.accept(order, answer)
        await desk.until(lambda: not extra.remaining and ready(desk))
        assert desk.venue.resting() == [ID]

    at_a_desk(session)


def test_the_exchange_is_left_with_the_one_that_the_journal_knows() -> None:
    """The local exchange forgets that an id was used: the same request rests a second time."""

    async def main(clock: VirtualClock) -> None:
        engine = Engine(markets(), options=EngineOptions(seed=1))
        app = SimApp(engine, KeyRing(), clock=clock, catalogue=catalogue())
        key, journal = Ed25519PrivateKey.generate(), MemoryJournal()
        app.open_account(DESK, Money.parse("1000"), ApiKey("key-desk", DESK, key.public_key()))
        exchange = InProcessExchange(app, seed=1)
        signer = Signer(Credentials("key-desk", key, KalshiEnv.SIM))
        host = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")
        async with exchange:
            client = VenueClient(InProcessWire(exchange), signer, clock, host)
            await client.compare_clocks()
            await client.tune_limits()
            account = KalshiAccount(client)
            gateway = LiveGateway(
                account,
                journal,
                clock,
                gate=lambda _: Verdict(True, Action.SIM, clock.now(), (), True, None, ()),
                kill=lambda: False,
                caps=ROOMY,
            )
            await gateway.start(Contracts.whole(50))
            upkeep = asyncio.create_task(gateway.run())
            meant = replace(
                ORDER, event_ticker=SIM_EVENT, ticker=MID, series=SERIES, price=Price(100),
                expires_at=CLOSE, decided_at=clock.now(),
            )  # fmt: skip
            known = (await gateway.place(meant)).order_id
            engine._floor.account(DESK).burned.clear()
            again = await account.create(order_request(meant, gateway.group_id), lambda: None)
            assert again.ack is not None
            assert len(engine.resting(DESK)) == 2
            gateway.doubt()
            await asyncio.sleep(20.0)
            assert [order.order_id for order in engine.resting(DESK)] == [known]
            surplus = [e for e in journal.events if isinstance(e, ev.SurplusFound | ev.SurplusOver)]
            assert [each.order_id for each in surplus] == [again.ack.order_id] * 2
            assert (gateway.blotter.locked, dict(gateway.blotter.stopped)) == (frozenset(), {})
            await gateway.place(replace(meant, nonce=1))
            upkeep.cancel()
            await asyncio.gather(upkeep, return_exceptions=True)
            await gateway.close()

    run_virtual(main, START)
