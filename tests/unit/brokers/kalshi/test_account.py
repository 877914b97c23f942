from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email.utils import format_datetime

import msgspec
import pytest

from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.kalshi.client import CallPolicy, VenueClient
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.venue_port import Ack, ItemAnswer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import VenueRefused
from kalshi_alpha.core.orders.events import VenueStatus
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.outcomes import Outcome, create_outcome
from kalshi_alpha.core.orders.request import OrderRequest, order_request
from kalshi_alpha.core.types import Contracts, Money, Price, Side
from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim.in_process import InProcessExchange
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from sim_exchange import CLOSE, EVENT, MAKER, MID, START, TAKER, Exchange, exchange

ACK = {"order_id": "v-1", "fill_count": "0.00", "remaining_count": "10.00"}
WHOLE = Ack("v-1", Contracts(0), Contracts.whole(10))
HOST = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")


def request(
    side: Side = Side.YES, cents: int = 34, lots: int = 10, *, ticker: str = MID, nonce: int = 0
) -> OrderRequest:
    intent = OrderIntent(
        series="KXCPI",
        event_ticker=EVENT,
        ticker=ticker,
        side=side,
        price=Price(cents * 100),
        contracts=Contracts.whole(lots),
        expires_at=CLOSE - timedelta(minutes=5),
        decided_at=START,
        nonce=nonce,
    )
    return order_request(intent, None)


def nothing() -> None:
    """Check nothing before sending."""


def at_the_exchange(act: Callable[[KalshiAccount, Exchange], Awaitable[None]]) -> None:
    """Let an account act at an exchange in this process, under virtual time."""

    async def main(clock: VirtualClock) -> None:
        venue = exchange(clock=clock)
        signer = Signer(Credentials(f"key-{MAKER}", venue.keys[MAKER], KalshiEnv.SIM))
        async with InProcessExchange(venue.app) as inside:
            client = VenueClient(inside.wire, signer, clock, HOST, policy=CallPolicy(attempts=1))
            await client.compare_clocks()
            await act(KalshiAccount(client), venue)

    run_virtual(main, START)


def test_an_order_is_acknowledged_and_shown_on_its_own_side() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        answer = await account.create(request(Side.NO, 60), nothing)
        assert answer.status == 201
        assert answer.ack is not None
        assert (answer.ack.filled, answer.ack.remaining) == (Contracts(0), Contracts.whole(10))
        (shown,) = await account.orders(ticker=MID, status=VenueStatus.RESTING)
        assert (shown.side, shown.price, shown.remaining) == (
            Side.NO,
            Price(6000),
            Contracts.whole(10),
        )
        assert shown == await account.order(answer.ack.order_id)
        assert shown.client_order_id == request(Side.NO, 60).client_order_id

    at_the_exchange(act)


def test_a_fill_a_position_and_cash_come_back_exactly() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        before = await account.cash()
        await account.create(request(Side.YES, 34), nothing)
        venue.rest(MID, account=TAKER, side="ask", price="0.3400", count="4.00")
        (fill,) = await account.fills(ticker=MID)
        assert (fill.side, fill.price, fill.contracts) == (
            Side.YES,
            Price(3400),
            Contracts.whole(4),
        )
        assert not fill.is_taker
        (position,) = await account.positions()
        assert (position.ticker, position.net_e2) == (MID, 400)
        await account.cancel(fill.order_id, MID)
        spent = Money.notional(fill.price, fill.contracts) + fill.fee
        assert before - await account.cash() == spent

    at_the_exchange(act)


def test_a_refusal_keeps_its_status_and_code() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        venue.rest(MID, account=TAKER, side="ask", price="0.3400")
        crossing = await account.create(request(Side.YES, 34), nothing)
        assert (crossing.status, crossing.ack) == (400, None)
        assert crossing.code == "invalid_order"
        await account.create(request(Side.YES, 20), nothing)
        repeated = await account.create(request(Side.YES, 20), nothing)
        assert (repeated.status, repeated.code) == (409, "order_already_exists")

    at_the_exchange(act)


def test_a_batch_answers_for_each_of_its_items() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        venue.rest(MID, account=TAKER, side="ask", price="0.3400")
        answer = await account.create_batch(
            [request(Side.YES, 40), request(Side.YES, 20), request(Side.NO, 20)],
            nothing,
        )
        assert answer.items is not None
        assert [item.ack is not None for item in answer.items] == [False, True, True]
        assert answer.items[0].code == "invalid_order"
        targets = [(item.ack.order_id, MID) for item in answer.items if item.ack is not None]
        cancelled = await account.cancel_batch([*targets, ("no-such-order", MID)])
        assert cancelled.items is not None
        assert [item.count for item in cancelled.items[:2]] == [Contracts.whole(10)] * 2
        assert cancelled.items[2].code == "not_found"
        assert await account.orders(status=VenueStatus.RESTING) == ()

    at_the_exchange(act)


def test_decreasing_and_cancelling_say_what_is_left_and_what_went() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        made = await account.create(request(), nothing)
        assert made.ack is not None
        order_id = made.ack.order_id
        smaller = await account.decrease(order_id, MID, Contracts.whole(3))
        assert (smaller.status, smaller.count) == (200, Contracts.whole(3))
        gone = await account.cancel(order_id, MID)
        assert (gone.status, gone.count) == (200, Contracts.whole(3))
        again = await account.cancel(order_id, MID)
        assert (again.status, again.code, again.count) == (404, "not_found", None)
        assert await account.order("no-such-order") is None

    at_the_exchange(act)


