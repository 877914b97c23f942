"""Getting today's page from AAA."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload

SOURCE = "aaa_gas"
HOST = "gasprices.aaa.com"
PAGE = Endpoint(SOURCE, frozenset({HOST}))
URL = f"https://{HOST}/"


def fetch(access: FeedAccess, at: datetime) -> tuple[Payload]:
    """Ask for the page; one request a day is what its publisher can expect.

    Raises
    ------
    FetchFailed
        If the page cannot be had.
    """
    del at  # The page is always today's.
    return (Payload(SOURCE, access.get(PAGE, URL), access.now(), origin=HOST),)
