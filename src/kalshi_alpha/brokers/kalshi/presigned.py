"""Signatures made ahead, so that an order does not wait for one.

The signature covers timestamp, method and path and not the body, so it can be made before the
order is known. A set of headers carries the time it was made at, is used once and only within
half a second of it, lives in memory only, and is dropped when the kill switch is on. It is used
outside the local exchange only where ``KALSHI_PRESIGN=on`` says so, since no one has seen yet
what the venue makes of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from contextlib import suppress

from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import BadParameter, ConfigError
from kalshi_alpha.core.ports import Clock

VARIABLE = "KALSHI_PRESIGN"
AGE_MAX_MS = 500
DEPTH = 4
REFILL_EVERY_S = 0.1
SETTLE_S = 0.005

Target = tuple[str, str]
"""Method and path."""


def presigning_wanted(env: KalshiEnv, environ: Mapping[str, str]) -> bool:
    """Say whether signatures are made ahead: in the local exchange, elsewhere where it is set.

    Raises
    ------
    ConfigError
        If ``KALSHI_PRESIGN`` is neither ``on`` nor ``off``.
    """
    setting = environ.get(VARIABLE, "")
    if setting not in {"", "on", "off"}:
        raise ConfigError(f"{VARIABLE} must be on or off, was {setting!r}")
    return setting == "on" or (setting == "" and env is KalshiEnv.SIM)


class PresignedPool:
    """Fresh headers for a few targets.

    Parameters
    ----------
    signer
        Makes them.
    clock
        What their timestamps are taken from.
    targets
        Methods and paths, with the API's prefix.
    depth
        How many are kept for each target.
    may_sign
        Asked before every use; the first False empties the pool. Here the kill switch and the
        clock guard come in.

    Raises
    ------
    BadParameter
        If the depth is not between 1 and 64.
    """

    def __init__(
        self,
        signer: Signer,
        clock: Clock,
        targets: Iterable[Target],
        *,
        depth: int = DEPTH,
        may_sign: Callable[[], bool] = lambda: True,
    ) -> None:
        if not 1 <= depth <= 64:
            raise BadParameter(f"a pool holds 1 to 64 signatures a target, was {depth}")
        self._signer, self._clock, self._depth = signer, clock, depth
        self._may_sign = may_sign
        self._ready: dict[Target, deque[tuple[int, dict[str, str]]]] = {
            target: deque() for target in targets
        }
        self._last_ms: dict[Target, int] = dict.fromkeys(self._ready, 0)
        # Counts how often the pool was cleared: what was being signed meanwhile is not added.
        self._cleared = 0
        self._taken: asyncio.Event | None = None

    def take(self, method: str, path: str) -> dict[str, str] | None:
        """Take the newest usable headers of a target, or None; they are gone then."""
        if not self._may_sign():
            self.clear()
            return None
        ready = self._ready.get((method, path))
        now_ms = self._now_ms()
        if self._taken is not None:
            # Later: the order that takes one is on its way.
            asyncio.get_running_loop().call_soon(self._taken.set)
        while ready:
            at_ms, headers = ready.pop()
            if 0 <= now_ms - at_ms <= AGE_MAX_MS:
                return headers
        return None

    def clear(self) -> None:
        """Forget every signature, those that are being made too."""
        self._cleared += 1
        for ready in self._ready.values():
            ready.clear()

    def refill(self) -> None:
        """Drop what is too old and sign what is missing, here and now."""
        for target, at_ms in self._missing():
            self._add(target, at_ms, self._signer.headers(*target, at_ms), self._cleared)

    async def keep(self, executor: Executor) -> None:
        """Keep the pool full until cancelled, signing on a thread; it is empty afterwards."""
        loop = asyncio.get_running_loop()
        self._taken = taken = asyncio.Event()
        try:
            while True:
                taken.clear()
                for target, at_ms in self._missing():
                    cleared = self._cleared
                    headers = await loop.run_in_executor(
                        executor, self._signer.headers, *target, at_ms
                    )
                    self._add(target, at_ms, headers, cleared)
                with suppress(TimeoutError):
                    async with asyncio.timeout(REFILL_EVERY_S):
                        await taken.wait()
                # The order that took one is on its way now, and needs the processor more.
                await asyncio.sleep(SETTLE_S)
        finally:
            self._taken = None
            self.clear()

    def _missing(self) -> list[tuple[Target, int]]:
        """Return what to sign: timestamps up to now, none of them twice for one target."""
        if not self._may_sign():
            self.clear()
            return []
        now_ms = self._now_ms()
        wanted: list[tuple[Target, int]] = []
        for target, ready in self._ready.items():
            # Half their life is left to those kept, so that a fresh one is always at hand.
            while ready and not 0 <= now_ms - ready[0][0] <= AGE_MAX_MS // 2:
                ready.popleft()
            stamp = max(self._last_ms[target] + 1, now_ms - (self._depth - len(ready)) + 1)
            for at_ms in range(stamp, now_ms + 1):
                wanted.append((target, at_ms))
                self._last_ms[target] = at_ms
        return wanted

    def _add(self, target: Target, at_ms: int, headers: dict[str, str], cleared: int) -> None:
        if cleared == self._cleared:
            self._ready[target].append((at_ms, headers))

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def __repr__(self) -> str:
        held = {f"{method} {path}": len(ready) for (method, path), ready in self._ready.items()}
        return f"PresignedPool({held})"