def test_an_order_group_is_made_and_can_be_reset() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        group = await account.create_group(Contracts.whole(25))
        assert (await account.reset_group(group)).status < 300
        assert (await account.reset_group("no-such-group")).status == 404
        assert (await account.trigger_group(group)).status < 300
        assert (await account.trigger_group("no-such-group")).status == 404

    at_the_exchange(act)


def test_everything_is_cancelled_at_once() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        await account.create_batch([request(nonce=n, cents=10 + n) for n in range(3)], nothing)
        assert (await account.cancel_everything()).status == 204
        assert await account.orders(status=VenueStatus.RESTING) == ()
        as_of = await account.data_as_of()
        assert as_of is not None

    at_the_exchange(act)


def test_what_the_last_check_raises_stops_the_order() -> None:
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        with pytest.raises(Stop):
            await account.create(request(), stop)
        assert await account.orders() == ()

    at_the_exchange(act)


def test_a_group_that_is_refused_is_an_error() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        with pytest.raises(VenueRefused):
            await account.create_group(Contracts(0))

    at_the_exchange(act)


class Page:
    """A wire that brings the same reply to everything, from wherever it is."""

    def __init__(self, status: int, body: bytes) -> None:
        headers = {"date": format_datetime(START, usegmt=True)}
        self.reply = WireReply(status, headers, body)

    async def send(self, request: WireRequest, headers: object, timeout_s: float) -> WireReply:
        del request, headers, timeout_s
        return self.reply

    async def close(self) -> None:
        """There is nothing to close."""


def outcome_of(status: int, body: bytes) -> Outcome:
    """Return what a single order's answer says, from the bytes on."""
    found: list[Outcome] = []

    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        account._client._write_wire = Page(status, body)
        answer = await account.create(request(), nothing)
        has_order = answer.ack is not None
        found.append(create_outcome(answer.status, has_order=has_order, code=answer.code))

    at_the_exchange(act)
    return found[0]


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, b'{"error":{"code":"invalid_price","message":"off"}}', Outcome.REJECTED),
        (400, b'{"code":"bad_request","message":"bad request"}', Outcome.REJECTED),
        (400, b'{"msg":"Parameter validation failed"}', Outcome.REJECTED),
        (400, b"<html>Bad Request</html>", Outcome.UNKNOWN),
        (403, b"<html>cloudfront</html>", Outcome.UNKNOWN),
        (403, b'{"message":"Forbidden"}', Outcome.UNKNOWN),
        (404, b"", Outcome.UNKNOWN),
        (410, b"Gone", Outcome.UNKNOWN),
        (409, b"<html>409 Conflict</html>", Outcome.ADOPT),
        (409, b"", Outcome.ADOPT),
        (409, b'{"msg":"dup"}', Outcome.ADOPT),
        (409, b'{"error":"order already exists"}', Outcome.ADOPT),
        (409, b'{"error":{"code":"ORDER_ALREADY_EXISTS"}}', Outcome.ADOPT),
        (409, b'{"error":{"code":"market_inactive"}}', Outcome.REJECTED),
        (201, msgspec.json.encode(ACK | {"ts_ms": 1}), Outcome.ACCEPTED),
        (
            201,
            msgspec.json.encode(ACK | {"ts_ms": 1, "error": {"code": "invalid_order"}}),
            Outcome.UNKNOWN,
        ),
        (429, b"<html>slow down</html>", Outcome.BACK_OFF),
    ],
)
def test_a_page_that_is_not_the_venues_says_nothing_of_an_order(
    status: int, body: bytes, outcome: Outcome
) -> None:
    assert outcome_of(status, body) is outcome


@pytest.mark.parametrize(
    ("row", "item"),
    [
        (ACK, ItemAnswer(ack=WHOLE, order_id="v-1")),
        (
            ACK | {"error": {"code": "invalid_order"}},
            ItemAnswer(ack=WHOLE, order_id="v-1", code="invalid_order"),
        ),
        (
            {"order_id": "v-1", "error": {"code": "invalid_order", "message": "no"}},
            ItemAnswer(order_id="v-1", code="invalid_order", detail="no"),
        ),
        (
            {"error": "order already exists"},
            ItemAnswer(code="order_already_exists", detail="order already exists"),
        ),
        (
            {"error": "internal server error"},
            ItemAnswer(code="internal_server_error", detail="internal server error"),
        ),
        ({"error": {}}, ItemAnswer(code="unreadable")),
        ({"error": False}, ItemAnswer(code="unreadable")),
        ({}, ItemAnswer()),
    ],
)
def test_an_item_keeps_its_order_and_its_error(row: dict[str, object], item: ItemAnswer) -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        body = msgspec.json.encode({"orders": [row]})
        account._client._write_wire = Page(201, body)
        answer = await account.create_batch([request()], nothing)
        assert answer.items == (item,)

    at_the_exchange(act)


def test_a_batch_holds_what_the_write_budget_pays_within_a_second() -> None:
    async def act(account: KalshiAccount, venue: Exchange) -> None:
        del venue
        assert account.batch_max() == 10
        write = account._client.limits.write
        write.resize(300, 900)
        assert account.batch_max() == 40
        await asyncio.sleep(3.0)
        assert account.batch_max() == 90
        write.drain()
        assert account.batch_max() == 30
        write.resize(3, 5)
        assert account.batch_max() == 1

    at_the_exchange(act)
