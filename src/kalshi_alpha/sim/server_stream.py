"""One WebSocket connection: the handshake, pings, and frames as the faults let them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from kalshi_alpha.sim.faults_frames import Ending, Outgoing
from kalshi_alpha.sim.rest_errors import Refusal
from kalshi_alpha.sim.stream import SimStream

if TYPE_CHECKING:
    from kalshi_alpha.sim.app import SimApp

PING_EVERY_S = 10.0
PING = b"heartbeat"
READ_MAX = 65_536
FRAME_MAX = 1 << 20


class StreamHost(Protocol):
    """What a stream needs of the server that it belongs to."""

    app: SimApp
    ping_every_s: float


class StreamConnection:
    """Serves one stream until one of its ends is over.

    Parameters
    ----------
    server
        What it belongs to.
    reader, writer
        Its two directions.
    """

    def __init__(
        self, server: StreamHost, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._protocol = ServerProtocol(max_size=FRAME_MAX)
        self._ready = asyncio.Event()

    async def run(self, target: str, headers: Mapping[str, str]) -> None:
        """Shake hands, then carry frames both ways.

        Parameters
        ----------
        target, headers
            Of the request that asks for the upgrade, as they were received.
        """
        stream = self._shake_hands(target, headers)
        await self._flush()
        if stream is None:
            return
        stream.call_when_ready(self._ready.set)
        tasks = [
            asyncio.ensure_future(work)
            for work in (self._listen(stream), self._speak(stream), self._ping())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stream.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _shake_hands(self, target: str, headers: Mapping[str, str]) -> SimStream | None:
        # The library reads the request for itself, so it is spelled out for it again.
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._protocol.receive_data(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        requests = [e for e in self._protocol.events_received() if isinstance(e, Request)]
        if not requests:
            return None
        app = self._server.app
        try:
            stream = app.open_stream(target.partition("?")[0], headers, app.now())
        except Refusal as refusal:
            status = HTTPStatus(refusal.status)
            self._protocol.send_response(self._protocol.reject(status, refusal.body.decode()))
            return None
        response = self._protocol.accept(requests[0])
        self._protocol.send_response(response)
        return stream if self._protocol.state is State.OPEN else None

    async def _listen(self, stream: SimStream) -> None:
        app = self._server.app
        while data := await self._reader.read(READ_MAX):
            self._protocol.receive_data(data)
            for event in self._protocol.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                    app.command(stream, bytes(event.data), app.now())
            await self._flush()
            if self._protocol.state is not State.OPEN:
                return

    async def _speak(self, stream: SimStream) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            for outgoing in stream.take():
                if outgoing.delay_s:
                    asyncio.get_running_loop().call_later(
                        outgoing.delay_s, self._send_late, outgoing.payload
                    )
                    continue
                if not self._send(outgoing):
                    return
            await self._flush()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._server.ping_every_s)
            self._protocol.send_ping(PING)
            await self._flush()

    def _send(self, outgoing: Outgoing) -> bool:
        """Write a frame, and say whether the connection lives on."""
        if outgoing.payload:
            self._protocol.send_text(outgoing.payload)
        if outgoing.ending is None:
            return True
        written = b"".join(self._protocol.data_to_send())
        keep = len(outgoing.payload) // 2 if outgoing.ending is Ending.CUT else 0
        self._writer.write(written[: len(written) - keep])
        # Without a closing handshake: what was written goes out, and then the connection ends.
        self._writer.close()
        return False

    def _send_late(self, payload: bytes) -> None:
        if self._protocol.state is State.OPEN and not self._writer.is_closing():
            self._protocol.send_text(payload)
            self._writer.write(b"".join(self._protocol.data_to_send()))

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data and not self._writer.is_closing():
                self._writer.write(data)
        with contextlib.suppress(ConnectionError):
            await self._writer.drain()
