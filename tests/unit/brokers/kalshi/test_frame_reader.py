from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from kalshi_alpha.brokers.kalshi.frame_reader import BurstStream, FrameReader
from kalshi_alpha.core.wire import WireFailed, WireFault
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual

START = datetime(2026, 6, 11, 6, 31, tzinfo=UTC)


class Slow:
    """Gives a frame every second, and loses one whose wait is cancelled."""

    def __init__(self, frames: Sequence[bytes | WireFault]) -> None:
        self.frames = list(frames)

    async def receive(self) -> bytes:
        frame = self.frames.pop(0)
        await asyncio.sleep(1.0)
        if isinstance(frame, WireFault):
            raise WireFailed(frame, "gone")
        return frame

    async def send(self, frame: bytes) -> None:
        raise AssertionError(frame)

    async def close(self) -> None:
        pass


class Bursts(Slow):
    def take_received(self) -> Sequence[bytes]:
        taken = tuple(frame for frame in self.frames if isinstance(frame, bytes))
        self.frames.clear()
        return taken


def test_a_wait_that_is_over_goes_on_and_loses_no_frame() -> None:
    async def main(_: VirtualClock) -> list[Sequence[bytes]]:
        reader = FrameReader(Slow([b"1", b"2"]))
        return [await reader.frames(0.4) for _ in range(6)]

    assert run_virtual(main, START) == [(), (), (b"1",), (), (), (b"2",)]


def test_a_burst_is_handed_over_at_once() -> None:
    async def main(_: VirtualClock) -> list[Sequence[bytes]]:
        stream = Bursts([b"1", b"2", b"3"])
        assert isinstance(stream, BurstStream)
        return [await FrameReader(stream).frames(2.0)]

    assert run_virtual(main, START) == [(b"1", b"2", b"3")]


@pytest.mark.parametrize("kind", [Slow, Bursts])
def test_the_end_of_a_stream_is_told(kind: type[Slow]) -> None:
    async def main(_: VirtualClock) -> None:
        await FrameReader(kind([WireFault.RESET])).frames(2.0)

    with pytest.raises(WireFailed, match="reset: gone"):
        run_virtual(main, START)


def test_a_closed_reader_leaves_no_wait_and_no_unread_failure_behind() -> None:
    async def main(_: VirtualClock) -> int:
        for frame, waits_s in ((b"1", 0.1), (WireFault.RESET, 0.1), (WireFault.RESET, 2.0)):
            reader = FrameReader(Slow([frame]))
            assert await reader.frames(0.1) == ()
            await asyncio.sleep(waits_s)
            await reader.close()
            await reader.close()
        return len(asyncio.all_tasks())

    assert run_virtual(main, START) == 1
