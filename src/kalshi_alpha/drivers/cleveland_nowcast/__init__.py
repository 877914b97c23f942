"""Daily nowcasts of monthly inflation by the Federal Reserve Bank of Cleveland."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.cleveland_nowcast.fetch import fetch
from kalshi_alpha.drivers.cleveland_nowcast.parse import parse
from kalshi_alpha.drivers.cleveland_nowcast.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="cleveland_nowcast",
    suffix="json",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
)
