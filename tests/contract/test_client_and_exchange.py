"""The client and the local exchange share no code: what the one asks, the other answers."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from kalshi_alpha.brokers.kalshi.client import CallSeen, VenueClient
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.order_payloads import (
    Amendment,
    CancelTarget,
    Decrease,
    NewOrder,
    resting_order,
)
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ParseRefused, VenueError, VenueRefused
from kalshi_alpha.core.ledger.closing_mid import NoMid
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.exec.paper.closing_mids import ClosedMarket, MidAnswer, read_closing
from kalshi_alpha.sim.app import AppOptions, SimApp
from kalshi_alpha.sim.auth import ApiKey, KeyRing
from kalshi_alpha.sim.engine import Engine, EngineOptions
from kalshi_alpha.sim.faults import SITE_OF, FaultPlan, Site
from kalshi_alpha.sim.in_process import InProcessExchange
from kalshi_alpha.sim.virtual_time import VirtualClock, VirtualLoop
from kalshi_alpha.sim.worlds import fixture_world
from runs import REPO

T = TypeVar("T")
SERIES = "KXCPI"
WORLD = fixture_world(REPO / "tests" / "data_fixtures").only([SERIES])
LOW, MID, HIGH = sorted(WORLD.tickers)[:3]
EVENT = WORLD.listed[0].market.event_ticker
START, CLOSE = WORLD.starts_at, WORLD.listed[0].market.close_at
MAKER, TAKER, CASH = "maker", "taker", Money(1_000_000_000)
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
Desk = Callable[[VenueClient, VenueClient], Coroutine[Any, Any, T]]


def practised(session: Desk[T], faults: FaultPlan | None = None) -> T:
    """Run a session of a maker and a taker in virtual time, with real signatures and limits."""
    loop = VirtualLoop()
    clock = VirtualClock(loop, START)

    async def run() -> T:
        app = SimApp(
            Engine(WORLD.listed, options=EngineOptions(seed=7)),
            KeyRing(),
            clock=clock,
            options=AppOptions(limits_rates=True),
            catalogue=WORLD.catalogue,
            faults=faults,
        )
        for name in (MAKER, TAKER):
            app.open_account(name, CASH, ApiKey(f"key-{name}", name, KEY.public_key()))
        host = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")
        async with InProcessExchange(app) as local:
            maker, taker = (
                VenueClient(
                    local.wire,
                    Signer(Credentials(f"key-{name}", KEY, KalshiEnv.SIM)),
                    clock,
                    host,
                    rng=random.Random(3),
                )
                for name in (MAKER, TAKER)
            )
            if faults is None:
                await maker.compare_clocks()
                await taker.compare_clocks()
            return await session(maker, taker)

    try:
        return loop.run_until_complete(run())
    finally:
        loop.close()


def order(name: str, ticker: str = MID, side: Side = Side.YES, price: int = 3400) -> NewOrder:
    return resting_order(
        ticker=ticker,
        side=side,
        price=Price(price),
        contracts=Contracts.whole(10),
        client_order_id=name,
        expiration_time=int(CLOSE.timestamp()) - 60,
        order_group_id=None,
    )


@pytest.mark.parametrize(
    "question",
    [
        lambda v: v.exchange_status(),
        lambda v: v.exchange_schedule(),
        lambda v: v.series(SERIES),
        lambda v: v.series_fee_changes(),
        lambda v: v.event_fee_changes(),
        lambda v: v.events(SERIES, status=None),
        lambda v: v.event(EVENT),
        lambda v: v.markets(event_ticker=EVENT),
        lambda v: v.markets(limit=1),
        lambda v: v.market(MID),
        lambda v: v.order_book(MID),
        lambda v: v.order_books([LOW, MID, HIGH]),
        lambda v: v.trades(MID),
        lambda v: v.candles(SERIES, MID, START, CLOSE, 1),
        lambda v: v.tune_limits(),
        lambda v: v.balance(),
        lambda v: v.positions(),
        lambda v: v.orders(),
        lambda v: v.fills(),
        lambda v: v.settlements(),
        lambda v: v.queue_positions(event_ticker=EVENT),
        lambda v: v.order_groups(),
        lambda v: v.data_timestamp(),
    ],
)
def test_every_question_is_answered_as_it_is_read_without_an_unknown_field(
    question: Callable[[VenueClient], Awaitable[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    async def session(maker: VenueClient, taker: VenueClient) -> Any:
        await maker.create_order(order("resting"))
        crossing = order("taking", side=Side.NO, price=6600)
        await taker.create_order(_taking(crossing))
        return await question(maker)

    caplog.set_level(logging.WARNING)
    assert practised(session) is not None
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize(
    ("ask_cents", "found"), [(37, 0.355), (44, 0.39), (45, NoMid.WIDE), (None, NoMid.ONE_SIDED)]
)
def test_quotes_that_stood_for_long_at_the_close_have_their_closing_mid(
    ask_cents: int | None, found: float | NoMid
) -> None:
    market = ClosedMarket(SERIES, MID, CLOSE)

    async def session(maker: VenueClient, taker: VenueClient) -> tuple[MidAnswer, ...]:
        await maker.create_order(_lasting(order("bid")))
        if ask_cents is not None:
            price = 10_000 - 100 * ask_cents
            await taker.create_order(_lasting(order("ask", side=Side.NO, price=price)))
        await asyncio.sleep((CLOSE - START).total_seconds() + 120)
        return await read_closing(maker, (market,))

    (answer,) = practised(session)
    mid = None if answer.quote is None else answer.quote.mid(Side.YES)
    assert (answer.why if mid is None else mid) == found
    assert answer.quote is None or answer.quote.at == CLOSE


def _lasting(resting: NewOrder) -> NewOrder:
    """Return the order with an end after the close: it is the close that cancels it."""
    return msgspec.structs.replace(resting, expiration_time=int(CLOSE.timestamp()) + 60)


def _taking(resting: NewOrder) -> NewOrder:
    """Return the order without its post-only mark: only the test's counterparty takes."""
    return NewOrder(
        ticker=resting.ticker,
        side=resting.side,
        count=resting.count,
        price=resting.price,
        client_order_id=resting.client_order_id,
        time_in_force="immediate_or_cancel",
        self_trade_prevention_type="taker_at_cross",
    )


