"""Rows and table of the AAA feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.wire import NEW_YORK

TABLE = TableSchema(
    source="aaa_gas",
    columns=(("as_of_on", "date"), ("period", "text"), ("grade", "text"), ("price_e4", "int")),
    key=("as_of_on", "period", "grade"),
)

_DAYS_BACK = {"current": 0, "yesterday": 1, "week_ago": 7}


@dataclass(frozen=True, slots=True)
class GasPrice:
    """One cell of the page's table: a national average price.

    Attributes
    ----------
    as_of_on : date
        The page's own date ("Price as of"); the only mark of age the page has.
    period : str
        Which day's average: ``current`` (of ``as_of_on``), ``yesterday``, ``week_ago``,
        ``month_ago`` or ``year_ago``.
    grade : str
        ``regular``, ``mid_grade``, ``premium``, ``diesel`` or ``e85``.
    price_e4 : int
        Price in ten-thousandths of a dollar per gallon.
    """

    as_of_on: date
    period: str
    grade: str
    price_e4: int

    @property
    def priced_on(self) -> date | None:
        """The day the average belongs to; None where the page leaves it open (month, year)."""
        days = _DAYS_BACK.get(self.period)
        return None if days is None else self.as_of_on - timedelta(days=days)


def dated_on(row: GasPrice) -> date:
    """Return the date the page shows."""
    return row.as_of_on


def earliest_at(row: GasPrice) -> datetime:
    """Return the beginning of that day in New York: the page turns early in the morning."""
    return datetime.combine(row.as_of_on, time(0, 0), NEW_YORK)


def newest(rows: Sequence[GasPrice]) -> Newest:
    """Pick the newest page's current regular price, which every page has."""
    current = [row for row in rows if (row.period, row.grade) == ("current", "regular")]
    row = max(current, key=lambda r: r.as_of_on)
    dollars = f"{row.price_e4 // 10_000}.{row.price_e4 % 10_000:04d}"
    return Newest(f"regular {row.as_of_on} ${dollars}", row.as_of_on)
