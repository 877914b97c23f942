"""Statistical guidance for daily maxima: MOS and the National Blend of Models."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.weather_guidance.fetch import fetch
from kalshi_alpha.drivers.weather_guidance.parse import parse
from kalshi_alpha.drivers.weather_guidance.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="weather_guidance",
    suffix="txt",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
)
