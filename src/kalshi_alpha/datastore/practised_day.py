"""The day that a local exchange practises: its time, and tables of their own for what it shows."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec

from kalshi_alpha.core.errors import ConfigError, VenueUnavailable
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore

ASK_WITHIN_S = 5.0
ALIKE = timedelta(seconds=2)
"""Clocks this close are the same."""
SERVED_SESSION = "served"
STATE = "/sim/state"
"""What is asked for the sake of its time: unsigned, and of no account."""
_ONE_DAY = timedelta(days=1)


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


class _State(msgspec.Struct, frozen=True):
    """What of the exchange's state is read."""

    now: Annotated[datetime, msgspec.Meta(tz=True)]


def practised_clock(exchange: str) -> Clock:
    """Return the time of a local exchange, which it tells to the microsecond.

    The ``Date`` of its replies is cut to the second: two runs that followed each other would keep
    times half a second apart, and the second would seem to receive what is older than the first's.

    Parameters
    ----------
    exchange
        Its address, such as ``http://127.0.0.1:8080``; whoever calls knows that it is local.

    Raises
    ------
    ConfigError
        If it is no address.
    VenueUnavailable
        If it does not answer, or does not tell its time.
    """
    ahead = _ahead(exchange)
    return SystemClock() if abs(ahead) <= ALIKE else ExchangeClock(ahead)


def _ahead(exchange: str) -> timedelta:
    from http.client import HTTPConnection, HTTPException
    from urllib.parse import urlsplit

    try:
        place = urlsplit(exchange)
        port = place.port or 80
    except ValueError as error:
        raise ConfigError(
            f"KALSHI_SIM_URL is no address: {exchange!r}; start `python -m kalshi_alpha.sim serve` "
            "and set it to the address that is printed"
        ) from error
    connection = HTTPConnection(place.hostname or "", port, timeout=ASK_WITHIN_S)
    try:
        sent_at = datetime.now(UTC)
        connection.request("GET", STATE)
        body = connection.getresponse().read()
        received_at = datetime.now(UTC)
        told = msgspec.json.decode(body, type=_State)
    except (OSError, HTTPException) as error:
        raise VenueUnavailable(
            f"no exchange answers at {exchange}: {error}; start `python -m kalshi_alpha.sim "
            "serve` and set KALSHI_SIM_URL to the address that is printed"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise VenueUnavailable(f"{exchange} does not tell its time: {error}") from error
    finally:
        connection.close()
    return told.now - (sent_at + (received_at - sent_at) / 2)


class _Visited(msgspec.Struct, frozen=True):
    """Which local exchange a session was at, and when by its clock."""

    exchange: str
    at: datetime


def practice_store(paths: Paths, exchange: str, at: datetime) -> FeedStore:
    """Return tables of their own below the practice folder.

    What a local exchange shows is of a day that is practised: it is kept apart from what is known
    of the real ones. The folder is emptied unless the last visit was at the same exchange and
    earlier on its day: what was received later than now would stand in the way.

    Parameters
    ----------
    paths
        The desk.
    exchange
        The exchange's address.
    at
        Its time.
    """
    folder = paths.practice_journal(SERVED_SESSION).parent
    note = folder / "exchange.json"
    if not _is_same_day(note, exchange, at):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    write_json(note, _Visited(exchange=exchange, at=at))
    return FeedStore(Paths(folder))


def _is_same_day(note: Path, exchange: str, at: datetime) -> bool:
    try:
        last = msgspec.json.decode(note.read_bytes(), type=_Visited)
    except (OSError, msgspec.DecodeError):
        return False
    return last.exchange == exchange and timedelta(0) <= at - last.at < _ONE_DAY
