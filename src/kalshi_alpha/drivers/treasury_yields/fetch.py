"""Getting the payload from the publisher."""

from __future__ import annotations

from datetime import date, timedelta

from kalshi_alpha.core.errors import NotBuilt

HOSTS = frozenset(
    {"home.treasury.gov", "fred.stlouisfed.org", "api.stlouisfed.org", "www.federalreserve.gov"}
)
_FEED = (
    "https://home.treasury.gov/resource-center/data-chart-center/interest-rates/pages/xml"
    "?data=daily_treasury_yield_curve&field_tdr_date_value_month={month:%Y%m}"
)
FRED_DGS10 = "https://fred.stlouisfed.org/graph/fredgraph.csv?id=DGS10"
"""The fall-back: the same number one business day later."""


def month_urls(today: date) -> tuple[str, str]:
    """Return the addresses of the current month's feed and of the previous month's.

    A month's feed has no entries until its first trading day is published.
    """
    this = today.replace(day=1)
    previous = (this - timedelta(days=1)).replace(day=1)
    return _FEED.format(month=this), _FEED.format(month=previous)


def fetch() -> bytes:
    """Ask the Treasury for the current month.

    Raises
    ------
    NotBuilt
        Always: this version reads fixtures only.
    """
    raise NotBuilt(
        "treasury_yields: online fetch is not built yet; run with --offline --fixtures DIR"
    )
