"""Saying what a stopped terminal did not take, once it takes it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kalshi_alpha.datastore.streams import Speaker

LOOK_EVERY_S = 0.25


@asynccontextmanager
async def keep_saying(speak: Speaker) -> AsyncIterator[None]:
    """Let a speaker say what it kept as soon as it is taken, while the block runs."""
    saying = asyncio.create_task(_say(speak))
    try:
        yield
    finally:
        saying.cancel()
        await asyncio.gather(saying, return_exceptions=True)


async def _say(speak: Speaker) -> None:
    while True:
        speak.more()
        await asyncio.sleep(LOOK_EVERY_S)
