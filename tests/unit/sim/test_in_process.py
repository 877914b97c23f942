from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply
from kalshi_alpha.sim.faults import Fault, FaultPlan
from kalshi_alpha.sim.in_process import InProcessExchange, InProcessStream, LatencyModel
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from sim_exchange import (
    CLOSE,
    MAKER,
    MID,
    ORDERS,
    START,
    STREAM_PATH,
    TAKER,
    Exchange,
    exchange,
    order,
    request,
)

FIXED = LatencyModel(0.010, 0.0, 0.0)
Session = Callable[[Exchange, InProcessExchange], Awaitable[Any]]


def _run(
    session: Session, *, latency: LatencyModel = FIXED, seed: int = 0, plan: FaultPlan | None = None
) -> Any:
    async def main(clock: VirtualClock) -> Any:
        ex = exchange(plan, clock=clock)
        async with InProcessExchange(ex.app, latency=latency, seed=seed) as venue:
            return await session(ex, venue)

    return run_virtual(main, START, limit_s=86_400)


async def _send(
    ex: Exchange,
    venue: InProcessExchange,
    method: str,
    path: str,
    body: object = None,
    *,
    account: str = MAKER,
    timeout_s: float = 5.0,
) -> WireReply:
    headers = ex.headers(method, path, account)
    return await venue.wire.send(request(method, path, body), headers, timeout_s)


async def _open(ex: Exchange, venue: InProcessExchange) -> InProcessStream:
    return await venue.streams.open(STREAM_PATH, ex.headers("GET", STREAM_PATH), 5.0)


async def _subscribe(stream: InProcessStream, *channels: str) -> None:
    params = {"channels": list(channels), "market_tickers": [MID]}
    await stream.send(json.dumps({"id": 1, "cmd": "subscribe", "params": params}).encode())


def _elapsed_s() -> float:
    return asyncio.get_running_loop().time()


def test_a_reply_takes_a_way_there_and_a_way_back() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        reply = await _send(ex, venue, "POST", ORDERS, order())
        assert reply.status == 201
        assert _elapsed_s() == pytest.approx(0.020)

    _run(session)


def test_a_request_that_nobody_waits_for_any_more_still_arrives() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        with pytest.raises(WireFailed) as failure:
            await _send(ex, venue, "POST", ORDERS, order(client_order_id="a"), timeout_s=0.005)
        assert (failure.value.fault, failure.value.may_have_arrived) == (WireFault.TIMEOUT, True)
        await asyncio.sleep(1)
        assert ex.app.engine.order_by_client_id(MAKER, "a") is not None

    _run(session)


def test_a_cancel_races_a_fill_and_either_may_win() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> int:
        made = await _send(ex, venue, "POST", ORDERS, order())
        path = f"{ORDERS}/{json.loads(made.body)['order_id']}"
        ask = order(side="ask", time_in_force="immediate_or_cancel")
        cancel, _ = await asyncio.gather(
            _send(ex, venue, "DELETE", path),
            _send(ex, venue, "POST", ORDERS, ask, account=TAKER),
        )
        return cancel.status

    jittery = LatencyModel(0.004, 0.003, 0.6)
    statuses = [_run(session, latency=jittery, seed=seed) for seed in range(20)]
    assert set(statuses) == {200, 404}
    assert statuses == [_run(session, latency=jittery, seed=seed) for seed in range(20)]


def test_frames_arrive_in_their_order_however_latencies_are_drawn() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> list[int]:
        stream = await _open(ex, venue)
        await _subscribe(stream, "orderbook_delta")
        await asyncio.sleep(1)
        for _ in range(50):
            ex.rest(count="1.00")
        frames = [json.loads(await stream.receive()) for _ in range(52)]
        assert frames[0]["type"] == "subscribed"
        return [frame["seq"] for frame in frames[1:]]

    assert _run(session, latency=LatencyModel(0.0, 0.1, 2.0)) == list(range(1, 52))


def test_time_goes_on_while_nobody_asks() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        stream = await _open(ex, venue)
        await _subscribe(stream, "user_orders")
        await asyncio.sleep(1)
        ex.rest(expiration_time=int(START.timestamp()) + 60)
        await asyncio.sleep(62)
        frames = [json.loads(await stream.receive()) for _ in range(3)]
        assert frames[2]["msg"]["last_update_reason"] == "ExpiryCancel"
        await asyncio.sleep((CLOSE - START).total_seconds())
        assert ex.json("GET", f"markets/{MID}")["market"]["status"] == "closed"

    _run(session)


