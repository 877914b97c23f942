"""The national average of gasoline prices that AAA shows each day."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.aaa_gas.fetch import fetch
from kalshi_alpha.drivers.aaa_gas.parse import parse
from kalshi_alpha.drivers.aaa_gas.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="aaa_gas",
    suffix="html",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
)
