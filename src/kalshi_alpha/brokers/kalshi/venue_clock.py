"""The clock of what runs while time passes: the system's, or the local exchange's."""

from __future__ import annotations

from collections.abc import Mapping

from kalshi_alpha.brokers.kalshi.hosts import venue_host
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.practised_day import ExchangeClock, SystemClock, practised_clock

__all__ = ["ExchangeClock", "SystemClock", "venue_clock"]


def venue_clock(env: KalshiEnv, environ: Mapping[str, str]) -> Clock:
    """Return the clock that a venue expects of us: always the system's, but for the local one.

    A local exchange may practise another day, and says which.

    Parameters
    ----------
    env
        Which venue.
    environ
        ``KALSHI_SIM_URL`` says where the local exchange listens.

    Raises
    ------
    ConfigError
        If the local exchange's address is missing or not on this machine.
    VenueUnavailable
        If it does not answer, or does not tell its time.
    """
    if env is not KalshiEnv.SIM:
        return SystemClock()
    return practised_clock(venue_host(KalshiEnv.SIM, environ).rest)
