"""Collect garbage between orders, never on the way of one.

A collection comes when enough was made since the last one, so most often in the middle of work,
and holds everything up for a tenth of a millisecond to a few milliseconds: as long as an order
needs from its decision to the wire.
"""

from __future__ import annotations

import asyncio
import gc

EVERY_S = 0.25
_WHOLE_EVERY = 240
_YOUNG, _WHOLE = 1, 2


async def collect_between_orders(every_s: float = EVERY_S) -> None:
    """Collect by the clock, and in no other moment, until cancelled.

    What is alive at the start is looked at no more; of what came since, the young is collected
    every time and all of it every two hundred and forty times. Afterwards everything is as before.

    Parameters
    ----------
    every_s
        Seconds between two collections.
    """
    was_on = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        times = 0
        while True:
            await asyncio.sleep(every_s)
            times += 1
            gc.collect(_WHOLE if times % _WHOLE_EVERY == 0 else _YOUNG)
    finally:
        gc.unfreeze()
        if was_on:
            gc.enable()
