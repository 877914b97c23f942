"""One suite for every gateway: what a caller may rely on whichever it is given.

Dry, paper, live against a venue in memory, live against the local exchange (its own protocol,
signatures and matching, in this process), and live against bodies that were recorded at the venue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from fakes.order_venue import FakeVenue
from kalshi_alpha.brokers.dry import DryGateway
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.kalshi.client import CallSeen, VenueClient
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.brokers.paper import PaperGateway
from kalshi_alpha.brokers.venue_port import VenuePort
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import FeeTerms, Liquidity, order_fee
from kalshi_alpha.core.gates import Action, Verdict
from kalshi_alpha.core.orders.errors import OrderRejected
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.ports import Acknowledgement, Clock, OrderGateway
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.sim.app import AppOptions
from kalshi_alpha.sim.in_process import InProcessExchange
from kalshi_alpha.sim.rates import ADVANCED, BASIC, EXPERT, UsageTier
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from live_desk import ROOMY
from recorded_venue import RecordedVenue
from sim_exchange import EVENT, MAKER, MID, START, TAKER, exchange
from venue_wire import KEY, KEY_ID

T = TypeVar("T")
Opened = Callable[[VirtualClock, Path], AbstractAsyncContextManager[OrderGateway]]
BID, ASK = 4100, 4500
LOOPBACK = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")


def intent(nonce: int = 0, **changes: Any) -> OrderIntent:
    """Build an intent for the exchange's own market: ten YES at 42 cents, inside the spread."""
    fields: dict[str, Any] = {
        "series": "KXCPI",
        "event_ticker": EVENT,
        "ticker": MID,
        "side": Side.YES,
        "price": Price(4200),
        "contracts": Contracts.whole(10),
        "expires_at": START + timedelta(minutes=10),
        "decided_at": START,
        "nonce": nonce,
    }
    fields |= changes
    terms = FeeTerms.parse("quadratic_with_maker_fees", 1)
    fee = order_fee(terms, fields["price"], fields["contracts"], Liquidity.MAKER)
    return OrderIntent(**({"fee_max": fee} | fields))


ORDER = intent()


@asynccontextmanager
async def dry(_: VirtualClock, __: Path) -> AsyncIterator[OrderGateway]:
    yield DryGateway()


@asynccontextmanager
async def paper(_: VirtualClock, __: Path) -> AsyncIterator[OrderGateway]:
    book = OrderBook.of(MID, START, yes_bids=[(BID, 10_000)], no_bids=[(10_000 - ASK, 5_000)])
    yield PaperGateway({MID: book}, START)


@asynccontextmanager
async def live(venue: VenuePort, clock: Clock, folder: Path) -> AsyncIterator[OrderGateway]:
    def gate(_: OrderIntent) -> Verdict:
        return Verdict(True, Action.LIVE, clock.now(), (), True, None, ())

    with OrderJournal(folder / "orders.sqlite") as journal:
        gateway = LiveGateway(venue, journal, clock, gate=gate, kill=lambda: False, caps=ROOMY)
        found = await gateway.start(Contracts.whole(100))
        assert found.clean, found.breaks
        yield gateway
        assert (await gateway.reconcile()).clean
        await gateway.close()


class CrossingVenue(FakeVenue):
    """The venue in memory, with somebody to cross."""

    def _create(self, request: Any) -> Any:
        from kalshi_alpha.brokers.venue_port import CreateAnswer

        if request.side == "bid" and Price.parse(request.price).e4 >= ASK:
            return CreateAnswer(400, None, "invalid_order", "post only cross")
        return super()._create(request)


@asynccontextmanager
async def live_in_memory(clock: VirtualClock, folder: Path) -> AsyncIterator[OrderGateway]:
    async with live(CrossingVenue(clock, lag_s=0.4), clock, folder) as gateway:
        yield gateway


@asynccontextmanager
async def live_at_the_exchange(clock: VirtualClock, folder: Path) -> AsyncIterator[OrderGateway]:
    ex = exchange(clock=clock)
    for side, price in (("bid", BID), ("ask", ASK)):
        ex.rest(MID, account=TAKER, side=side, price=f"0.{price}", count="50.00")
    async with InProcessExchange(ex.app) as venue:
        credentials = Credentials(f"key-{MAKER}", ex.keys[MAKER], KalshiEnv.SIM)
        client = VenueClient(venue.wire, Signer(credentials), clock, LOOPBACK)
        await client.compare_clocks()
        async with live(KalshiAccount(client), clock, folder) as gateway:
            yield gateway
        assert set(ex.app.engine.audit().orders_by_client_id.values()) <= {1}


@asynccontextmanager
async def live_as_recorded(clock: VirtualClock, folder: Path) -> AsyncIterator[OrderGateway]:
    wire = RecordedVenue(clock, ASK)
    client = VenueClient(wire, Signer(Credentials(KEY_ID, KEY, KalshiEnv.SIM)), clock, LOOPBACK)
    await client.compare_clocks()
    async with live(KalshiAccount(client), clock, folder) as gateway:
        yield gateway


