"""Rows and table of the weekly gasoline price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.wire import NEW_YORK

TABLE = TableSchema(
    source="eia_gas",
    columns=(("week_on", "date"), ("price_e4", "int")),
    key=("week_on",),
)

# Posted about 17:00 on the Monday of the survey, on Tuesday after a Monday holiday.
_POSTED_NOT_BEFORE = time(16, 0)


@dataclass(frozen=True, slots=True)
class WeeklyPrice:
    """One week's national average of regular gasoline, all formulations, taxes included.

    Attributes
    ----------
    week_on : date
        The Monday whose morning was surveyed.
    price_e4 : int
        Price in ten-thousandths of a dollar per gallon. Its level differs from AAA's by a few
        cents, so the two are never joined into one series.
    """

    week_on: date
    price_e4: int


def dated_on(row: WeeklyPrice) -> date:
    """Return the day of the survey."""
    return row.week_on


def earliest_at(row: WeeklyPrice) -> datetime:
    """Return 16:00 New York time of that day, an hour before prices are posted."""
    return datetime.combine(row.week_on, _POSTED_NOT_BEFORE, NEW_YORK)


def newest(rows: Sequence[WeeklyPrice]) -> Newest:
    """Pick the newest week."""
    row = max(rows, key=lambda r: r.week_on)
    dollars = f"{row.price_e4 // 10_000}.{row.price_e4 % 10_000:04d}"
    return Newest(f"regular week of {row.week_on} ${dollars}", row.week_on)
