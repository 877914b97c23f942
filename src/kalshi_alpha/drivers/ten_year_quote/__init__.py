"""A live quote of the ten-year yield, in one documented record."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.ten_year_quote.fetch import fetch
from kalshi_alpha.drivers.ten_year_quote.parse import parse
from kalshi_alpha.drivers.ten_year_quote.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="ten_year_quote",
    suffix="json",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
    optional=True,
)
