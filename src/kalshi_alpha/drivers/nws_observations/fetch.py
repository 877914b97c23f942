"""Getting the payloads from the publisher: each station's observations as one payload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload

HOST = "api.weather.gov"
ENDPOINT = Endpoint("nws_observations", frozenset({HOST}))
HEADERS = {"Accept": "application/geo+json"}
"""Without it the service answers in a format of its choice."""

# The running climate day and, for its last group of extremes, the one before.
_SPAN = timedelta(hours=30)
_STAMP = "%Y-%m-%dT%H:%M:%SZ"


def collection_url(station: str, at: datetime) -> str:
    """Return the address of a station's observations of the running and the last climate day.

    Parameters
    ----------
    station : str
        ICAO identifier.
    at : datetime
        The clock.
    """
    end = at.astimezone(UTC)
    since, until = (end - _SPAN).strftime(_STAMP), end.strftime(_STAMP)
    return f"https://{HOST}/stations/{station}/observations?start={since}&end={until}&limit=500"


def fetch(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    """Ask for the observations of every traded station.

    Yields
    ------
    Payload
        One a station, as it came.

    Raises
    ------
    FetchFailed
        At the end, naming the stations that could not be had; the others were yielded.
    """
    failures: list[str] = []
    for station in access.stations:
        try:
            body = access.get(ENDPOINT, collection_url(f"K{station}", at), headers=HEADERS)
        except FetchFailed as error:
            failures.append(f"{station}: {error}")
            continue
        yield Payload(ENDPOINT.source, body, access.now(), origin=HOST)
    if failures:
        raise FetchFailed("; ".join(failures))
