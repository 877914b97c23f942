"""Rows of the four feeds that CPI reads, typed, and cut off at the decision clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeVar

import msgspec

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.strategy import TableReader

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What every row carries: the instant from which it may be used."""

    available_at: Instant


class ReleaseRow(FeedRow, frozen=True, kw_only=True):
    """A scheduled release; ``release_at`` is None where the calendar gives the day only."""

    event: str
    release_on: date
    release_at: Instant | None


class LevelRow(FeedRow, frozen=True, kw_only=True):
    """An index level of a month, in thousandths of a point."""

    series_id: str
    month: date
    index_e3: Annotated[int, msgspec.Meta(gt=0)]


class NowcastRow(FeedRow, frozen=True, kw_only=True):
    """A point of a target month's path, in percent m/m, labelled with a New York day."""

    target_month: date
    measure: str
    kind: str
    label_on: date
    origin: str
    mom_pct: Annotated[float, msgspec.Meta(ge=-5, le=5)]


class GasRow(FeedRow, frozen=True, kw_only=True):
    """A national average price, in ten-thousandths of a dollar a gallon, and whose it is."""

    as_of_on: date
    period: str
    grade: str
    price_e4: Annotated[int, msgspec.Meta(gt=0)]
    surveyor: str = "AAA"


class WeekRow(FeedRow, frozen=True, kw_only=True):
    """The EIA's average of a Monday, in ten-thousandths of a dollar a gallon."""

    week_on: date
    price_e4: Annotated[int, msgspec.Meta(gt=0)]


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
