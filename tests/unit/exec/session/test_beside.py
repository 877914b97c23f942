from __future__ import annotations

import asyncio

import pytest

from kalshi_alpha.exec.session.beside import running


def test_the_first_task_that_fails_ends_the_block_with_its_own_error() -> None:
    class Broken(Exception):
        pass

    async def breaks() -> None:
        await asyncio.sleep(0.01)
        raise Broken

    async def main() -> None:
        async with running([breaks(), asyncio.sleep(60)]):
            await asyncio.sleep(60)

    with pytest.raises(Broken):
        asyncio.run(main())


def test_tasks_end_with_the_block() -> None:
    ended: list[str] = []

    async def goes_on() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("task")

    async def main() -> None:
        async with running([goes_on()]):
            await asyncio.sleep(0.01)
        ended.append("block")

    asyncio.run(main())
    assert ended == ["task", "block"]
