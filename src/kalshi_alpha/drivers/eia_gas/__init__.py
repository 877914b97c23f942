"""The weekly retail price of gasoline by the Energy Information Administration."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.eia_gas.fetch import fetch
from kalshi_alpha.drivers.eia_gas.parse import parse
from kalshi_alpha.drivers.eia_gas.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="eia_gas",
    suffix="json",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
    optional=True,
)
