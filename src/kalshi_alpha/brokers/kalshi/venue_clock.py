"""The clock of what runs while time passes: the system's, or the local exchange's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import VenueUnavailable
from kalshi_alpha.core.ports import Clock

ASK_WITHIN_S = 5.0
ALIKE = timedelta(seconds=2)
"""Clocks this close are the same: what is read of the other is only the second."""
_DATE_GRAIN = timedelta(seconds=1)


class SystemClock:
    """Tells the system's time; a run that decides once takes a `RunClock` instead."""

    def now(self) -> datetime:
        """Return the current instant, in UTC with its zone."""
        return datetime.now(UTC)


class ExchangeClock:
    """The system's clock, moved to the day that a local exchange practises.

    A step of the system's clock is a step of this one, so a guard of clocks sees it all the same.

    Parameters
    ----------
    ahead
        The exchange's time less the system's.
    """

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        """Return the exchange's instant, in UTC with its zone."""
        return datetime.now(UTC) + self.ahead


def venue_clock(env: KalshiEnv, environ: Mapping[str, str]) -> Clock:
    """Return the clock that a venue expects of us: always the system's, but for the local one.

    A local exchange may practise another day, and says which in the ``Date`` of its replies.

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
    ahead = _ahead(environ)
    return SystemClock() if abs(ahead) <= ALIKE else ExchangeClock(ahead)


def _ahead(environ: Mapping[str, str]) -> timedelta:
    from email.utils import parsedate_to_datetime
    from http.client import HTTPConnection, HTTPException
    from urllib.parse import urlsplit

    from kalshi_alpha.brokers.kalshi.hosts import venue_host

    host = venue_host(KalshiEnv.SIM, environ)
    place = urlsplit(host.rest)
    connection = HTTPConnection(place.hostname or "", place.port or 80, timeout=ASK_WITHIN_S)
    try:
        sent_at = datetime.now(UTC)
        connection.request("GET", f"{host.rest_prefix}/exchange/status")
        date = connection.getresponse().headers.get("date", "")
        received_at = datetime.now(UTC)
        stamp = parsedate_to_datetime(date)
    except (OSError, HTTPException) as error:
        raise VenueUnavailable(
            f"no exchange answers at {host.rest}: {error}; start `python -m kalshi_alpha.sim "
            "serve` and set KALSHI_SIM_URL to the address that is printed"
        ) from error
    except ValueError as error:
        raise VenueUnavailable(f"{host.rest} does not tell its time: {error}") from error
    finally:
        connection.close()
    # The header is cut to the second: its middle is nearest.
    return stamp + _DATE_GRAIN / 2 - (sent_at + (received_at - sent_at) / 2)