def test_an_order_lives_from_its_acknowledgement_to_its_cancel() -> None:
    async def session(maker: VenueClient, _: VenueClient) -> None:
        placed = await maker.create_order(order("a"))
        assert placed.decoded is not None
        assert (placed.status, placed.decoded.remaining) == (201, Contracts.whole(10))
        order_id = placed.decoded.order_id
        again = await maker.create_order(order("a"))
        assert again.error is not None
        assert (again.status, again.error.code) == (409, "order_already_exists")
        smaller = await maker.decrease_order(order_id, Decrease(reduce_to="4.00"))
        assert smaller.decoded is not None
        assert smaller.decoded.remaining == Contracts.whole(4)
        change = Amendment(ticker=MID, side="bid", price="0.3300", count="5.00")
        amended = await maker.amend_order(order_id, change)
        assert amended.decoded is not None
        gone = await maker.cancel_order(order_id, MID)
        assert gone.decoded is not None
        assert gone.decoded.cancelled == Contracts.whole(5)
        once_more = await maker.cancel_order(order_id, MID)
        assert once_more.error is not None
        assert (once_more.status, once_more.error.code) == (404, "not_found")

    practised(session)


def test_a_batch_says_of_each_order_what_became_of_it() -> None:
    async def session(maker: VenueClient, _: VenueClient) -> None:
        off_the_grid = order("b", price=3450)
        placed = await maker.create_orders([order("a"), off_the_grid, order("c", ticker=LOW)])
        assert placed.decoded is not None
        first, second, third = placed.decoded.orders
        assert first.order_id is not None
        assert third.order_id is not None
        assert second.error is not None
        targets = [CancelTarget(first.order_id, MID), CancelTarget(third.order_id, LOW)]
        gone = await maker.cancel_orders(targets)
        assert gone.decoded is not None
        assert [item.reduced_by for item in gone.decoded.orders] == ["10.00", "10.00"]

    practised(session)


def test_a_fill_shows_in_fills_positions_and_cash_to_the_cent() -> None:
    async def session(maker: VenueClient, taker: VenueClient) -> None:
        placed = await maker.create_order(order("a"))
        assert placed.decoded is not None
        took = await taker.create_order(_taking(order("t", side=Side.NO, price=6600)))
        assert took.decoded is not None
        assert took.decoded.filled == Contracts.whole(10)
        (fill,) = await maker.fills()
        assert (fill.order_id, fill.is_taker) == (placed.decoded.order_id, False)
        assert (fill.yes_price, fill.contracts) == (Price(3400), Contracts.whole(10))
        (position,) = await maker.positions()
        assert position.net_e2 == 1000
        assert (await taker.positions())[0].net_e2 == -1000
        balance = await maker.balance()
        assert balance.cash == CASH - Money.notional(Price(3400), Contracts.whole(10)) - fill.fee

    practised(session)


