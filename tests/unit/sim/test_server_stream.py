from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode

from kalshi_alpha.sim import faults, faults_frames
from kalshi_alpha.sim.faults import Fault
from kalshi_alpha.sim.server import SimServer
from sim_exchange import MID, STREAM_PATH, Exchange, exchange

Session = Callable[[Exchange, Any], Awaitable[Any]]


def _run(session: Session, **more: Any) -> Any:
    async def main() -> Any:
        ex = exchange()
        async with SimServer(ex.app, **more) as server:
            url = server.url.replace("http:", "ws:") + STREAM_PATH
            headers = ex.headers("GET", STREAM_PATH)
            async with connect(url, additional_headers=headers, ping_interval=None) as client:
                return await session(ex, client)

    return asyncio.run(main())


async def _say(client: Any, **fields: object) -> None:
    await client.send(json.dumps(fields))


async def _hear(client: Any, count: int) -> list[Any]:
    async with asyncio.timeout(2):
        return [json.loads(await client.recv()) for _ in range(count)]


def _pings(client: Any) -> list[bytes]:
    """Note the payload of every ping that the client receives from now on."""
    heard: list[bytes] = []
    receives = client.protocol.recv_frame

    def receive(frame: Frame) -> None:
        if frame.opcode is Opcode.PING:
            heard.append(bytes(frame.data))
        receives(frame)

    client.protocol.recv_frame = receive
    return heard


def _subscribe(*channels: str) -> dict[str, object]:
    params = {"channels": list(channels), "market_tickers": [MID]}
    return {"id": 1, "cmd": "subscribe", "params": params}


def test_a_book_is_followed_over_a_real_socket() -> None:
    async def session(ex: Exchange, client: Any) -> None:
        await _say(client, **_subscribe("orderbook_delta"))
        assert [f["type"] for f in await _hear(client, 2)] == ["subscribed", "orderbook_snapshot"]
        ex.rest()
        (delta,) = await _hear(client, 1)
        assert (delta["seq"], delta["msg"]["delta_fp"]) == (2, "10.00")

    _run(session)


def test_pings_carry_the_venues_payload() -> None:
    async def session(ex: Exchange, client: Any) -> None:
        heard = _pings(client)
        await asyncio.sleep(0.05)
        assert heard
        assert set(heard) == {b"heartbeat"}

    _run(session, ping_every_s=0.01)


def test_a_handshake_without_a_signature_is_refused_with_the_nested_body() -> None:
    async def main() -> None:
        async with SimServer(exchange().app) as server:
            with pytest.raises(InvalidStatus) as refused:
                await connect(server.url.replace("http:", "ws:") + STREAM_PATH)
            response = refused.value.response
            assert response.status_code == 401
            error = json.loads(response.body)["error"]
            assert error["code"] == "signature_is_missing_from_headers"

    asyncio.run(main())


def test_a_cut_frame_ends_the_connection_inside_it() -> None:
    async def session(ex: Exchange, client: Any) -> None:
        ex.app.faults.inject(Fault.FRAME_CUT)
        await _say(client, cmd="list_subscriptions")
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is None

    _run(session)


def test_a_storm_ends_the_stream_without_a_farewell_and_refuses_new_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def session(ex: Exchange, client: Any) -> None:
        ex.app.faults.inject(Fault.RECONNECT_STORM)
        await _say(client, cmd="list_subscriptions")
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is None
        url = f"ws://{client.request.headers['Host']}{STREAM_PATH}"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers=ex.headers("GET", STREAM_PATH))
        assert refused.value.response.status_code == 502

    _run(session)


def test_pings_flow_through_a_silent_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    async def session(ex: Exchange, client: Any) -> None:
        pings = _pings(client)
        ex.app.faults.inject(Fault.SILENT_STALL)
        for _ in range(3):
            await _say(client, cmd="list_subscriptions")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.recv()
        assert len(pings) > 2

    _run(session, ping_every_s=0.01)


def test_a_late_fill_comes_after_what_followed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults_frames, "LATE_S", (0.05, 0.05))

    async def session(ex: Exchange, client: Any) -> None:
        await _say(client, **_subscribe("fill"))
        await _hear(client, 1)
        order_id = ex.rest()
        ex.app.faults.inject(Fault.FILL_LATE)
        ex.app.fill(order_id)
        await _say(client, cmd="list_subscriptions")
        assert [f["type"] for f in await _hear(client, 2)] == ["ok", "fill"]

    _run(session)


def test_a_garbled_frame_is_text_that_nobody_can_read() -> None:
    assert Fault.FRAME_GARBLED in faults.SITE_OF

    async def session(ex: Exchange, client: Any) -> None:
        ex.app.faults.inject(Fault.FRAME_GARBLED)
        await _say(client, cmd="list_subscriptions")
        raw = await client.recv(decode=False)
        with pytest.raises(ValueError, match=r".*"):
            json.loads(raw)

    _run(session)
