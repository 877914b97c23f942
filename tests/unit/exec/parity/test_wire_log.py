from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.wire import WireFailed, WireFault, WireReply, WireRequest
from kalshi_alpha.exec.parity.wire_log import (
    Diverged,
    LoggedStreams,
    LoggedWire,
    LoggingStreams,
    LoggingWire,
    WireLog,
)
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual

START = datetime(2024, 12, 11, tzinfo=UTC)
ASKED, LOST = WireRequest("GET", "/a", "x=1"), WireRequest("POST", "/b", body=b"{}")


class Venue:
    """Answers after a second, loses what goes to /b, and says two frames at once."""

    def __init__(self) -> None:
        self.frames = [b"one", b"two"]

    async def send(
        self, request: WireRequest, headers: Mapping[str, str], timeout_s: float
    ) -> WireReply:
        del headers, timeout_s
        await asyncio.sleep(1.0)
        if request.path == "/b":
            raise WireFailed(WireFault.TORN, "half of it", may_have_arrived=True)
        return WireReply(200, {"date": "now"}, b"said")

    async def open(self, path: str, headers: Mapping[str, str], timeout_s: float) -> Stream:
        del path, headers, timeout_s
        await asyncio.sleep(0.5)
        return Stream(self.frames)

    async def close(self) -> None:
        pass


class Stream:
    def __init__(self, frames: list[bytes]) -> None:
        self.frames = iter(frames)

    async def send(self, frame: bytes) -> None:
        pass

    async def receive(self) -> bytes:
        await asyncio.sleep(0.25)
        return next(self.frames)

    async def close(self) -> None:
        pass


def logged() -> WireLog:
    """Return what a short talk leaves."""
    log = WireLog([], [])

    async def talk(_clock: VirtualClock) -> None:
        wire, streams = LoggingWire(Venue(), log), LoggingStreams(Venue(), log)
        await wire.send(ASKED, {}, 5.0)
        with pytest.raises(WireFailed):
            await wire.send(LOST, {}, 5.0)
        stream = await streams.open("/s", {}, 5.0)
        await stream.send(b"hello")
        assert [await stream.receive() for _ in range(2)] == [b"one", b"two"]
        await stream.close()
        await wire.close()

    run_virtual(talk, START)
    return log


def test_the_same_talk_hears_the_same_at_the_same_times(tmp_path: Path) -> None:
    logged().save(tmp_path / "wire.json")
    log = WireLog.load(tmp_path / "wire.json")

    async def talk(_clock: VirtualClock) -> None:
        loop = asyncio.get_running_loop()
        wire, streams = LoggedWire(log), LoggedStreams(log)
        assert await wire.send(ASKED, {}, 5.0) == WireReply(200, {"date": "now"}, b"said")
        assert (loop.time(), wire.unasked) == (1.0, 1)
        with pytest.raises(WireFailed, match="torn: half of it") as lost:
            await wire.send(LOST, {}, 5.0)
        assert (lost.value.fault, lost.value.may_have_arrived) == (WireFault.TORN, True)
        stream = await streams.open("/s", {}, 5.0)
        await stream.send(b"hello")
        assert (await stream.receive(), loop.time()) == (b"one", 2.75)
        assert (await stream.receive(), loop.time()) == (b"two", 3.0)
        await stream.close()
        with pytest.raises(WireFailed, match="closed"):
            await stream.receive()
        await wire.close()

    run_virtual(talk, START)


def test_whoever_says_something_else_is_told_so() -> None:
    log = logged()

    async def talk(_clock: VirtualClock) -> None:
        wire, streams = LoggedWire(log), LoggedStreams(log)
        with pytest.raises(Diverged, match=r"GET /a\?x=2 was not asked"):
            await wire.send(WireRequest("GET", "/a", "x=2"), {}, 5.0)
        await wire.send(ASKED, {}, 5.0)
        with pytest.raises(Diverged, match="was not asked"):
            await wire.send(ASKED, {}, 5.0)
        with pytest.raises(Diverged, match="no stream was opened at /t"):
            await streams.open("/t", {}, 5.0)
        stream = await streams.open("/s", {}, 5.0)
        with pytest.raises(Diverged, match="was not said"):
            await stream.send(b"good-bye")

    run_virtual(talk, START)


def test_a_request_that_nobody_waited_for_is_not_answered() -> None:
    log = WireLog([], [])

    async def impatient(_clock: VirtualClock) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(LoggingWire(Venue(), log).send(ASKED, {}, 5.0), 0.5)

    async def again(_clock: VirtualClock) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(LoggedWire(log).send(ASKED, {}, 5.0), 0.5)

    run_virtual(impatient, START)
    run_virtual(again, START)


def test_a_torn_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "wire.json").write_bytes(b'{"calls": [')
    with pytest.raises(TornFile, match=r"wire\.json cannot be read; record"):
        WireLog.load(tmp_path / "wire.json")
