"""One ten-year par yield a day, out of the three names under which it is published."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.teny.rows import YieldRow

SERIES_ID = "DGS10"
SERIES_NAMES = ("BC_10YEAR", SERIES_ID, "RIFLGFCY10_N.B")
"""The Treasury's own name, FRED's and that of the release H.15: the same number."""


class SeriesMismatch(ParseRefused):
    """One of the publishers' figures is of another series (TENY_SERIES_MISMATCH)."""

    def __init__(self, why: str) -> None:
        super().__init__("treasury_yields", f"TENY_SERIES_MISMATCH: {why}")


def canonical_series(series_id: str) -> str:
    """Return ``DGS10`` for each of the ten-year's names, and any other name as it is."""
    return SERIES_ID if series_id in SERIES_NAMES else series_id


def ten_year_closes(rows: Iterable[YieldRow]) -> dict[date, YieldRow]:
    """Return the ten-year's row of each day, oldest first; the one that was known first.

    Raises
    ------
    SeriesMismatch
        If two publishers differ on a day by a basis point or more, or there are yields and none
        of them is the ten-year's.
    """
    closes: dict[date, YieldRow] = {}
    others: set[str] = set()
    for row in sorted(rows, key=lambda each: (each.curve_on, each.available_at, each.series_id)):
        if row.series_id not in SERIES_NAMES:
            others.add(row.series_id)
            continue
        known = closes.setdefault(row.curve_on, row)
        if known.yield_bp != row.yield_bp:
            raise SeriesMismatch(
                f"on {row.curve_on} {known.series_id} is {known.yield_bp} bp and "
                f"{row.series_id} {row.yield_bp} bp"
            )
    if others and not closes:
        raise SeriesMismatch(f"no ten-year yield among {', '.join(sorted(others))[:120]}")
    return closes