def test_a_handshake_without_a_good_signature_makes_no_connection() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        with pytest.raises(WireFailed, match="HTTP 401") as failure:
            await venue.streams.open(STREAM_PATH, {}, 5.0)
        assert failure.value.fault is WireFault.NOT_CONNECTED

    _run(session)


def test_a_handshake_that_takes_too_long_times_out() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        with pytest.raises(WireFailed) as failure:
            await venue.streams.open(STREAM_PATH, ex.headers("GET", STREAM_PATH), 0.015)
        assert failure.value.fault is WireFault.TIMEOUT

    _run(session)


def test_a_closed_wire_sends_nothing_and_a_closed_stream_says_so() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        stream = await _open(ex, venue)
        await stream.close()
        await stream.close()
        for call in (stream.receive(), stream.send(b"{}")):
            with pytest.raises(WireFailed) as failure:
                await call
            assert failure.value.fault is WireFault.CLOSED
        await venue.wire.close()
        with pytest.raises(WireFailed) as failure:
            await _send(ex, venue, "GET", "/trade-api/v2/exchange/status")
        assert not failure.value.may_have_arrived

    _run(session)


@pytest.mark.parametrize(
    ("fault", "wire_fault", "may_have_arrived", "arrived"),
    [
        (Fault.REQUEST_LOST, {WireFault.RESET, WireFault.TIMEOUT}, True, False),
        (Fault.ACK_LOST_AFTER_ACCEPT, {WireFault.RESET, WireFault.TIMEOUT}, True, True),
        (Fault.ACK_LOST_AFTER_REJECT, {WireFault.RESET, WireFault.TIMEOUT}, True, False),
        (Fault.RESET_MID_BODY, {WireFault.TORN}, True, True),
        (Fault.NAME_LOOKUP_BURST, {WireFault.NOT_CONNECTED}, False, False),
    ],
)
def test_a_lost_reply_fails_as_on_a_network(
    fault: Fault, wire_fault: set[WireFault], may_have_arrived: bool, arrived: bool
) -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        with pytest.raises(WireFailed) as failure:
            await _send(ex, venue, "POST", ORDERS, order(client_order_id="a"))
        assert failure.value.fault in wire_fault
        assert failure.value.may_have_arrived is may_have_arrived
        assert (ex.app.engine.order_by_client_id(MAKER, "a") is not None) is arrived

    for seed in range(4):
        plan = FaultPlan(seed)
        plan.inject(fault)
        _run(session, plan=plan)


def test_nothing_connects_while_names_do_not_resolve_and_open_streams_end() -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        stream = await _open(ex, venue)
        ex.app.faults.inject(Fault.NAME_LOOKUP_BURST)
        with pytest.raises(WireFailed):
            await _send(ex, venue, "POST", ORDERS, order())
        for call in (
            stream.receive(),
            _open(ex, venue),
            _send(ex, venue, "POST", ORDERS, order()),
        ):
            with pytest.raises(WireFailed) as failure:
                await call
            assert failure.value.fault in {WireFault.RESET, WireFault.NOT_CONNECTED}
        await asyncio.sleep(5)
        assert (await _send(ex, venue, "POST", ORDERS, order())).status == 201
        await (await _open(ex, venue)).close()

    _run(session)


@pytest.mark.parametrize(
    ("fault", "wire_fault"),
    [(Fault.FRAME_CUT, WireFault.TORN), (Fault.RECONNECT_STORM, WireFault.RESET)],
)
def test_a_stream_that_ends_under_a_fault_says_how(fault: Fault, wire_fault: WireFault) -> None:
    async def session(ex: Exchange, venue: InProcessExchange) -> None:
        stream = await _open(ex, venue)
        ex.app.faults.inject(fault)
        await _subscribe(stream, "user_orders")
        with pytest.raises(WireFailed) as failure:
            await stream.receive()
        assert failure.value.fault is wire_fault

    _run(session)


@pytest.mark.parametrize("latency", [(-1.0, 0.0, 0.0), (0.0, float("nan"), 0.0)])
def test_impossible_latencies_are_refused(latency: tuple[float, float, float]) -> None:
    with pytest.raises(BadParameter):
        LatencyModel(*latency)


def test_a_tick_must_take_time() -> None:
    with pytest.raises(BadParameter):
        InProcessExchange(exchange().app, tick_s=0.0)
