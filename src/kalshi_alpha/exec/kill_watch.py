"""Sees the kill switch within 50 ms, from inside a running session.

An order is stopped by `KillWatch.engaged`, which looks at the disk each time it is asked; the
task is there for what rests already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.kill_switch import KillSwitch, read_kill_switch

SEEN_WITHIN_S = 0.050
LOOK_EVERY_S = 0.020


class KillWatch:
    """Looks at the sentinel and calls back once, when it stands or nobody can tell.

    What was seen once holds for the life of the process, even if the sentinel is lifted: a
    session that was stopped ends, and the next one begins with a reconciliation.

    Parameters
    ----------
    path
        The sentinel.
    on_kill
        Called once, in the event loop, with what was seen.
    every_s
        Seconds between two looks, at most half of `SEEN_WITHIN_S` so that a late one is in time.

    Raises
    ------
    BadParameter
        If the looks are too far apart.
    """

    def __init__(
        self,
        path: Path,
        on_kill: Callable[[KillSwitch], None],
        *,
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        if not 0.0 < every_s <= SEEN_WITHIN_S / 2:
            raise BadParameter(f"look every {SEEN_WITHIN_S / 2} s or more often, was {every_s}")
        self._path = path
        self._on_kill = on_kill
        self._every_s = every_s
        self._seen: KillSwitch | None = None

    @property
    def seen(self) -> KillSwitch | None:
        """The switch as it was when it was seen on; None while it is off."""
        return self._seen

    def engaged(self) -> bool:
        """Look now, and return whether the switch is or was on; call back if that is new."""
        if self._seen is None:
            switch = read_kill_switch(self._path)
            if switch.on:
                self._seen = switch
                self._on_kill(switch)
        return self._seen is not None

    async def run(self) -> None:
        """Look again and again; return once the switch was seen on."""
        while not self.engaged():
            await asyncio.sleep(self._every_s)
