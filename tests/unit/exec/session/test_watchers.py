from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.exec.session import watchers
from kalshi_alpha.exec.session.watchers import Renewed, renewed_quotes, watch_clock
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
        watching = asyncio.ensure_future(watch_clock(given, loop))
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


class Desk:
    """Everything that a renewed quote reaches."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.solver: Any = SimpleNamespace(renew=lambda forecasts: self.said.append(f"{forecasts}"))
        self.gate: Any = SimpleNamespace(quote_said=self.said.append)
        observer = SimpleNamespace(
            alert=lambda word, sentence: self.said.append(f"{word}: {sentence}"),
            wake=lambda: self.said.append("woken"),
        )
        self.given: Any = SimpleNamespace(observer=observer)

    def renewed(self, monkeypatch: pytest.MonkeyPatch, *answers: Renewed | Exception) -> list[str]:
        """Let the quote be asked for as often as there are answers."""
        monkeypatch.setattr(watchers, "RENEW_EVERY_S", 0.0)
        left, done = list(answers), asyncio.Event()
        loop: Any = None

        def renewal() -> Renewed:
            if not left:
                loop.call_soon_threadsafe(done.set)
                raise MissingData("none left")
            answer = left.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        async def main() -> None:
            nonlocal loop
            loop = asyncio.get_running_loop()
            task = asyncio.create_task(renewed_quotes(self.given, renewal, self.solver, self.gate))
            await asyncio.wait_for(done.wait(), 5)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(main())
        return [each for each in self.said if each != "live_quote: none left"]


def test_a_newer_quote_reaches_the_gate_the_solver_and_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readings: Any = ("reading",)
    said = Desk().renewed(monkeypatch, Renewed((), readings))
    assert said == [readings, "{}", "woken"]


def test_a_quote_that_does_not_come_is_told_and_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    readings: Any = ("reading",)
    said = Desk().renewed(monkeypatch, MissingData("no answer"), Renewed((), readings))
    assert said == ["live_quote: no answer", readings, "{}", "woken"]