GATEWAYS: dict[str, Opened] = {
    "dry": dry,
    "paper": paper,
    "live in memory": live_in_memory,
    "live at the local exchange": live_at_the_exchange,
    "live as recorded": live_as_recorded,
}
THAT_KNOW_A_BOOK = sorted(set(GATEWAYS) - {"dry"})


def run(kind: str, folder: Path, session: Callable[[OrderGateway], Awaitable[T]]) -> T:
    async def main(clock: VirtualClock) -> T:
        async with GATEWAYS[kind](clock, folder) as gateway:
            return await session(gateway)

    return run_virtual(main, START)


@pytest.fixture(params=sorted(GATEWAYS))
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def test_an_order_rests_whole_under_its_own_id(kind: str, tmp_path: Path) -> None:
    ack = run(kind, tmp_path, lambda gateway: gateway.place(ORDER))
    assert (ack.client_order_id, ack.resting, ack.filled) == (
        ORDER.client_order_id,
        Contracts.whole(10),
        Contracts(0),
    )


def test_a_repeat_is_the_same_order_not_a_second_one(kind: str, tmp_path: Path) -> None:
    async def session(gateway: OrderGateway) -> None:
        first = await gateway.place(ORDER)
        assert await gateway.place(ORDER) == first
        assert (await gateway.place(intent(nonce=1))).client_order_id != first.client_order_id

    run(kind, tmp_path, session)


def test_both_sides_of_a_market_may_rest(kind: str, tmp_path: Path) -> None:
    async def session(gateway: OrderGateway) -> None:
        no = intent(side=Side.NO, price=Price(5600))
        for each in (ORDER, no):
            assert (await gateway.place(each)).resting == Contracts.whole(10)

    run(kind, tmp_path, session)


def test_cancelling_twice_does_nothing_more(kind: str, tmp_path: Path) -> None:
    async def session(gateway: OrderGateway) -> None:
        await gateway.place(ORDER)
        await gateway.cancel(ORDER.client_order_id)
        await gateway.cancel(ORDER.client_order_id)
        await gateway.cancel("never placed")

    run(kind, tmp_path, session)


def test_what_was_cancelled_does_not_come_back(kind: str, tmp_path: Path) -> None:
    async def session(gateway: OrderGateway) -> None:
        await gateway.place(ORDER)
        await gateway.cancel(ORDER.client_order_id)
        assert (await gateway.place(ORDER)).resting == Contracts(0)

    run(kind, tmp_path, session)


def test_after_cancel_all_nothing_rests(kind: str, tmp_path: Path) -> None:
    async def session(gateway: OrderGateway) -> None:
        orders = [intent(nonce=n) for n in range(3)]
        for each in orders:
            await gateway.place(each)
        await gateway.cancel_all()
        for each in orders:
            assert (await gateway.place(each)).resting == Contracts(0)
        await gateway.cancel_all()

    run(kind, tmp_path, session)


@pytest.mark.parametrize("kind", THAT_KNOW_A_BOOK)
def test_an_order_that_would_cross_is_refused_and_does_not_exist(kind: str, tmp_path: Path) -> None:
    async def session(gateway: OrderGateway) -> None:
        with pytest.raises(OrderRejected, match="post only"):
            await gateway.place(intent(price=Price(ASK)))
        assert (await gateway.place(ORDER)).resting == Contracts.whole(10)

    run(kind, tmp_path, session)


@pytest.mark.parametrize(
    ("tier", "count", "batches"), [(BASIC, 15, 2), (ADVANCED, 100, 2), (EXPERT, 100, 1)]
)
def test_a_requote_is_split_by_the_write_budget_of_the_account_and_nothing_else(
    tier: UsageTier, count: int, batches: int, tmp_path: Path
) -> None:
    orders = [intent(nonce=n, contracts=Contracts(1)) for n in range(count)]

    async def main(clock: VirtualClock) -> None:
        ex = exchange(clock=clock, options=AppOptions(tier=tier))
        ex.rest(MID, account=TAKER, side="ask", price=f"0.{ASK}", count="50.00")
        async with InProcessExchange(ex.app) as venue:
            seen: list[CallSeen] = []
            credentials = Credentials(f"key-{MAKER}", ex.keys[MAKER], KalshiEnv.SIM)
            client = VenueClient(
                venue.wire, Signer(credentials), clock, LOOPBACK, on_call=seen.append
            )
            await client.compare_clocks()
            await client.tune_limits()
            async with live(KalshiAccount(client), clock, tmp_path) as gateway:
                assert isinstance(gateway, LiveGateway)
                await asyncio.sleep(3.0)
                placed = await gateway.place_batch(orders)
                assert [type(each) for each in placed] == [Acknowledgement] * count
                sent = [c.status for c in seen if (c.method, c.path[-8:]) == ("POST", "/batched")]
                assert sent == [201] * batches
                await gateway.cancel_all()

    run_virtual(main, START)
