"""Rows and table of the BLS feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.wire import NEW_YORK

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
        and energy, ``SAH1`` shelter, ``SETB01`` gasoline.
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


def dated_on(row: CpiLevel) -> date:
    """Return the first day on which the month of ``row`` is over; no level exists before."""
    year, month = divmod(row.month.year * 12 + row.month.month, 12)
    return date(year, month + 1, 1)


def earliest_at(row: CpiLevel) -> datetime:
    """Return 08:30 New York time of that day: the API carries no release instant."""
    return datetime.combine(dated_on(row), time(8, 30), NEW_YORK)


def newest(rows: Sequence[CpiLevel]) -> Newest:
    """Pick the newest month, its all-items adjusted level if it is there."""
    row = max(rows, key=lambda r: (r.month, r.series_id == "CUSR0000SA0", r.series_id))
    level = f"{row.index_e3 // 1000}.{row.index_e3 % 1000:03d}"
    return Newest(f"{row.series_id} {row.month:%Y-%m} {level}", row.month)
