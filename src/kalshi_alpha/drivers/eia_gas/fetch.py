"""Getting weekly gasoline prices from the EIA, or from FRED where there is no key for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.drivers.eia_gas.parse import FRED_SERIES, SERIES

SOURCE = "eia_gas"
EIA = Endpoint(SOURCE, frozenset({"api.eia.gov"}))
FRED = Endpoint(SOURCE, frozenset({"fred.stlouisfed.org"}))
KEY = "EIA_API_KEY"
WEEKS = 104

_EIA_URL = (
    "https://api.eia.gov/v2/petroleum/pri/gnd/data/?api_key={key}&frequency=weekly&data[0]=value"
    f"&facets[series][]={SERIES}&sort[0][column]=period&sort[0][direction]=desc&length={WEEKS}"
)
_FRED_URL = "https://fred.stlouisfed.org/graph/fredgraph.csv?id={series}&cosd={since}"


def fetch(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    """Ask for the last two years of weeks.

    Raises
    ------
    FetchFailed
        If neither service answers.
    """
    key = access.secret(KEY)
    if key is None:
        yield _from_fred(access, at, f"{KEY} is not set")
        return
    try:
        body = access.get(EIA, _EIA_URL.format(key=key))
    except FetchFailed as error:
        yield _from_fred(access, at, str(error))
        return
    # The service repeats the request in its answer, and a key must not be kept with it.
    body = body.replace(key.encode(), b"***")
    yield Payload(SOURCE, body, access.now(), origin="api.eia.gov")


def _from_fred(access: FeedAccess, at: datetime, why: str) -> Payload:
    url = _FRED_URL.format(series=FRED_SERIES, since=(at - timedelta(weeks=WEEKS)).date())
    try:
        body = access.get(FRED, url)
    except FetchFailed as error:
        raise FetchFailed(f"{error}; asked because {why}") from error
    return Payload(
        SOURCE, body, access.now(), origin=f"fred.stlouisfed.org {FRED_SERIES} (fallback)"
    )
