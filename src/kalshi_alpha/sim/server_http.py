"""One HTTP/1.1 connection: requests in turn, replies as the faults let them, or an upgrade."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

import h11

from kalshi_alpha.core.wire import WireReply, WireRequest
from kalshi_alpha.sim.faults_requests import Delivery, Fate
from kalshi_alpha.sim.rest_errors import bare, nested
from kalshi_alpha.sim.rest_routes import REST_PREFIX, STREAM_PATH
from kalshi_alpha.sim.server_stream import StreamConnection, StreamHost

READ_MAX = 65_536
BODY_MAX = 4 << 20
DRIPS = 20


class HttpHost(StreamHost, Protocol):
    """What a connection needs of the server that it belongs to."""

    def own_reply(self, request: WireRequest) -> WireReply | None:
        """Return the reply to a request that is not the venue's, or None."""
        ...

    def vanish(self) -> None:
        """Be gone for as long as the fault lasts."""
        ...


class HttpConnection:
    """Serves one connection until one of its ends is over.

    Parameters
    ----------
    server
        What it belongs to.
    reader, writer
        Its two directions.
    """

    def __init__(
        self, server: HttpHost, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)

    async def run(self) -> None:
        """Answer requests until the connection ends."""
        try:
            while await self._one_request():
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as error:
            await self._refuse_garbage(error)

    async def _one_request(self) -> bool:
        """Serve one request and say whether another may follow."""
        head = await self._next_event()
        if not isinstance(head, h11.Request):
            return False
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        request = await self._read(head)
        if request is None:
            return False
        app = self._server.app
        if not self._is_ours(headers):
            refusal = nested(403, "forbidden", "this exchange is reached by its loopback address")
            return await self._reply(Delivery(Fate.WHOLE, app.refuse(refusal, app.now())))
        if request.path == STREAM_PATH and headers.get("upgrade", "").lower() == "websocket":
            stream = StreamConnection(self._server, self._reader, self._writer)
            await stream.run(head.target.decode(), headers)
            return False
        own = self._server.own_reply(request)
        if own is not None:
            return await self._reply(Delivery(Fate.WHOLE, own))
        if not request.path.startswith(REST_PREFIX):
            refusal = nested(404, "not_found", "no such endpoint")
            return await self._reply(Delivery(Fate.WHOLE, app.refuse(refusal, app.now())))
        return await self._reply(app.deliver(request, headers, app.now()))

    def _is_ours(self, headers: Mapping[str, str]) -> bool:
        # A page in a browser may name any host that resolves to loopback; it must not trade here.
        host = headers.get("host", "")
        return host.rpartition(":")[0] in {"127.0.0.1", "localhost"} and "origin" not in headers

    async def _read(self, head: h11.Request) -> WireRequest | None:
        body = bytearray()
        while True:
            event = await self._next_event()
            if isinstance(event, h11.Data):
                body += event.data
                if len(body) > BODY_MAX:
                    return None
            elif isinstance(event, h11.EndOfMessage):
                path, _, query = head.target.decode().partition("?")
                if not path.startswith("/"):
                    return None
                return WireRequest(head.method.decode().upper(), path, query, bytes(body))
            else:
                return None

    async def _next_event(self) -> object:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            self._http.receive_data(await self._reader.read(READ_MAX))

    async def _reply(self, delivery: Delivery) -> bool:
        """Carry a delivery out and say whether the connection lives on."""
        if delivery.delay_s:
            await asyncio.sleep(delivery.delay_s)
        match delivery.fate:
            case Fate.WHOLE if delivery.reply is not None:
                return await self._send(delivery, delivery.reply)
            case Fate.TORN if delivery.reply is not None:
                whole = self._spelled(delivery.reply)
                half = len(whole) - max(1, len(delivery.reply.body) // 2)
                self._writer.write(whole[:half])
                await self._writer.drain()
            case Fate.SILENCE:
                # The caller waits until it gives up; what it sends meanwhile is not looked at.
                while await self._reader.read(READ_MAX):
                    pass
            case Fate.NOT_CONNECTED:
                self._server.vanish()
            case _:
                pass
        return False

    async def _send(self, delivery: Delivery, reply: WireReply) -> bool:
        whole = self._spelled(reply)
        if delivery.drip_s:
            await self._drip(whole, len(reply.body), delivery.drip_s)
        else:
            self._writer.write(whole * delivery.copies)
        await self._writer.drain()
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _drip(self, whole: bytes, body_size: int, drip_s: float) -> None:
        head = len(whole) - body_size
        self._writer.write(whole[:head])
        step = max(1, body_size // DRIPS)
        for start in range(head, len(whole), step):
            await asyncio.sleep(drip_s * step / max(1, body_size))
            self._writer.write(whole[start : start + step])
            await self._writer.drain()

    def _spelled(self, reply: WireReply) -> bytes:
        headers = [*reply.headers.items()]
        if reply.status != 204:
            headers.append(("content-length", str(len(reply.body))))
        parts = [self._http.send(h11.Response(status_code=reply.status, headers=headers)) or b""]
        if reply.body:
            parts.append(self._http.send(h11.Data(data=reply.body)) or b"")
        parts.append(self._http.send(h11.EndOfMessage()) or b"")
        return b"".join(parts)

    async def _refuse_garbage(self, error: h11.RemoteProtocolError) -> None:
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        app = self._server.app
        refusal = bare(f"this is no HTTP/1.1: {error}")
        self._writer.write(self._spelled(app.refuse(refusal, app.now())))
        await self._writer.drain()
