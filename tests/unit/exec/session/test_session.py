from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from types import CoroutineType, SimpleNamespace
from typing import Any

import pytest

from kalshi_alpha.exec.session import session
from kalshi_alpha.exec.session.session import session_end
from order_cases import AT, later


@pytest.mark.parametrize(
    ("closes", "until", "end"),
    [((3600, 1800), 7200, 1800), ((3600, 1800), 900, 900), ((3600,), None, 3600)],
)
def test_a_session_ends_with_its_window_or_the_first_close(
    closes: tuple[int, ...], until: int | None, end: int
) -> None:
    markets = [SimpleNamespace(close_at=later(each)) for each in closes]
    phase = SimpleNamespace(rests_until=None if until is None else later(until))
    scanned: Any = SimpleNamespace(
        snapshots=[SimpleNamespace(ladder=SimpleNamespace(markets=markets))],
        known=SimpleNamespace(phase=phase),
    )
    assert session_end(scanned) == AT + timedelta(seconds=end)


def test_no_session_outlasts_the_end_of_its_window_however_late_its_markets_close() -> None:
    markets = [SimpleNamespace(close_at=later(each)) for each in (9_000, 90_000)]
    ladders = [SimpleNamespace(ladder=SimpleNamespace(markets=[each])) for each in markets]
    for until in range(100, 9_000, 445):
        phase = SimpleNamespace(rests_until=later(until))
        scanned: Any = SimpleNamespace(snapshots=ladders, known=SimpleNamespace(phase=phase))
        assert session_end(scanned) == later(until)


async def _nothing(*_: object, **__: object) -> None:
    """Stand for what goes on beside a session."""


def beside(monkeypatch: pytest.MonkeyPatch, *, in_real_time: bool) -> set[str]:
    """Quote nothing, and return the names of what went on beside it."""
    named: set[str] = set()

    @asynccontextmanager
    async def running(tasks: Iterable[CoroutineType[Any, Any, None]]) -> AsyncIterator[None]:
        for task in tasks:
            named.add(task.cr_code.co_name)
            task.close()
        yield

    monkeypatch.setattr(session, "running", running)
    monkeypatch.setattr(session, "everything_off", _nothing)
    monkeypatch.setattr(session, "session_end", lambda _: later(60))
    monkeypatch.setattr(session, "LiveDesk", lambda *_, **__: None)
    monkeypatch.setattr(session, "_quoted", lambda _: {})
    loop = SimpleNamespace(run=_nothing, wake=None, stop=None)
    monkeypatch.setattr(session, "QuotingLoop", lambda *_, **__: loop)
    monkeypatch.setattr(session, "_stream", lambda *_: (SimpleNamespace(run=_nothing), None))
    observer = SimpleNamespace(refused=None, round_done=None, on_wake=lambda _: None)
    given: Any = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: AT),
        observer=observer,
        in_real_time=in_real_time,
        signing_on=None,
        client=SimpleNamespace(presigned=None, guard=SimpleNamespace(latched=False)),
    )
    gateway: Any = SimpleNamespace(run=_nothing)
    solver: Any = SimpleNamespace(tickers=(), belief=None)
    rest: Any = None
    asyncio.run(session._quote(given, gateway, rest, rest, solver, rest, None, None))
    return named


def test_in_real_time_garbage_is_collected_between_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "collect_between_orders" in beside(monkeypatch, in_real_time=True)


def test_in_virtual_time_nothing_waits_by_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "collect_between_orders" not in beside(monkeypatch, in_real_time=False)
