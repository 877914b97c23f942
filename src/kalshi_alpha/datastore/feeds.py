"""What a feed's driver is to the store: a parser, a table shape and three facts about time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.columns import Column

Row = TypeVar("Row")


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
    """

    source: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    span: str | None = None

    def __post_init__(self) -> None:
        names = {name for name, _ in self.columns}
        wanted = {*self.key, *([self.span] if self.span is not None else [])}
        if not self.key or not wanted <= names:
            raise BadParameter(f"{self.source}: key and span must be columns, were {wanted}")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(name for name, _ in self.columns)


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Row]):
    """What a payload said: its rows, and how many entries were left out, by reason."""

    rows: tuple[Row, ...]
    skipped: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest value of a feed as an operator reads it, and the date it belongs to."""

    text: str
    on: date | None


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
        Gets the current payload from the publisher.
    dated_on : callable
        New York date before which a row's value cannot exist, or None for a schedule.
    earliest_at : callable
        Instant before which a row cannot have been public, or None.
    newest : callable
        Picks the newest value out of a non-empty sequence of rows.
    """

    source: str
    suffix: str
    table: TableSchema
    parse: Callable[[bytes], Parsed[Row]]
    fetch: Callable[[], bytes]
    dated_on: Callable[[Row], date | None]
    earliest_at: Callable[[Row], datetime | None]
    newest: Callable[[Sequence[Row]], Newest]


@dataclass(frozen=True, slots=True)
class Payload:
    """Bytes as they were received from a feed at an instant."""

    source: str
    body: bytes
    retrieved_at: datetime
    name: str = ""

    def __post_init__(self) -> None:
        if self.retrieved_at.tzinfo is None:
            raise BadParameter(f"{self.source}: retrieved_at needs a time zone")
