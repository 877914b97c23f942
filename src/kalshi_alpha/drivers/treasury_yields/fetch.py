"""Getting the payloads from the publishers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.drivers.treasury_yields.errors import YieldsRefused
from kalshi_alpha.drivers.treasury_yields.parse import parse
from kalshi_alpha.drivers.wire import NEW_YORK

SOURCE = "treasury_yields"
TREASURY = Endpoint(SOURCE, frozenset({"home.treasury.gov"}))
FRED = Endpoint(SOURCE, frozenset({"fred.stlouisfed.org"}))
FRED_DGS10 = "https://fred.stlouisfed.org/graph/fredgraph.csv?id=DGS10"
"""The fall-back: the same number one business day later."""

_FEED = (
    "https://home.treasury.gov/resource-center/data-chart-center/interest-rates/pages/xml"
    "?data=daily_treasury_yield_curve&field_tdr_date_value_month={month:%Y%m}"
)


def month_urls(today: date) -> tuple[str, str]:
    """Return the addresses of the previous month's feed and of the current month's.

    A month's feed has no entries until its first trading day is published.
    """
    this = today.replace(day=1)
    previous = (this - timedelta(days=1)).replace(day=1)
    return _FEED.format(month=previous), _FEED.format(month=this)


def fetch(access: FeedAccess, as_of: datetime) -> Iterator[Payload]:
    """Ask the Treasury for two months, and FRED if the Treasury gives no curve.

    A body that cannot be read is handed on all the same, so that it is kept and named.

    Raises
    ------
    FetchFailed
        If neither answers.
    """
    curves = 0
    why = ""
    for url in month_urls(as_of.astimezone(NEW_YORK).date()):
        try:
            body = access.get(TREASURY, url)
        except FetchFailed as error:
            why = str(error)
            continue
        yield Payload(SOURCE, body, access.now(), url[-6:] + ".xml", "home.treasury.gov")
        try:
            curves += bool(parse(body).rows)
        except YieldsRefused as error:
            why = error.why
    if not curves:
        origin = f"fred.stlouisfed.org in the Treasury's stead: {why or 'no curve in two months'}"
        yield Payload(SOURCE, access.get(FRED, FRED_DGS10), access.now(), "DGS10.csv", origin)
