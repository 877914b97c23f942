"""First prints of the ten-year par yield."""

from __future__ import annotations

from datetime import date, datetime

from kalshi_alpha.strategies.strategy import Outcome, TableReader
from kalshi_alpha.strategies.teny.closes import ten_year_closes
from kalshi_alpha.strategies.teny.forecast import QUANTITY
from kalshi_alpha.strategies.teny.rows import YieldRow, known_rows


def outcomes(read: TableReader, as_of: datetime) -> dict[tuple[str, date], Outcome]:
    """Return the closes known at ``as_of``, by quantity and day, in basis points.

    Raises
    ------
    ParseRefused
        If the table holds something impossible, or publishers differ on a day.
    MissingData
        If there is none yet.
    """
    closes = ten_year_closes(known_rows(read, "treasury_yields", YieldRow, as_of))
    return {(QUANTITY, day): Outcome(row.yield_bp, row.available_at) for day, row in closes.items()}
