"""The exchange in process and the one behind a socket suffer the same faults in the same way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.frame_stream import PicowsOpener
from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.core.wire import FrameStream, StreamOpener, Wire, WireFailed, WireFault, WireReply
from kalshi_alpha.sim import faults, faults_frames, faults_requests
from kalshi_alpha.sim.faults import Fault, FaultPlan
from kalshi_alpha.sim.in_process import InProcessExchange, LatencyModel
from kalshi_alpha.sim.server import SimServer
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from sim_exchange import (
    MAKER,
    MID,
    ORDERS,
    PREFIX,
    START,
    STREAM_PATH,
    Exchange,
    exchange,
    order,
    request,
)

Session = Callable[[Exchange, Wire, StreamOpener], Awaitable[Any]]
CHANNELS = ("orderbook_delta", "fill", "user_orders")
SETTLES_S, LATE_S = 0.02, 0.002
PATIENCE_S = 0.8
MARK = 99


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is late or lasts be brief, so that it passes in real time too."""
    for module, name in (
        (faults_requests, "LATE_S"),
        (faults_requests, "DRIP_S"),
        (faults_requests, "FILL_LEADS_S"),
        (faults_frames, "LATE_S"),
        (faults_frames, "CORRECTED_AFTER_S"),
    ):
        monkeypatch.setattr(module, name, (LATE_S, LATE_S))


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_is_seen_alike(fault: Fault) -> None:
    async def session(ex: Exchange, wire: Wire, opener: StreamOpener) -> Any:
        stream = await opener.open(STREAM_PATH, ex.headers("GET", STREAM_PATH), 1.0)
        await stream.send(_subscription())
        await _heard(stream)
        if fault is not Fault.PAGE_CHANGES_WHILE_PAGING:
            ex.app.faults.inject(fault)
        seen = [
            await _asked(ex, wire, "POST", ORDERS, order(client_order_id="a", post_only=True)),
            await _heard(stream),
            await _traded(ex, stream),
            await _shown_again(stream),
            await _paged(ex, wire, fault),
            await _asked(ex, wire, "POST", f"{ORDERS}/batched", _batch()),
            await _asked(ex, wire, "DELETE", f"{ORDERS}/{_first(ex)}"),
        ]
        await stream.close()
        return seen, len(ex.app.faults.strikes)

    there, here = _over_a_socket(session), _in_process(session)
    assert here == there
    assert here[1] == 1


def _over_a_socket(session: Session) -> Any:
    async def main() -> Any:
        ex = exchange(FaultPlan(1))
        async with SimServer(ex.app) as server:
            wire = OrderWire(server.url)
            opener = PicowsOpener(server.url.replace("http:", "ws:"))
            try:
                return await session(ex, wire, opener)
            finally:
                await wire.close()

    return asyncio.run(main())


def _in_process(session: Session) -> Any:
    async def main(_: VirtualClock) -> Any:
        ex = exchange(FaultPlan(1))
        async with InProcessExchange(ex.app, latency=LatencyModel(0.0, 0.0, 0.0)) as venue:
            return await session(ex, venue.wire, venue.streams)

    return run_virtual(main, START)


def _subscription() -> bytes:
    params = {"channels": CHANNELS, "market_tickers": [MID]}
    return json.dumps({"id": 1, "cmd": "subscribe", "params": params}).encode()


def _batch() -> dict[str, object]:
    return {"orders": [order(client_order_id=name, price="0.2000") for name in "bc"]}


async def _asked(
    ex: Exchange, wire: Wire, method: str, path: str, body: object = None, query: str = ""
) -> object:
    """Ask, and return what came of it as a client sees it."""
    try:
        headers = ex.headers(method, path)
        reply = await wire.send(request(method, path, body, query), headers, PATIENCE_S)
    except WireFailed as failure:
        # Whether a host that is gone shows as a reset depends on who had a connection open.
        gone = failure.fault in {WireFault.NOT_CONNECTED, WireFault.RESET}
        return "gone" if gone else failure.fault
    return reply.status, _content(reply)


def _content(reply: WireReply) -> object:
    return json.loads(reply.body) if reply.body[:1] == b"{" else reply.body


async def _heard(stream: FrameStream) -> list[object]:
    """Return what a stream brings, and how it ended if it did."""
    told: list[object] = []
    await asyncio.sleep(SETTLES_S)
    try:
        await stream.send(json.dumps({"id": MARK, "cmd": "list_subscriptions"}).encode())
        async with asyncio.timeout(PATIENCE_S):
            while not (told and isinstance(told[-1], dict) and told[-1].get("id") == MARK):
                told.append(_readable(await stream.receive()))
    except TimeoutError:
        return [*told, "silence"]
    except WireFailed as failure:
        # A frame that is cut is a torn reply to one reader and a reset to another.
        ended = failure.fault in {WireFault.TORN, WireFault.RESET}
        return [*told, "ended" if ended else failure.fault]
    return told


def _readable(frame: bytes) -> object:
    try:
        return json.loads(frame)
    except ValueError:
        return frame


async def _traded(ex: Exchange, stream: FrameStream) -> list[object]:
    """Let somebody fill the first order in two steps, and return what is told of it."""
    made = ex.app.engine.order_by_client_id(MAKER, "a")
    if made is None:
        return []
    ex.app.fill(made.order_id, Contracts.whole(2))
    first = await _heard(stream)
    ex.app.fill(made.order_id, Contracts.whole(2))
    ex.clock.step(4.0)
    ex.app.advance(ex.app.now())
    return [*first, *await _heard(stream)]


async def _shown_again(stream: FrameStream) -> list[object]:
    """Ask for the book once more and return what comes."""
    params = {"sids": [1], "action": "get_snapshot", "market_tickers": [MID]}
    command = {"id": 2, "cmd": "update_subscription", "params": params}
    try:
        await stream.send(json.dumps(command).encode())
    except WireFailed:
        return []
    return await _heard(stream)


async def _paged(ex: Exchange, wire: Wire, fault: Fault) -> list[object]:
    """Read the orders in pages of one, the second of them under the fault."""
    for name in "xyz":
        ex.rest(price="0.1000", client_order_id=name)
    path = f"{PREFIX}/portfolio/orders"
    first = await _asked(ex, wire, "GET", path, query="limit=1")
    if fault is Fault.PAGE_CHANGES_WHILE_PAGING:
        ex.app.faults.inject(fault)
    page = first[1] if isinstance(first, tuple) else None
    cursor = page.get("cursor", "") if isinstance(page, dict) else ""
    second = await _asked(ex, wire, "GET", path, query=f"limit=1&cursor={cursor}")
    return [first, second]


def _first(ex: Exchange) -> str:
    resting = ex.app.engine.resting(MAKER)
    return resting[0].order_id if resting else "none"


def test_every_fault_is_tried() -> None:
    assert set(faults.SITE_OF) == set(Fault)
