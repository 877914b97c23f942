from __future__ import annotations

import asyncio
import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.sim.__main__ import _as_line
from kalshi_alpha.sim.server_session import CASH, Ready, SessionTerms, serve

FIXTURES = Path(__file__).resolve().parents[2] / "data_fixtures"


def _terms(folder: Path, **more: Any) -> SessionTerms:
    fields: dict[str, Any] = {"markets": FIXTURES, "keys": folder / "keys", "series": ("KXCPI",)}
    return SessionTerms(**fields | {"flow": False, "run_seconds": 0.0} | more)


def _served(terms: SessionTerms) -> Ready:
    ready: list[Ready] = []
    asyncio.run(serve(terms, ready.append))
    return ready[0]


def test_a_session_says_where_it_listens_and_with_what_keys(tmp_path: Path) -> None:
    ready = _served(_terms(tmp_path, seed=5))
    assert ready.url.startswith("http://127.0.0.1:")
    assert (ready.seed, ready.markets) == (5, 8)
    assert ready.environ["KALSHI_ENV"] == "sim"
    assert ready.environ["KALSHI_SIM_URL"] == ready.url
    pem = Path(ready.environ["KALSHI_SIM_PRIVATE_KEY_PEM_PATH"])
    assert pem.stat().st_mode & 0o077 == 0
    kept = json.loads((tmp_path / "keys" / "keys.json").read_bytes())
    assert kept == msgspec.to_builtins(ready)


@pytest.mark.parametrize("flow", [False, True])
def test_a_session_says_how_many_of_its_markets_are_closed(tmp_path: Path, *, flow: bool) -> None:
    start = datetime(2024, 12, 11, 15, tzinfo=UTC)
    ready = _served(_terms(tmp_path, series=(), start=start, flow=flow))
    assert 0 < ready.closed < ready.markets
    assert not ready.paused
    line = _as_line(ready, Path("keys"))
    assert line.endswith(f"keys in keys; {ready.closed} of them do not trade at 2024-12-11T15:00Z")
    before = _served(_terms(tmp_path, start=datetime(2024, 12, 11, 11, tzinfo=UTC), flow=flow))
    assert before.closed == 0
    assert _as_line(before, Path("keys")).endswith("keys in keys")


def test_a_session_says_that_trading_is_paused(tmp_path: Path) -> None:
    ready = _served(_terms(tmp_path, start=datetime(2024, 12, 5, 8, 30, tzinfo=UTC)))
    assert ready.paused
    assert _as_line(ready, Path("keys")).endswith("; trading is paused")


def test_a_session_ends_by_a_signal(tmp_path: Path) -> None:
    async def main() -> None:
        told = asyncio.Event()
        terms = _terms(tmp_path, run_seconds=None)
        session = asyncio.ensure_future(serve(terms, lambda _: told.set()))
        await told.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(2):
            await session

    asyncio.run(main())


def test_keys_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(ConfigError, match="--keys"):
        _served(_terms(tmp_path))


def test_a_new_account_has_a_thousand_dollars() -> None:
    assert str(CASH) == "1000.000000"
