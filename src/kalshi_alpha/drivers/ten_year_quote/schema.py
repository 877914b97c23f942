"""Row and table of the live quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.wire import NEW_YORK

TABLE = TableSchema(
    source="ten_year_quote",
    columns=(("quoted_at", "time"), ("yield_e4", "int"), ("quoted_by", "text")),
    key=("quoted_at", "quoted_by"),
)


@dataclass(frozen=True, slots=True)
class TenYearQuote:
    """One quote of the current ten-year note.

    Attributes
    ----------
    quoted_at : datetime
        When the market showed it, UTC; not when it was fetched.
    yield_e4 : int
        Yield in ten-thousandths of a percentage point: 4.4125 percent is 44125.
    quoted_by : str
        Who quoted it, as the record says.
    """

    quoted_at: datetime
    yield_e4: int
    quoted_by: str


def dated_on(row: TenYearQuote) -> date:
    """Return the New York day of the quote."""
    return row.quoted_at.astimezone(NEW_YORK).date()


def earliest_at(row: TenYearQuote) -> datetime:
    """Return the instant of the quote."""
    return row.quoted_at


def newest(rows: Sequence[TenYearQuote]) -> Newest:
    """Pick the last quote."""
    row = max(rows, key=lambda r: (r.quoted_at, r.quoted_by))
    value = f"{row.yield_e4 // 10_000}.{row.yield_e4 % 10_000:04d}"
    at = row.quoted_at.astimezone(UTC)
    return Newest(f"{value} at {at:%Y-%m-%dT%H:%M:%SZ} ({row.quoted_by})", dated_on(row))
