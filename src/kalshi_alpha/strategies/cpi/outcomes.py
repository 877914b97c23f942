"""First prints, recomputed from published index levels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from kalshi_alpha.strategies.cpi.forecast import CORE_MOM, MOM, YOY
from kalshi_alpha.strategies.cpi.levels import ADJUSTED, ADJUSTED_CORE, UNADJUSTED
from kalshi_alpha.strategies.cpi.months import NEVER_PUBLISHED, months_before
from kalshi_alpha.strategies.cpi.rows import LevelRow, known_rows
from kalshi_alpha.strategies.strategy import Outcome, TableReader

_ZONE = ZoneInfo("America/New_York")
# Series, months back, and whether the levels are revised later.
_QUANTITIES = {
    MOM: (ADJUSTED, 1, True),
    CORE_MOM: (ADJUSTED_CORE, 1, True),
    YOY: (UNADJUSTED, 12, False),
}


def outcomes(read: TableReader, as_of: datetime) -> dict[tuple[str, date], Outcome]:
    """Return the first prints known at ``as_of``, by quantity and reference month.

    Adjusted levels are revised every February, so a monthly change is a first print only if both
    its levels were received before the following month's release; others are left out. So is
    every change from or to October 2025.

    Raises
    ------
    ParseRefused
        If the table holds something impossible.
    MissingData
        If there is none yet.
    """
    rows = known_rows(read, "bls_cpi", LevelRow, as_of)
    return dict(_first_prints(rows))


def _first_prints(rows: tuple[LevelRow, ...]) -> Iterator[tuple[tuple[str, date], Outcome]]:
    levels = {(row.series_id, row.month): row for row in rows if row.month != NEVER_PUBLISHED}
    for quantity, (series, lag, revised) in _QUANTITIES.items():
        for (series_id, month), later in levels.items():
            earlier = levels.get((series, months_before(month, lag)))
            if series_id != series or earlier is None:
                continue
            known_at = max(later.available_at, earlier.available_at)
            if not revised or known_at < _next_print_at(month):
                yield (quantity, month), Outcome(_tenths(later, earlier), known_at)


def _next_print_at(month: date) -> datetime:
    """Return the earliest moment at which the print of the month after can change this one."""
    return datetime.combine(months_before(month, -2), time(0), _ZONE)


def _tenths(later: LevelRow, earlier: LevelRow) -> int:
    """Return the change in tenths of a percent, rounded half up as the publisher does."""
    change = 1000 * (later.index_e3 - earlier.index_e3)
    return (2 * change + earlier.index_e3) // (2 * earlier.index_e3)
