"""Rows of the three feeds that the weather reads, typed, and cut off at the decision clock."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, TypeVar

import msgspec

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.strategy import TableReader

GUIDANCE = "weather_guidance"
CLIMATE = "nws_daily_climate"
OBSERVATIONS = "nws_observations"

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What every row carries: the instant from which it may be used."""

    available_at: Instant


class GuidanceRow(FeedRow, frozen=True, kw_only=True):
    """A bulletin's maximum for one climate day, whole degrees Fahrenheit; ``station`` is ICAO."""

    station: str
    model: str
    issued_at: Instant
    climate_day: date
    tmax_f: int


class ClimateRow(FeedRow, frozen=True, kw_only=True):
    """The day's extreme as one report gives it; ``station`` is the report's location.

    ``status`` is ``interim``, ``final`` or ``correction``; ``value_f`` is None if missing.
    """

    station: str
    climate_day: date
    element: str
    status: str
    issued_at: Instant
    value_f: int | None


class ObservationRow(FeedRow, frozen=True, kw_only=True):
    """What a station reported at an instant, temperatures in tenths of a degree Celsius.

    ``whole_degree`` says that the temperature had been rounded to a whole degree before it was
    sent. ``day_max_f`` is a daily summary's maximum of ``climate_day`` so far.
    """

    station: str
    observed_at: Instant
    kind: str
    temp_c_tenths: int | None = None
    whole_degree: bool = False
    max_6h_c_tenths: int | None = None
    max_24h_c_tenths: int | None = None
    climate_day: date | None = None
    day_max_f: int | None = None


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
