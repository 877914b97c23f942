"""Rows of the two feeds that claims read, typed, and cut off at the decision clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeVar

import msgspec

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.strategy import TableReader

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Persons = Annotated[int, msgspec.Meta(ge=50_000, le=40_000_000)]


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What every row carries: the instant from which it may be used."""

    available_at: Instant


class ReleaseRow(FeedRow, frozen=True, kw_only=True):
    """A scheduled release; ``release_at`` is None where the calendar gives the day only."""

    event: str
    release_on: date
    release_at: Instant | None


class ClaimsRow(FeedRow, frozen=True, kw_only=True):
    """What one publication says of a week: persons, and the factor in tenths of a percent.

    ``published_at`` is the release instant, or None where the publication does not state it.
    """

    week_ending: date
    measure: str
    kind: str
    sa: Persons | None
    nsa: Persons | None
    sf_tenths: Annotated[int, msgspec.Meta(gt=0)] | None
    published_at: Instant | None


AnyRow = TypeVar("AnyRow", bound=FeedRow)


def known_rows(
    read: TableReader, feed: str, kind: type[AnyRow], as_of: datetime
) -> tuple[AnyRow, ...]:
    """Read a feed's rows and keep those available at ``as_of``.

    The reader should leave out later ones itself; a forecast must not depend on its doing so.

    Raises
    ------
    ParseRefused
        If a row lacks a column or holds something impossible.
    """
    try:
        rows = [msgspec.convert(row, kind) for row in read(feed)]
    except msgspec.ValidationError as error:
        raise ParseRefused(f"{feed} table", str(error)) from error
    return tuple(row for row in rows if row.available_at <= as_of)
