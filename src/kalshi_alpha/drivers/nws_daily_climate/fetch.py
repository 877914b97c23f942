"""Getting the payloads from the publisher: each station's newest reports as one payload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kalshi_alpha.core.errors import FetchFailed, ParseRefused
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.drivers.nws_daily_climate.parse import GROUP_SEPARATOR
from kalshi_alpha.drivers.nws_daily_climate.product import Product, list_products

HOST = "api.weather.gov"
ENDPOINT = Endpoint("nws_daily_climate", frozenset({HOST}))
HEADERS = {"Accept": "application/ld+json"}
"""Without it the service answers in a format of its choice."""

NEWEST = 6
"""Reports asked for of each station: two days of finals, interim reports and corrections."""


def listing_url(station: str) -> str:
    """Return the address of a station's list of reports.

    No parameter may be added: the service answers an unknown one with an error.
    """
    return f"https://{HOST}/products/types/CLI/locations/{station}"


def product_url(product: Product) -> str:
    """Return the address of one report."""
    return f"https://{HOST}/products/{product.id}"


def fetch(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    """Ask for the newest reports of every traded station.

    Yields
    ------
    Payload
        One a station: its reports as they came, each introduced by a group separator.

    Raises
    ------
    FetchFailed
        At the end, naming the stations that could not be had; the others were yielded.
    """
    del at  # The service lists what is newest, whenever it is asked.
    failures: list[str] = []
    for station in access.stations:
        try:
            body = _reports(access, station)
        except (FetchFailed, ParseRefused) as error:
            failures.append(f"{station}: {error}")
            continue
        yield Payload(ENDPOINT.source, body, access.now(), origin=HOST)
    if failures:
        raise FetchFailed("; ".join(failures))


def _reports(access: FeedAccess, station: str) -> bytes:
    listed = list_products(access.get(ENDPOINT, listing_url(station), headers=HEADERS))
    if not listed:
        raise FetchFailed(f"{ENDPOINT.source}: no report is listed")
    bodies = [access.get(ENDPOINT, product_url(p), headers=HEADERS) for p in listed[:NEWEST]]
    return b"".join(GROUP_SEPARATOR + body + b"\n" for body in bodies)
