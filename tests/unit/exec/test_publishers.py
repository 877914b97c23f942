from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desk import AT, REPOSITORY
from kalshi_alpha.brokers.kalshi.hosts import VenueHost, venue_host
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.online import wire_online
from kalshi_alpha.exec.publishers import practice_store, publishers
from runs import new_root
from sim_exchange import Clock

SERVED = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"KALSHI_ALPHA_HOME": str(new_root(tmp_path)), "KALSHI_ENV": "demo"}


def test_publishers_want_to_know_whom_to_turn_to(environ: dict[str, str]) -> None:
    online = wire_online(
        series="CPI",
        environ=environ,
        practice_history=REPOSITORY / "tests/data_fixtures",
        as_of=None,
    )
    with pytest.raises(UsageError, match="KALSHI_ALPHA_CONTACT"):
        publishers(online.run, online.clock, venue_host(KalshiEnv.DEMO, {}), environ)


def test_a_day_that_was_practised_is_kept_until_it_begins_anew(environ: dict[str, str]) -> None:
    online = wire_online(
        series="CPI",
        environ=environ,
        practice_history=REPOSITORY / "tests/data_fixtures",
        as_of=None,
    )
    clock = Clock(AT)

    def store(hours: float) -> Path:
        at = RunClock(clock.at + timedelta(hours=hours), ClockSource.SET)
        root: Path = practice_store(replace(online.run, clock=at), SERVED).paths.root
        return root

    kept = store(0) / "kept"
    kept.touch()
    assert (store(1) / "kept").exists()
    # Earlier than the last time: what was received later than now would stand in the way.
    assert not (store(0) / "kept").exists()
    kept.touch()
    assert not (store(25) / "kept").exists()
