from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.kill_switch import KillSwitch, lift_kill_switch, set_kill_switch
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.kill_watch import LOOK_EVERY_S, SEEN_WITHIN_S, KillWatch
from kalshi_alpha.sim.virtual_time import VirtualLoop

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


@pytest.fixture
def sentinel(tmp_path: Path) -> Path:
    path = Paths(tmp_path).kill_switch
    path.parent.mkdir(parents=True)
    return path


def test_the_sentinel_is_seen_within_fifty_milliseconds(sentinel: Path) -> None:
    delays: list[float] = []

    async def session() -> None:
        for _ in range(5):
            watch = KillWatch(sentinel, lambda _: None)
            task = asyncio.create_task(watch.run())
            await asyncio.sleep(0.030)
            set_kill_switch(sentinel, NOW)
            begun = time.perf_counter()
            await task
            delays.append(time.perf_counter() - begun)
            lift_kill_switch(sentinel)

    asyncio.run(session())
    # Between two looks; the rest of the 50 ms is for a busy event loop.
    assert sorted(delays)[2] < SEEN_WITHIN_S


def test_the_looks_are_close_enough_in_virtual_time(sentinel: Path) -> None:
    loop = VirtualLoop()
    seen: list[float] = []
    watch = KillWatch(sentinel, lambda _: seen.append(loop.time()))

    async def session() -> None:
        task = asyncio.create_task(watch.run())
        await asyncio.sleep(30.0)
        sentinel.touch()
        set_at = loop.time()
        await task
        assert seen[0] - set_at <= LOOK_EVERY_S

    try:
        loop.run_until_complete(session())
    finally:
        loop.close()


def test_it_calls_back_once_and_stays_on_after_the_sentinel_is_lifted(sentinel: Path) -> None:
    seen: list[KillSwitch] = []
    watch = KillWatch(sentinel, seen.append)
    assert not watch.engaged()
    assert watch.seen is None
    sentinel.touch()
    assert watch.engaged()
    sentinel.unlink()
    assert watch.engaged()
    asyncio.run(watch.run())
    assert len(seen) == 1
    assert watch.seen == seen[0]


def test_an_unreadable_switch_counts_as_on(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to("unmounted")
    seen: list[KillSwitch] = []
    watch = KillWatch(Paths(tmp_path).kill_switch, seen.append)
    asyncio.run(watch.run())
    assert [(switch.on, switch.readable) for switch in seen] == [(True, False)]


def test_an_order_is_stopped_before_the_task_looks(sentinel: Path) -> None:
    watch = KillWatch(sentinel, lambda _: None)
    sentinel.touch()
    assert watch.engaged()


@pytest.mark.parametrize("every_s", [0.0, -1.0, 0.026, float("nan"), 1.0])
def test_looks_too_far_apart_are_refused(sentinel: Path, every_s: float) -> None:
    with pytest.raises(BadParameter, match="or more often"):
        KillWatch(sentinel, lambda _: None, every_s=every_s)


def test_what_a_session_saw_holds_for_it_and_not_for_the_next_one(sentinel: Path) -> None:
    sentinel.touch()
    stopped = KillWatch(sentinel, lambda _: None)
    assert stopped.engaged()
    lift_kill_switch(sentinel)
    assert [stopped.engaged() for _ in range(3)] == [True] * 3
    assert not KillWatch(sentinel, lambda _: None).engaged()
