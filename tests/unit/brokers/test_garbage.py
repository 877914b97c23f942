from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from kalshi_alpha.brokers import garbage
from kalshi_alpha.brokers.garbage import collect_between_orders


class _Loop:
    """Holds itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.itself = self


async def _beside(during: Callable[[], Awaitable[None]]) -> None:
    collecting = asyncio.create_task(collect_between_orders(0.001))
    await asyncio.sleep(0)
    try:
        await during()
    finally:
        collecting.cancel()
        with suppress(asyncio.CancelledError):
            await collecting


def test_nothing_is_collected_but_by_the_clock() -> None:
    collections: list[str] = []

    async def during() -> None:
        gc.callbacks.append(seen)
        assert not gc.isenabled()
        made = [[] for _ in range(10 * gc.get_threshold()[0])]  # type: ignore[var-annotated]
        assert made
        assert not collections

    def seen(phase: str, _: dict[str, int]) -> None:
        collections.append(phase)

    try:
        asyncio.run(_beside(during))
    finally:
        gc.callbacks.remove(seen)


@pytest.mark.parametrize("whole_every", [1, 1_000])
def test_garbage_goes_when_the_time_comes(
    whole_every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "_WHOLE_EVERY", whole_every)

    async def during() -> None:
        gone = weakref.ref(_Loop())
        async with asyncio.timeout(5.0):
            while gone() is not None:
                await asyncio.sleep(0.001)

    asyncio.run(_beside(during))


def test_everything_is_as_before_afterwards() -> None:
    async def during() -> None:
        assert gc.get_freeze_count() > 0

    asyncio.run(_beside(during))
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_what_was_off_before_stays_off() -> None:
    async def during() -> None:
        assert not gc.isenabled()

    gc.disable()
    try:
        asyncio.run(_beside(during))
        assert not gc.isenabled()
    finally:
        gc.enable()
