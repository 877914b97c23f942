"""A feed of one number a day, for tests of taking feeds in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.feeds import (
    Driver,
    Endpoint,
    FeedAccess,
    Newest,
    Parsed,
    Payload,
    TableSchema,
)

URL = "https://feed.example/"
ENDPOINT = Endpoint("feed", frozenset({"feed.example"}))


@dataclass(frozen=True)
class Reading:
    on: date
    value: int


def parse(body: bytes) -> Parsed[Reading]:
    """Read lines such as ``2024-12-09=1``."""
    if not body.startswith(b"20"):
        raise ParseRefused("feed", "not a reading")
    lines = [line.split(b"=") for line in body.splitlines()]
    rows = (Reading(date.fromisoformat(day.decode()), int(value)) for day, value in lines)
    return Parsed(tuple(rows), (("noted", 1),))


def fetch(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    yield Payload("feed", access.get(ENDPOINT, URL), access.now(), origin="feed.example")


FEED: Driver[Reading] = Driver(
    source="feed",
    suffix="txt",
    table=TableSchema("feed", (("on", "date"), ("value", "int")), ("on",)),
    parse=parse,
    fetch=fetch,
    dated_on=lambda row: row.on,
    earliest_at=lambda row: datetime.combine(row.on, time(9), UTC),
    newest=lambda rows: Newest(str(rows[-1].value), rows[-1].on),
)
OTHER = replace(FEED, source="other", table=replace(FEED.table, source="other"))
