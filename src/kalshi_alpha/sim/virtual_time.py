"""An event loop whose time jumps: hours of a session pass in milliseconds, the same every run.

When nothing is ready to run, the loop's clock is set to its next timer instead of waiting for
it. Everything that waits with asyncio's own timers therefore runs unchanged, in the order of its
deadlines.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from kalshi_alpha.core.errors import BadParameter, KalshiAlphaError

T = TypeVar("T")

# A thread may still be about to wake the loop, so an empty loop waits this long in real time
# before it is called stuck.
STUCK_AFTER_S = 2.0
LIMIT_S = 14 * 86_400.0
"""Longest session: whoever waits for what never comes, beside a timer that repeats, ends here."""


class VirtualTimeStuck(KalshiAlphaError):
    """Every task waits, and nothing will ever wake one of them, or not before the limit."""


class _JumpingSelector(selectors.DefaultSelector):
    """Looks at real file descriptors without waiting, and reports the wait to the loop."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_s = 0.0
        self.limit_s = LIMIT_S

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now; if nothing is, let ``timeout`` seconds have passed.

        Raises
        ------
        VirtualTimeStuck
            If there is no timer to wait for and no thread wakes the loop either, or the limit
            is reached.
        """
        if timeout is None:
            woken = super().select(STUCK_AFTER_S)
            if not woken:
                raise VirtualTimeStuck("every task waits and no timer is set")
            return woken
        ready = super().select(0)
        if not ready and timeout > 0:
            self.elapsed_s += timeout
            if self.elapsed_s > self.limit_s:
                raise VirtualTimeStuck(f"nothing came of {self.limit_s:.0f} virtual seconds")
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop in virtual time, which begins at zero seconds.

    Real sockets may be registered and are looked at, but while the loop has a timer it never
    waits for one: what runs in virtual time talks to the exchange in its own process.

    Parameters
    ----------
    limit_s
        How far the time may go.
    """

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._jumps = _JumpingSelector()
        self._jumps.limit_s = limit_s
        super().__init__(self._jumps)

    def time(self) -> float:
        """Return the virtual seconds since the loop was made."""
        return self._jumps.elapsed_s


class VirtualClock:
    """Tells the UTC time of a loop: its start, plus the seconds the loop has counted since.

    Raises
    ------
    BadParameter
        If the start has no time zone.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, start: datetime) -> None:
        if start.tzinfo is None:
            raise BadParameter(f"a clock starts at an instant with its zone, not at {start}")
        self._loop = loop
        self._start = start.astimezone(UTC)
        self._origin_s = loop.time()

    def now(self) -> datetime:
        """Return the current instant, in UTC with its zone."""
        return self._start + timedelta(seconds=self._loop.time() - self._origin_s)


def run_virtual(
    main: Callable[[VirtualClock], Coroutine[Any, Any, T]],
    start: datetime,
    limit_s: float = LIMIT_S,
) -> T:
    """Run a coroutine to its end in virtual time and return its result.

    Parameters
    ----------
    main
        Given the clock, makes the coroutine.
    start
        The instant at which virtual time begins.
    limit_s
        How long the coroutine may take in virtual time.

    Raises
    ------
    VirtualTimeStuck
        If the coroutine waits for something that cannot happen, or for longer than the limit.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(limit_s)) as runner:
        return runner.run(main(VirtualClock(runner.get_loop(), start)))