def test_an_order_group_is_made_used_triggered_reset_and_deleted() -> None:
    async def session(maker: VenueClient, _: VenueClient) -> None:
        made = await maker.create_group(Contracts.whole(50))
        assert made.decoded is not None
        group_id = made.decoded.order_group_id
        assert (await maker.order_group(group_id)).contracts_limit_fp == "50.00"
        member = NewOrder(**{**_fields(order("a")), "order_group_id": group_id})
        assert (await maker.create_order(member)).decoded is not None
        assert (await maker.set_group_limit(group_id, Contracts.whole(40))).error is None
        group = await maker.order_group(group_id)
        assert (group.contracts_limit_fp, len(group.orders or ())) == ("40.00", 1)
        assert (await maker.trigger_group(group_id)).error is None
        refused = await maker.create_order(NewOrder(**{**_fields(member), "client_order_id": "b"}))
        assert refused.error is not None
        assert (await maker.reset_group(group_id)).error is None
        assert (await maker.delete_group(group_id)).error is None
        with pytest.raises(VenueRefused) as caught:
            await maker.order_group(group_id)
        assert caught.value.status == 404

    practised(session)


def _fields(of: NewOrder) -> dict[str, Any]:
    return {name: getattr(of, name) for name in of.__struct_fields__}


def test_everything_that_rests_is_cancelled_at_once() -> None:
    async def session(maker: VenueClient, _: VenueClient) -> int:
        for name, ticker in (("a", LOW), ("b", MID), ("c", HIGH)):
            assert (await maker.create_order(order(name, ticker=ticker))).decoded is not None
        assert (await maker.cancel_all()).status == 204
        return len(await maker.orders(status="resting"))

    assert practised(session) == 0


def test_a_session_that_keeps_within_its_buckets_sees_no_429() -> None:
    async def session(maker: VenueClient, _: VenueClient) -> tuple[set[int], timedelta]:
        await maker.tune_limits()
        begun = maker._clock.now()
        replies = [await maker.create_order(order(f"o{n}")) for n in range(60)]
        return {reply.status for reply in replies}, maker._clock.now() - begun

    statuses, took = practised(session)
    assert statuses == {201}
    assert timedelta(seconds=4) < took < timedelta(seconds=8)


@pytest.mark.parametrize("seed", range(20))
def test_under_every_fault_a_call_ends_known_and_no_write_is_sent_twice(seed: int) -> None:
    writes: Counter[tuple[str, str]] = Counter()

    def watch(seen: CallSeen) -> None:
        if seen.method != "GET":
            assert seen.retries == 0

    async def session(maker: VenueClient, _: VenueClient) -> int:
        maker.on_call = watch
        carrier = maker._write_wire

        class Counted:
            """Counts what leaves, by its target and its body."""

            async def send(
                self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
            ) -> WireReply:
                if request.method == "POST":
                    writes[request.target, request.body.decode()] += 1
                return await carrier.send(request, headers, timeout_s)

            async def close(self) -> None:
                await carrier.close()

        maker._write_wire = Counted()
        known = 0
        calls: list[Callable[[int], Awaitable[object]]] = [
            lambda _: maker.compare_clocks(),
            lambda n: maker.create_order(order(f"o{n}")),
            lambda n: maker.create_orders([order(f"a{n}", LOW), order(f"b{n}", HIGH)]),
            lambda _: maker.orders(),
            lambda _: maker.fills(),
            lambda _: maker.cancel_all(),
            lambda _: maker.order_books([LOW, MID, HIGH]),
        ]
        for number in range(6):
            for call in calls:
                try:
                    await call(number)
                    known += 1
                except (VenueError, ParseRefused):
                    known += 1
        return known

    of_calls = {Site.REQUEST, Site.WRITE, Site.CREATE, Site.CANCEL, Site.BATCH, Site.PAGE}
    rates = {fault: 0.03 for fault, site in SITE_OF.items() if site in of_calls}
    assert practised(session, FaultPlan(seed, rates)) == 42
    assert set(writes.values()) == {1}
