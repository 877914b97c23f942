from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.sim import virtual_time
from kalshi_alpha.sim.virtual_time import (
    VirtualClock,
    VirtualLoop,
    VirtualTimeStuck,
    run_virtual,
)

START = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)


def test_a_week_of_sleep_takes_no_real_time_and_is_counted_exactly() -> None:
    async def main(clock: VirtualClock) -> datetime:
        await asyncio.sleep(7 * 86_400)
        return clock.now()

    began = time.perf_counter()
    assert run_virtual(main, START) == START + timedelta(days=7)
    assert time.perf_counter() - began < 1.0


def test_tasks_wake_in_the_order_of_their_deadlines() -> None:
    woken: list[tuple[float, float]] = []

    async def sleeper(delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        woken.append((delay_s, asyncio.get_running_loop().time()))

    async def main(_: VirtualClock) -> None:
        await asyncio.gather(*(sleeper(delay) for delay in (3.0, 0.5, 2.0, 0.001)))

    run_virtual(main, START)
    assert woken == [(0.001, 0.001), (0.5, 0.5), (2.0, 2.0), (3.0, 3.0)]


def test_a_timeout_fires_in_virtual_time() -> None:
    async def main(clock: VirtualClock) -> datetime:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return clock.now()

    assert run_virtual(main, START) == START + timedelta(seconds=30)


def test_a_loop_in_which_nothing_can_happen_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_time, "STUCK_AFTER_S", 0.01)

    async def main(_: VirtualClock) -> None:
        await asyncio.Event().wait()

    with pytest.raises(VirtualTimeStuck, match="no timer is set"):
        run_virtual(main, START)


def test_a_wait_beside_a_repeating_timer_ends_at_the_limit() -> None:
    async def main(_: VirtualClock) -> None:
        loop = asyncio.get_running_loop()

        def tick() -> None:
            loop.call_later(1.0, tick)

        tick()
        await asyncio.Event().wait()

    with pytest.raises(VirtualTimeStuck, match="60 virtual seconds"):
        run_virtual(main, START, limit_s=60)


def test_a_thread_still_wakes_a_loop_without_timers() -> None:
    async def main(_: VirtualClock) -> int:
        return await asyncio.to_thread(lambda: 41 + 1)

    assert run_virtual(main, START) == 42


def test_two_runs_see_the_same_instants() -> None:
    async def main(clock: VirtualClock) -> list[datetime]:
        seen = []
        for step in range(1, 200):
            await asyncio.sleep(step / 7)
            seen.append(clock.now())
        return seen

    assert run_virtual(main, START) == run_virtual(main, START)


def test_a_clock_needs_a_zone() -> None:
    loop = VirtualLoop()
    try:
        with pytest.raises(BadParameter, match="zone"):
            VirtualClock(loop, datetime(2025, 6, 11, 10, 30))  # noqa: DTZ001 - the refused case
    finally:
        loop.close()
