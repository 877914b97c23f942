"""Daily climate reports of the National Weather Service."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.nws_daily_climate.fetch import fetch
from kalshi_alpha.drivers.nws_daily_climate.parse import parse
from kalshi_alpha.drivers.nws_daily_climate.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="nws_daily_climate",
    suffix="txt",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
)
