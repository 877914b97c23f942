"""First prints, as the releases stated them."""

from __future__ import annotations

from datetime import date, datetime

from kalshi_alpha.strategies.claims.features import initial_rows, is_first_print
from kalshi_alpha.strategies.claims.forecast import QUANTITY
from kalshi_alpha.strategies.claims.rows import ClaimsRow, known_rows
from kalshi_alpha.strategies.strategy import Outcome, TableReader


def outcomes(read: TableReader, as_of: datetime) -> dict[tuple[str, date], Outcome]:
    """Return the first prints known at ``as_of``, by quantity and week.

    The advance figure counts, or what a table showed of a week before its revision was due; a
    later table shows what it became.

    Raises
    ------
    ParseRefused
        If the table holds something impossible.
    """
    found: dict[tuple[str, date], Outcome] = {}
    rows = initial_rows(known_rows(read, "dol_claims", ClaimsRow, as_of))
    for row in sorted(rows, key=lambda each: each.kind):
        if is_first_print(row) and row.sa is not None:
            outcome = Outcome(row.sa // 1000, row.available_at)
            found.setdefault((QUANTITY, row.week_ending), outcome)
    return found
