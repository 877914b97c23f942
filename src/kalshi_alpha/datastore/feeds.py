"""What a feed's driver is to the store: a fetch, a parser, a table shape, facts about time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.paths import Paths

Row = TypeVar("Row")
BODY_CAP = 8 << 20
"""Most bytes read of an answer, unless a feed says otherwise."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a feed may be fetched from.

    Attributes
    ----------
    source : str
        Name of the feed.
    hosts : frozenset of str
        Hosts that may be asked, and no others.
    redirect : re.Pattern or None
        Absolute addresses that an answer may point to, or None if every redirect is refused.
    body_cap : int
        Most bytes that are read of an answer.
    """

    source: str
    hosts: frozenset[str]
    redirect: re.Pattern[str] | None = None
    body_cap: int = BODY_CAP


class FeedAccess(Protocol):
    """What a driver's ``fetch`` is given: the network within limits, a clock, the desk's keys."""

    @property
    def stations(self) -> tuple[str, ...]:
        """Climate stations that are traded, as their reports name them: ``NYC``."""
        ...

    def get(
        self, endpoint: Endpoint, url: str, *, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """Fetch a body by GET, or raise `FetchFailed`."""
        ...

    def post(
        self,
        endpoint: Endpoint,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
    ) -> bytes:
        """Ask by POST, once, or raise `FetchFailed`."""
        ...

    def now(self) -> datetime:
        """Return the instant at which an answer counts as received, UTC."""
        ...

    def secret(self, name: str) -> str | None:
        """Return a setting of the desk by the name of its variable, or None if it is unset."""
        ...


@dataclass(frozen=True, slots=True)
class TableSchema:
    """The shape of one feed's table.

    Attributes
    ----------
    source : str
        Name of the feed, also of its folders.
    columns : tuple of (name, type)
        Every column a row carries, in order; types are those of `datastore.columns`.
    key : tuple of str
        Columns that say *what* a row measures; the others say what was found.
    span : str or None
        If named, a payload is complete between its least and greatest value of this column:
        a stored key inside that span which the payload lacks has been withdrawn, such as a
        release that was moved to another day.
    apart : str or None
        If named, a key column by which payloads are complete one by one, such as a publisher:
        a payload withdraws only keys whose value of this column it holds itself.
    """

    source: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    span: str | None = None
    apart: str | None = None

    def __post_init__(self) -> None:
        names = {name for name, _ in self.columns}
        wanted = {*self.key, *([self.span] if self.span is not None else [])}
        if not self.key or not wanted <= names:
            raise BadParameter(f"{self.source}: key and span must be columns, were {wanted}")
        if self.apart is not None and self.apart not in self.key:
            raise BadParameter(f"{self.source}: {self.apart} is no column of the key")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(name for name, _ in self.columns)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Row]):
    """What a payload said.

    Parameters
    ----------
    rows
        What was read.
    skipped
        How many entries were left out because they are none of ours, by reason.
    refused
        Entries of ours that could not be trusted, a line each: the rows beside them are kept,
        and the feed has failed all the same.
    """

    rows: tuple[Row, ...]
    skipped: tuple[tuple[str, int], ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest value of a feed as an operator reads it, and the date it belongs to."""

    text: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Payload:
    """Bytes as they were received from a feed at an instant.

    ``name`` is the file they were read from, ``origin`` where they came from as an operator
    reads it: a host, or the fallback that was asked in its stead.
    """

    source: str
    body: bytes
    retrieved_at: datetime
    name: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        if self.retrieved_at.tzinfo is None:
            raise BadParameter(f"{self.source}: retrieved_at needs a time zone")


Fetch = Callable[[FeedAccess, datetime], Iterable[Payload]]
Publish = Callable[[Sequence[Mapping[str, object]], Paths, datetime], object]


@dataclass(frozen=True, slots=True)
class Driver(Generic[Row]):
    """One public feed.

    Attributes
    ----------
    source : str
        Name of the feed.
    suffix : str
        File name suffix of its payloads, without the dot.
    table : TableSchema
        Shape of its table; each row's attributes are named as the columns are.
    parse : callable
        Pure and total: for any bytes, rows or a `ParseRefused`.
    fetch : callable
        Gets the current payloads from the publisher at an instant. What it yields before it
        raises `FetchFailed` is kept; no payload at all says that the feed is not set up here.
    dated_on : callable
        New York date before which a row's value cannot exist, or None for a schedule.
    earliest_at : callable
        Instant before which a row cannot have been public, or None.
    newest : callable
        Picks the newest value out of a non-empty sequence of rows.
    publish : callable or None
        Writes what people read beside the table, from its rows as of a clock, after each
        ingest.
    optional : bool
        Whether a desk may do without the feed: having received nothing is then no failure.
    parse_received : callable or None
        Used instead of ``parse`` where payloads say less than a whole date, such as a day and a
        month: reads the bytes together with the instant at which they were received. That
        instant is kept with the bytes, so a table rebuilt from them is the same.
    """

    source: str
    suffix: str
    table: TableSchema
    parse: Callable[[bytes], Parsed[Row]]
    fetch: Fetch
    dated_on: Callable[[Row], date | None]
    earliest_at: Callable[[Row], datetime | None]
    newest: Callable[[Sequence[Row]], Newest]
    publish: Publish | None = None
    optional: bool = False
    parse_received: Callable[[bytes, datetime], Parsed[Row]] | None = None

    def read(self, payload: Payload) -> Parsed[Row]:
        """Parse a payload, by the instant of its receipt if the feed needs that.

        Raises
        ------
        ParseRefused
            If the payload cannot be trusted.
        """
        if self.parse_received is None:
            return self.parse(payload.body)
        return self.parse_received(payload.body, payload.retrieved_at)
