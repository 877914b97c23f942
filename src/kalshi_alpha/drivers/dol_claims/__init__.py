"""Weekly claims for unemployment insurance, as the Department of Labor releases them."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.dol_claims.fetch import fetch
from kalshi_alpha.drivers.dol_claims.parse import parse
from kalshi_alpha.drivers.dol_claims.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="dol_claims",
    suffix="txt",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
)
