"""Getting index levels from the public data API of the BLS."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.drivers.bls_cpi.parse import SERIES
from kalshi_alpha.drivers.wire import NEW_YORK

SOURCE = "bls_cpi"
HOST = "api.bls.gov"
API = Endpoint(SOURCE, frozenset({HOST}))
URL = "https://api.bls.gov/publicAPI/v2/timeseries/data/"
KEY = "BLS_API_KEY"
YEARS = 10
"""Years asked for in one query, the most that the API gives without a key."""


def fetch(access: FeedAccess, at: datetime) -> tuple[Payload]:
    """Ask once for the last ten years of every series; a key only raises the daily quota.

    Raises
    ------
    FetchFailed
        If the API does not answer.
    """
    year = at.astimezone(NEW_YORK).year
    query: dict[str, object] = {
        "seriesid": list(SERIES),
        "startyear": str(year - YEARS + 1),
        "endyear": str(year),
    }
    key = access.secret(KEY)
    if key is not None:
        query["registrationkey"] = key
    body = access.post(API, URL, json=query)
    return (Payload(SOURCE, body, access.now(), origin=HOST),)
