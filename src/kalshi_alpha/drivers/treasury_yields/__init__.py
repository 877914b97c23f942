"""Par yields of Treasury securities: the Treasury's own curve, FRED and H.15 as fall-backs."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.treasury_yields.fetch import fetch
from kalshi_alpha.drivers.treasury_yields.parse import parse
from kalshi_alpha.drivers.treasury_yields.published import write_published
from kalshi_alpha.drivers.treasury_yields.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="treasury_yields",
    suffix="xml",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
    publish=write_published,
)
