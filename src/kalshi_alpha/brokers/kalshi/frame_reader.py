"""Take frames off a stream, many at once where it holds many, and stop waiting now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from kalshi_alpha.core.wire import FrameStream


@runtime_checkable
class BurstStream(Protocol):
    """A stream that hands over at once all it holds, and loses nothing if a wait is cancelled."""

    async def receive(self) -> bytes:
        """Return the next frame, waiting for it."""
        ...

    def take_received(self) -> Sequence[bytes]:
        """Return the frames that have arrived and were not received yet, without waiting."""
        ...


class FrameReader:
    """Reads one stream.

    A port does not say what happens to a frame if waiting for it is cancelled. So a wait goes on
    in the background when its time is up, unless the stream is a `BurstStream`.
    """

    def __init__(self, stream: FrameStream) -> None:
        self._stream = stream
        self._burst = stream if isinstance(stream, BurstStream) else None
        self._waiting: asyncio.Task[bytes] | None = None

    async def frames(self, wait_s: float) -> Sequence[bytes]:
        """Return the frames that have come, or none if nothing does within ``wait_s`` seconds.

        Raises
        ------
        WireFailed
            If the stream is closed.
        """
        if self._burst is not None:
            return await self._held(self._burst, wait_s)
        if self._waiting is None:
            self._waiting = asyncio.ensure_future(self._stream.receive())
        await asyncio.wait({self._waiting}, timeout=wait_s)
        if not self._waiting.done():
            return ()
        done, self._waiting = self._waiting, None
        return (done.result(),)

    async def _held(self, burst: BurstStream, wait_s: float) -> Sequence[bytes]:
        try:
            async with asyncio.timeout(wait_s):
                first = await burst.receive()
        except TimeoutError:
            return ()
        return (first, *burst.take_received())

    async def close(self) -> None:
        """Stop waiting; the stream itself stays as it is."""
        if self._waiting is not None:
            self._waiting.cancel()
            await asyncio.wait({self._waiting})
            if not self._waiting.cancelled():
                self._waiting.exception()  # it has ended by itself, and nobody asks why any more
            self._waiting = None
