"""Observations of the traded stations: reports, five-minute rows and daily summaries."""

from __future__ import annotations

from kalshi_alpha.datastore.feeds import Driver
from kalshi_alpha.drivers.nws_observations.fetch import fetch
from kalshi_alpha.drivers.nws_observations.parse import parse, parse_received
from kalshi_alpha.drivers.nws_observations.schema import TABLE, dated_on, earliest_at, newest

__all__ = ["DRIVER"]

DRIVER = Driver(
    source="nws_observations",
    suffix="json",
    table=TABLE,
    parse=parse,
    fetch=fetch,
    dated_on=dated_on,
    earliest_at=earliest_at,
    newest=newest,
    parse_received=parse_received,
)
