"""The real stream: a WebSocket client on picows behind the core's port.

The venue pings every ten seconds and is answered by the library. A connection that is dead on
the wire is found by the library's own pings; one that is alive and says nothing is found by
whoever reads, who knows what should have come.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping, Sequence

from picows import (
    WSError,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    ws_connect,
)

from kalshi_alpha.core.wire import WireFailed, WireFault

MESSAGE_BYTES_MAX = 16 * 1024 * 1024
"""A whole book of the finest grid takes 400 kB; what is larger is not ours."""
FRAMES_HELD_MAX = 100_000
"""Frames that wait for a slow reader before the socket is read no further."""
PING_AFTER_S, PONG_WITHIN_S = 20.0, 10.0


class PicowsStream(WSListener):
    """One open WebSocket; see the port `kalshi_alpha.core.wire.FrameStream`."""

    def __init__(self) -> None:
        self._transport: WSTransport | None = None
        self._received: deque[bytes] = deque()
        self._parts: list[bytes] = []
        self._parts_bytes = 0
        self._failed: WireFailed | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_paused = False

    # --- called by the library ---------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Keep the connection."""
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame."""
        kind = frame.msg_type
        if kind is WSMsgType.TEXT and frame.fin and not self._parts:
            self._received.append(frame.get_payload_as_bytes())
        elif kind is WSMsgType.TEXT or kind is WSMsgType.CONTINUATION:
            self._take_part(frame)
        elif kind is WSMsgType.BINARY:
            self._fail(WireFault.TORN, "a binary frame on a stream of text")
        elif kind is WSMsgType.CLOSE:
            code, reason = frame.get_close_code(), frame.get_close_reason() or ""
            self._fail(WireFault.CLOSED, f"closed by the venue, {code} {reason}".rstrip())
            transport.send_close(code)
            transport.disconnect()
        if self._waiter is not None:
            self._wake()
        elif len(self._received) > FRAMES_HELD_MAX and not self._is_paused:
            self._is_paused = True
            transport.underlying_transport.pause_reading()

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 - its signature
        """Note that nothing more will come."""
        self._fail(WireFault.RESET, "the connection ended without a farewell")

    # --- the port ------------------------------------------------------------------------------

    async def send(self, frame: bytes) -> None:
        """Send a text frame."""
        if self._failed is not None or self._transport is None:
            raise self._why_closed()
        self._transport.send(WSMsgType.TEXT, frame)

    async def receive(self) -> bytes:
        """Return the next text frame, waiting for it; cancelling the wait loses none."""
        while not self._received:
            if self._failed is not None:
                raise self._why_closed()
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        frame = self._received.popleft()
        self._resume()
        return frame

    def take_received(self) -> Sequence[bytes]:
        """Return the frames that have arrived and were not received yet, without waiting."""
        frames = tuple(self._received)
        self._received.clear()
        self._resume()
        return frames

    async def close(self) -> None:
        """Close the stream; closing it again does nothing."""
        transport = self._transport
        self._fail(WireFault.CLOSED, "closed here")
        if transport is None:
            return
        if not transport.is_disconnected:
            if not transport.is_close_frame_sent:
                transport.send_close()
            transport.disconnect(graceful=False)
        try:
            await transport.wait_disconnected()
        except WSError as error:
            # The library gives the reason for a connection's end to whoever waits for it, though
            # it has been told before.
            self._fail(WireFault.TORN, str(error))

    # --- inside ----------------------------------------------------------------------------------

    def _take_part(self, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.CONTINUATION and not self._parts:
            self._fail(WireFault.TORN, "a frame continues none")
            return
        self._parts.append(frame.get_payload_as_bytes())
        self._parts_bytes += frame.payload_size
        if self._parts_bytes > MESSAGE_BYTES_MAX:
            self._fail(WireFault.TORN, f"a message of more than {MESSAGE_BYTES_MAX} bytes")
        elif frame.fin:
            self._received.append(b"".join(self._parts))
            self._parts.clear()
            self._parts_bytes = 0

    def _fail(self, fault: WireFault, detail: str) -> None:
        if self._failed is None:
            self._failed = WireFailed(fault, detail)
        self._wake()

    def _why_closed(self) -> WireFailed:
        failed = self._failed
        return failed if failed is not None else WireFailed(WireFault.CLOSED, "is not open")

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _resume(self) -> None:
        if self._is_paused and len(self._received) <= FRAMES_HELD_MAX // 2:
            self._is_paused = False
            if self._transport is not None and not self._transport.is_disconnected:
                self._transport.underlying_transport.resume_reading()


class PicowsOpener:
    """Opens streams to one host; see the port `kalshi_alpha.core.wire.StreamOpener`.

    Parameters
    ----------
    base_url
        Scheme and host, such as ``wss://host``; TLS is verified with the system's store.
    """

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._tls = ssl.create_default_context() if base_url.startswith("wss:") else None

    async def open(self, path: str, headers: Mapping[str, str], timeout_s: float) -> PicowsStream:
        """Shake hands and return an open stream; a redirect is refused, for it was not signed."""
        try:
            async with asyncio.timeout(timeout_s):
                _, stream = await ws_connect(
                    PicowsStream,
                    self._base_url + path,
                    ssl_context=self._tls,
                    websocket_handshake_timeout=timeout_s,
                    enable_auto_ping=True,
                    auto_ping_idle_timeout=PING_AFTER_S,
                    auto_ping_reply_timeout=PONG_WITHIN_S,
                    enable_auto_pong=True,
                    max_frame_size=MESSAGE_BYTES_MAX,
                    extra_headers=dict(headers),
                    max_redirects=0,
                )
        except TimeoutError as error:
            raise WireFailed(WireFault.TIMEOUT, f"no handshake within {timeout_s} s") from error
        except WSError as error:
            raise WireFailed(WireFault.NOT_CONNECTED, f"the handshake failed: {error}") from error
        except OSError as error:
            detail = f"no connection: {error}"
            raise WireFailed(WireFault.NOT_CONNECTED, detail, may_have_arrived=False) from error
        if not isinstance(stream, PicowsStream):
            raise WireFailed(WireFault.NOT_CONNECTED, "the library made another listener")
        return stream
