"""The heartbeat of a session that goes on while time passes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from kalshi_alpha.core.errors import StaleData
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.state import Heartbeat, renew_heartbeat, write_heartbeat

BEAT_EVERY_S = 2.0


@asynccontextmanager
async def live_beat(
    path: Path,
    clock: Clock,
    session: str,
    *,
    every_s: float = BEAT_EVERY_S,
    takes_over: bool = False,
    on_failure: Callable[[OSError], None] = lambda _: None,
) -> AsyncIterator[None]:
    """Beat while the block runs, and say at its end that the session is over.

    The event loop sets off each beat, so a loop that hangs stops beating, and another thread
    writes it, so the disk holds nothing up.

    Parameters
    ----------
    path
        The heartbeat file.
    clock
        Dates the beats.
    session
        The session's name.
    every_s
        Seconds between two beats; the watchdog expects several in ten seconds.
    takes_over
        Replace the old beat of a session that died: only for a session that holds the account's
        lock, so that the other is known to be gone, and that has reconciled its orders.
    on_failure
        Called when a beat could not be written; the next is tried all the same, and whoever
        reads the old one meanwhile takes the session for hung.

    Raises
    ------
    TornFile, NewerSchema, FutureData
        If the old heartbeat cannot be trusted; it is left as it is.
    StaleData
        If another session claims to run and died, unless ``takes_over``.
    """
    _begin(path, _beat(clock, session, running=True), takes_over=takes_over)
    beating = asyncio.create_task(_keep_beating(path, clock, session, every_s, on_failure))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        write_heartbeat(path, _beat(clock, session, running=False))


def _begin(path: Path, beat: Heartbeat, *, takes_over: bool) -> None:
    try:
        renew_heartbeat(path, beat)
    except StaleData:
        if not takes_over:
            raise
        write_heartbeat(path, beat)


async def _keep_beating(
    path: Path, clock: Clock, session: str, every_s: float, on_failure: Callable[[OSError], None]
) -> None:
    while True:
        await asyncio.sleep(every_s)
        beat = _beat(clock, session, running=True)
        writing = asyncio.ensure_future(asyncio.to_thread(write_heartbeat, path, beat))
        try:
            await asyncio.shield(writing)
        except OSError as error:
            on_failure(error)
        except asyncio.CancelledError:
            # No beat may land after the one that ends the session.
            await asyncio.wait([writing])
            raise


def _beat(clock: Clock, session: str, *, running: bool) -> Heartbeat:
    return Heartbeat(generated_at=clock.now(), session=session, running=running, pid=os.getpid())
