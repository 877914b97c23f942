"""What a session said to its venue and what it heard, with the times, and a venue made of that.

A session whose venue is made of a log hears at every moment what it heard then. Whatever it decides
follows from its code alone: it must ask the same and send the same orders, or the log has no
answer for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import KalshiAlphaError, TornFile
from kalshi_alpha.core.wire import (
    FrameStream,
    StreamOpener,
    Wire,
    WireFailed,
    WireFault,
    WireReply,
    WireRequest,
)
from kalshi_alpha.datastore.atomic import write_atomic


class Diverged(KalshiAlphaError):
    """The session asked for something that it did not ask for when it was recorded."""


class LoggedCall(msgspec.Struct, forbid_unknown_fields=True):
    """A request and what came of it; times in seconds of the loop, no answer if nobody waited."""

    sent_s: float
    method: str
    target: str
    body: bytes
    answered_s: float | None = None
    reply: WireReply | None = None
    fault: WireFault | None = None
    detail: str = ""
    may_have_arrived: bool = True


class LoggedStream(msgspec.Struct, forbid_unknown_fields=True):
    """A stream: when it was open, and the frames of both ways with their times."""

    path: str
    opened_s: float
    sent: list[tuple[float, bytes]] = []
    heard: list[tuple[float, bytes]] = []


class WireLog(msgspec.Struct, forbid_unknown_fields=True):
    """Everything that was said, in the order of its beginning."""

    calls: list[LoggedCall] = []
    streams: list[LoggedStream] = []

    def save(self, path: Path) -> None:
        """Write it to a file."""
        write_atomic(path, msgspec.json.encode(self))

    @classmethod
    def load(cls, path: Path) -> WireLog:
        """Read it from a file.

        Raises
        ------
        TornFile
            If it cannot be read.
        """
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.MsgspecError) as error:
            raise TornFile(f"{path} cannot be read; record the session again") from error


class LoggingWire:
    """Passes requests on and writes down what came of them."""

    def __init__(self, wire: Wire, log: WireLog) -> None:
        self._wire, self._log = wire, log

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        """Send one request and return its whole reply.

        Raises
        ------
        WireFailed
            If no whole reply came in time.
        """
        call = LoggedCall(_now_s(), request.method, request.target, request.body)
        self._log.calls.append(call)
        try:
            call.reply = await self._wire.send(request, headers, timeout_s)
        except WireFailed as failed:
            call.fault, call.detail = failed.fault, str(failed).partition(": ")[2]
            call.may_have_arrived = failed.may_have_arrived
            call.answered_s = _now_s()
            raise
        call.answered_s = _now_s()
        return call.reply

    async def close(self) -> None:
        """Close the wire."""
        await self._wire.close()


class LoggingStreams:
    """Opens streams and writes down what goes over them."""

    def __init__(self, streams: StreamOpener, log: WireLog) -> None:
        self._streams, self._log = streams, log

    async def open(self, path: str, headers: Mapping[str, str], timeout_s: float) -> FrameStream:
        """Shake hands and return an open stream.

        Raises
        ------
        WireFailed
            If the host does not answer, or refuses.
        """
        opened = await self._streams.open(path, headers, timeout_s)
        logged = LoggedStream(path, _now_s(), [], [])
        self._log.streams.append(logged)
        return _LoggingStream(opened, logged)


class _LoggingStream:
    def __init__(self, stream: FrameStream, log: LoggedStream) -> None:
        self._stream, self._log = stream, log

    async def send(self, frame: bytes) -> None:
        self._log.sent.append((_now_s(), frame))
        await self._stream.send(frame)

    async def receive(self) -> bytes:
        frame = await self._stream.receive()
        self._log.heard.append((_now_s(), frame))
        return frame

    async def close(self) -> None:
        await self._stream.close()


class LoggedWire:
    """Answers every request as it was answered before, and as late."""

    def __init__(self, log: WireLog) -> None:
        self._left: dict[tuple[str, str, bytes], deque[LoggedCall]] = {}
        for call in log.calls:
            key = (call.method, call.target, call.body)
            self._left.setdefault(key, deque()).append(call)

    @property
    def unasked(self) -> int:
        """How many requests of the log have not been made."""
        return sum(map(len, self._left.values()))

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        """Return the reply of the log when its time has come.

        Raises
        ------
        Diverged
            If the log knows no such request, or none more.
        WireFailed
            If no whole reply came then either.
        """
        del headers, timeout_s
        waiting = self._left.get((request.method, request.target, request.body))
        if not waiting:
            raise Diverged(f"{request.method} {request.target} was not asked when it was recorded")
        call = waiting.popleft()
        if call.answered_s is None:
            await asyncio.get_running_loop().create_future()  # whoever asks will stop waiting
        await _until(call.answered_s or 0.0)
        if call.reply is None:
            fault = call.fault or WireFault.RESET
            raise WireFailed(fault, call.detail, may_have_arrived=call.may_have_arrived)
        return call.reply

    async def close(self) -> None:
        """Do nothing: there is no connection."""


class LoggedStreams:
    """Opens the streams of a log, one after the other."""

    def __init__(self, log: WireLog) -> None:
        self._left = deque(log.streams)

    async def open(self, path: str, headers: Mapping[str, str], timeout_s: float) -> FrameStream:
        """Return the next stream of the log when its time has come.

        Raises
        ------
        Diverged
            If there is none more.
        """
        del headers, timeout_s
        if not self._left or self._left[0].path != path:
            raise Diverged(f"no stream was opened at {path} when it was recorded")
        logged = self._left.popleft()
        await _until(logged.opened_s)
        return _LoggedStream(logged)


class _LoggedStream:
    def __init__(self, log: LoggedStream) -> None:
        self._said = deque(frame for _, frame in log.sent)
        self._arrived: asyncio.Queue[bytes | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        # Frames of one instant arrived together, and in this order.
        for at_s, together in groupby(log.heard, key=lambda each: each[0]):
            loop.call_at(at_s, self._land, [frame for _, frame in together])

    async def send(self, frame: bytes) -> None:
        if not self._said or self._said.popleft() != frame:
            raise Diverged(f"{frame[:80]!r} was not said to the stream when it was recorded")

    async def receive(self) -> bytes:
        frame = await self._arrived.get()
        if frame is None:
            raise WireFailed(WireFault.CLOSED, "the stream was closed here")
        return frame

    async def close(self) -> None:
        self._arrived.put_nowait(None)

    def _land(self, frames: list[bytes]) -> None:
        for frame in frames:
            self._arrived.put_nowait(frame)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def _until(at_s: float) -> None:
    loop = asyncio.get_running_loop()
    come: asyncio.Future[None] = loop.create_future()
    loop.call_at(at_s, _come, come)
    await come


def _come(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
