"""Days and hours of the releases and decisions that move these markets."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.datastore.macro_calendar import write_latest
from kalshi_alpha.drivers.macro_calendar.fetch import fetch
from kalshi_alpha.drivers.macro_calendar.parse import parse
from kalshi_alpha.drivers.macro_calendar.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="macro_calendar",
    suffix="ics",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
    publish=write_latest,
)
