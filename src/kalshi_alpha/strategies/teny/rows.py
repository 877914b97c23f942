"""Rows of the three feeds that the ten-year family reads, typed, cut off at the decision clock."""

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


class YieldRow(FeedRow, frozen=True, kw_only=True):
    """A par yield of one day, in basis points, under its publisher's name."""

    curve_on: date
    series_id: str
    yield_bp: Annotated[int, msgspec.Meta(ge=0, le=2000)]


class QuoteRow(FeedRow, frozen=True, kw_only=True):
    """A quote of the ten-year note, in ten-thousandths of a percentage point."""

    quoted_at: Instant
    yield_e4: Annotated[int, msgspec.Meta(gt=0, le=200_000)]
    quoted_by: str


class ReleaseRow(FeedRow, frozen=True, kw_only=True):
    """A scheduled release."""

    event: str
    release_on: date


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
