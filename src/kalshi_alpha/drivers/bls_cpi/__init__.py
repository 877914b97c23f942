"""Consumer price index levels from the public data API of the Bureau of Labor Statistics."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.bls_cpi.fetch import fetch
from kalshi_alpha.drivers.bls_cpi.parse import parse
from kalshi_alpha.drivers.bls_cpi.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="bls_cpi",
    suffix="json",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
)
