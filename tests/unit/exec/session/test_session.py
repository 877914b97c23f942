from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard
from kalshi_alpha.exec.session.session import _watch_clock
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from order_cases import AT


class Jumpy:
    """A clock that can be set."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock, self.set_by = clock, timedelta(0)

    def now(self) -> Any:
        return self._clock.now() + self.set_by


@pytest.mark.parametrize(("seconds", "ends"), [(3.0, False), (8.0, True)])
def test_a_step_is_told_within_a_second_and_a_wrong_clock_ends_the_session(
    seconds: float, ends: bool
) -> None:
    said: list[tuple[float, str]] = []

    async def main(clock: VirtualClock) -> list[str]:
        own, stopped = Jumpy(clock), list[str]()
        guard, began = ClockGuard(own), clock.now()

        def alert(word: str, _sentence: str) -> None:
            said.append(((clock.now() - began).total_seconds(), word))

        given: Any = SimpleNamespace(
            client=SimpleNamespace(guard=guard),
            observer=SimpleNamespace(alert=alert, wake=lambda: None),
        )
        loop: Any = SimpleNamespace(stop=lambda: stopped.append("stopped"))
        watching = asyncio.ensure_future(_watch_clock(given, loop))
        await asyncio.sleep(2.0)
        own.set_by = timedelta(seconds=seconds)
        await asyncio.sleep(1.0)
        date = {"date": format_datetime(clock.now().replace(microsecond=0), usegmt=True)}
        guard.noted(date, own.now(), own.now())
        await asyncio.sleep(1.0)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        return stopped

    stopped = run_virtual(main, AT)
    assert stopped == (["stopped"] if ends else [])
    (told,) = said
    assert told[1] == "clock_skew"
    assert 2.0 <= told[0] <= 3.0
