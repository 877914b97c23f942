from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock
from kalshi_alpha.core.errors import StaleData, TornFile
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, read_heartbeat, write_heartbeat
from kalshi_alpha.exec import live_beat as module
from kalshi_alpha.exec.live_beat import live_beat

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Paths(tmp_path).heartbeat


def last(path: Path) -> Heartbeat:
    found = read_heartbeat(path, LATER)
    assert found is not None
    return found


def dead_session(path: Path) -> None:
    old = datetime.now(UTC) - timedelta(minutes=6)
    write_heartbeat(path, Heartbeat(generated_at=old, session="dead", running=True, pid=1))


def test_a_session_beats_while_it_runs_and_says_that_it_ended(path: Path) -> None:
    beats: list[Heartbeat] = []

    async def session() -> None:
        async with live_beat(path, SystemClock(), "s-1", every_s=0.01):
            for _ in range(3):
                beats.append(last(path))
                while last(path) == beats[-1]:
                    await asyncio.sleep(0.002)

    asyncio.run(session())
    assert all(beat.running and beat.session == "s-1" for beat in beats)
    assert len({beat.generated_at for beat in beats}) == 3
    assert not last(path).running


def test_a_session_that_fails_says_that_it_ended_too(path: Path) -> None:
    async def session() -> None:
        async with live_beat(path, SystemClock(), "s-1"):
            raise RuntimeError("failed")

    with pytest.raises(RuntimeError, match="failed"):
        asyncio.run(session())
    assert not last(path).running


def test_the_beat_of_a_dead_session_is_left_unless_it_is_taken_over(path: Path) -> None:
    dead_session(path)

    async def session(*, takes_over: bool) -> None:
        async with live_beat(path, SystemClock(), "s-2", takes_over=takes_over):
            assert last(path).session == "s-2"

    with pytest.raises(StaleData, match="dead"):
        asyncio.run(session(takes_over=False))
    assert last(path).session == "dead"
    asyncio.run(session(takes_over=True))
    assert last(path).session == "s-2"


def test_a_torn_heartbeat_is_left_even_by_who_takes_over(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{")

    async def session() -> None:
        async with live_beat(path, SystemClock(), "s-2", takes_over=True):
            pass

    with pytest.raises(TornFile):
        asyncio.run(session())
    assert path.read_bytes() == b"{"


def test_a_beat_that_cannot_be_written_is_told_and_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[OSError] = []
    broken = True

    def write(where: Path, beat: Heartbeat) -> None:
        if broken:
            raise OSError(28, "No space left on device")
        write_heartbeat(where, beat)

    async def session() -> None:
        nonlocal broken
        async with live_beat(path, SystemClock(), "s-1", every_s=0.005, on_failure=failures.append):
            first = last(path)
            monkeypatch.setattr(module, "write_heartbeat", write)
            while len(failures) < 2:
                await asyncio.sleep(0.002)
            broken = False
            while last(path) == first:
                await asyncio.sleep(0.002)

    asyncio.run(session())
    assert failures[0].errno == 28


def test_no_beat_lands_after_the_one_that_ends_the_session(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(where: Path, beat: Heartbeat) -> None:
        if beat.running:
            begun.set()
            go.wait(5)
        write_heartbeat(where, beat)

    async def session() -> None:
        async with live_beat(path, SystemClock(), "s-1", every_s=0.001):
            monkeypatch.setattr(module, "write_heartbeat", slow)
            while not begun.is_set():
                await asyncio.sleep(0.001)
            asyncio.get_running_loop().call_later(0.02, go.set)

    asyncio.run(session())
    assert not last(path).running
