"""Rows and table of the BLS feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.wire import NEW_YORK

FRED_SERIES = "CPIAUCSL"
"""FRED's name of the adjusted all-items index, ``CUSR0000SA0``."""

TABLE = TableSchema(
    source="bls_cpi",
    columns=(("series_id", "text"), ("month", "date"), ("index_e3", "int"), ("footnotes", "text")),
    key=("series_id", "month"),
)


@dataclass(frozen=True, slots=True)
class CpiLevel:
    """One published index level.

    Attributes
    ----------
    series_id : str
        ``CUSR…`` seasonally adjusted, ``CUUR…`` not; ``SA0`` all items, ``SA0L1E`` less food
        and energy, ``SAH1`` shelter, ``SETB01`` gasoline. ``CPIAUCSL_YYYYMMDD`` is FRED's copy
        of ``CUSR0000SA0`` as it was known from that day.
    month : date
        First day of the reference month.
    index_e3 : int
        Level in thousandths of an index point, 1982-84 = 100.
    footnotes : str
        The publisher's codes joined by commas: ``P`` preliminary, ``R`` revised, empty if none.
    """

    series_id: str
    month: date
    index_e3: int
    footnotes: str


def vintage_on(day: date) -> str:
    """Return the name of FRED's series as it was known from a day, in the archive's spelling."""
    return f"{FRED_SERIES}_{day:%Y%m%d}"


def month_over(month: date) -> date:
    """Return the first day on which a month is over."""
    year, before = divmod(month.year * 12 + month.month, 12)
    return date(year, before + 1, 1)


def dated_on(row: CpiLevel) -> date:
    """Return the first day on which ``row`` can exist: its month is over, its vintage is out."""
    name, _, day = row.series_id.partition("_")
    if name == FRED_SERIES and day:
        return max(month_over(row.month), date.fromisoformat(day))
    return month_over(row.month)


def earliest_at(row: CpiLevel) -> datetime:
    """Return 08:30 New York time of that day: the API carries no release instant."""
    return datetime.combine(dated_on(row), time(8, 30), NEW_YORK)


def newest(rows: Sequence[CpiLevel]) -> Newest:
    """Pick the newest month, its all-items adjusted level if it is there.

    A vintage of FRED's counts only where nothing else was read.
    """
    levels = [row for row in rows if not row.series_id.startswith(FRED_SERIES)] or rows
    row = max(levels, key=lambda r: (r.month, r.series_id == "CUSR0000SA0", r.series_id))
    level = f"{row.index_e3 // 1000}.{row.index_e3 % 1000:03d}"
    return Newest(f"{row.series_id} {row.month:%Y-%m} {level}", row.month)
