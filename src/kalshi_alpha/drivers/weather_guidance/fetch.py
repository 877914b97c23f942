"""Getting the payloads from the publisher: each station's bulletins as one payload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.drivers.weather_guidance.parse import GROUP_SEPARATOR

HOST = "mesonet.agron.iastate.edu"
ENDPOINT = Endpoint("weather_guidance", frozenset({HOST}))

MODELS = ("NBS", "GFS", "NAM")
"""Bulletins that are asked for, by the archive's names: blend, GFS MOS, NAM MOS."""

_ARCHIVE = (
    f"https://{HOST}/cgi-bin/request/mos.py"
    "?station={station}&model={model}&sts={since}&ets={until}&format=csv"
)
_STAMP = "%Y-%m-%dT%H:%MZ"
_SPAN = timedelta(days=1)


def archive_url(station: str, model: str, at: datetime) -> str:
    """Return the address of a station's cycles of the day before ``at``.

    Parameters
    ----------
    station : str
        ICAO identifier.
    model : str
        One of `MODELS`.
    at : datetime
        The clock.
    """
    until = at.astimezone(UTC)
    since, end = (until - _SPAN).strftime(_STAMP), until.strftime(_STAMP)
    return _ARCHIVE.format(station=station, model=model, since=since, until=end)


def fetch(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    """Ask the archive at Iowa State for the bulletins of every traded station.

    The bulletins themselves come as one text for two thousand stations; the archive holds each
    station's within minutes.

    Yields
    ------
    Payload
        One a station: its bulletins as they came, each introduced by a group separator.

    Raises
    ------
    FetchFailed
        At the end, naming what could not be had; the others were yielded.
    """
    failures: list[str] = []
    for station in access.stations:
        bodies: list[bytes] = []
        for model in MODELS:
            try:
                bodies.append(access.get(ENDPOINT, archive_url(f"K{station}", model, at)))
            except FetchFailed as error:
                failures.append(f"{station} {model}: {error}")
        if bodies:
            joined = b"".join(GROUP_SEPARATOR + body + b"\n" for body in bodies)
            yield Payload(ENDPOINT.source, joined, access.now(), origin=HOST)
    if failures:
        raise FetchFailed("; ".join(failures))
