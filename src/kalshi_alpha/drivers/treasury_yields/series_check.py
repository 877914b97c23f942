"""Is it the ten-year par yield? Three publishers carry the same number under three names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from kalshi_alpha.drivers.treasury_yields.errors import SeriesMismatch

DGS10 = "DGS10"
TEN_YEAR_NAMES = ("BC_10YEAR", DGS10, "RIFLGFCY10_N.B")
"""The Treasury's own name first: where publishers differ in speed, it is the newest."""


def canonical_series(series_id: str) -> str:
    """Return ``DGS10`` for each of the ten-year's names, and any other name as it is."""
    return DGS10 if series_id in TEN_YEAR_NAMES else series_id


def ten_year_closes(rows: Iterable[Mapping[str, object]]) -> dict[date, int]:
    """Return the ten-year par yield of each day in basis points, one value a day.

    Parameters
    ----------
    rows
        Rows of the table ``treasury_yields``; other tenors are passed over.

    Raises
    ------
    SeriesMismatch
        If two publishers differ on a day by a basis point or more: one of them carries another
        series. The gate calls that TENY_SERIES_MISMATCH.
    """
    closes: dict[date, tuple[int, str]] = {}
    for row in rows:
        day, series_id, value = row["curve_on"], row["series_id"], row["yield_bp"]
        if series_id not in TEN_YEAR_NAMES:
            continue
        if not (isinstance(day, date) and isinstance(value, int)):
            raise SeriesMismatch(f"{series_id}: no yield of a day: {day!r}, {value!r}")
        known, name = closes.setdefault(day, (value, str(series_id)))
        if known != value:
            raise SeriesMismatch(f"{day}: {name} is {known} bp and {series_id} {value} bp")
    return {day: value for day, (value, _) in sorted(closes.items())}
