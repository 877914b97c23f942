from __future__ import annotations

import asyncio
import os
import sys

import pytest

from kalshi_alpha.datastore.streams import Speaker
from kalshi_alpha.exec import keep_saying as module
from kalshi_alpha.exec.keep_saying import keep_saying


def test_what_was_kept_is_said_as_soon_as_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.001)
    reading, writing = os.pipe()
    line = f"{'x' * 99}\n"

    async def watched(speak: Speaker) -> str:
        seen = ""
        async with keep_saying(speak):
            for _ in range(1_000):
                speak(line.rstrip())
            # More than the pipe holds: the rest follows while nobody says anything new.
            while len(seen) < 1_000 * len(line):
                seen += (await asyncio.to_thread(os.read, reading, 1 << 16)).decode()
        return seen

    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert asyncio.run(watched(Speaker("pilot"))) == 1_000 * line
    os.close(reading)


def test_it_ends_with_the_block_though_the_block_fails() -> None:
    async def failing() -> set[asyncio.Task[object]]:
        with pytest.raises(ZeroDivisionError):
            async with keep_saying(Speaker("pilot")):
                raise ZeroDivisionError
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(failing()) == set()
