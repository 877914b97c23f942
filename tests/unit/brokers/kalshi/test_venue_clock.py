from __future__ import annotations

import pytest

from kalshi_alpha.brokers.kalshi import venue_clock as module
from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock, venue_clock
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.ports import Clock

HERE = {"KALSHI_SIM_URL": "http://127.0.0.1:8080/"}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the time was asked of; all of them tell the system's."""
    found: list[str] = []

    def practised_clock(exchange: str) -> Clock:
        found.append(exchange)
        return SystemClock()

    monkeypatch.setattr(module, "practised_clock", practised_clock)
    return found


def test_the_local_exchange_is_asked_what_day_it_practises(asked: list[str]) -> None:
    assert isinstance(venue_clock(KalshiEnv.SIM, HERE), SystemClock)
    assert asked == ["http://127.0.0.1:8080"]


@pytest.mark.parametrize("env", [KalshiEnv.DEMO, KalshiEnv.PROD])
def test_a_real_venue_is_met_by_the_systems_clock_whatever_runs_here(
    env: KalshiEnv, asked: list[str]
) -> None:
    assert isinstance(venue_clock(env, HERE), SystemClock)
    assert asked == []


@pytest.mark.parametrize("url", ["", "http://198.51.100.7:80"])
def test_an_exchange_elsewhere_or_nowhere_is_refused(url: str, asked: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"KALSHI_SIM_URL|loopback"):
        venue_clock(KalshiEnv.SIM, {"KALSHI_SIM_URL": url})
    assert asked == []
