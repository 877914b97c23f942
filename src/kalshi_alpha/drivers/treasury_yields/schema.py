"""Rows and table of the yield feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.wire import NEW_YORK

TEN_YEAR = "10Y"
QUOTES_TAKEN_AT = time(15, 30)
"""New York time of the quotes that a day's curve is made from; it cannot be public before."""

TABLE = TableSchema(
    source="treasury_yields",
    columns=(
        ("curve_on", "date"),
        ("tenor", "text"),
        ("series_id", "text"),
        ("yield_bp", "int"),
        ("origin", "text"),
    ),
    key=("curve_on", "series_id"),
)


@dataclass(frozen=True, slots=True)
class ParYield:
    """One published yield.

    No publisher states when it posted a curve, so the time of publication is not known: the
    first retrieval stands for it.

    Attributes
    ----------
    curve_on : date
        Day of the curve.
    tenor : str
        ``1M``, ``1.5M`` ... ``30Y``.
    series_id : str
        The publisher's own name: ``BC_10YEAR`` of the Treasury, ``DGS10`` of FRED,
        ``RIFLGFCY10_N.B`` of the release H.15.
    yield_bp : int
        Bond-equivalent yield in basis points: 4.79 percent is 479.
    origin : str
        ``treasury``, ``fred`` or ``h15``.
    """

    curve_on: date
    tenor: str
    series_id: str
    yield_bp: int
    origin: str


def dated_on(row: ParYield) -> date:
    """Return the day of the curve."""
    return row.curve_on


def earliest_at(row: ParYield) -> datetime:
    """Return 15:30 New York time of that day, when the quotes behind the curve are taken."""
    return datetime.combine(row.curve_on, QUOTES_TAKEN_AT, NEW_YORK)


def newest(rows: Sequence[ParYield]) -> Newest:
    """Pick the ten-year yield of the newest curve, another tenor if it lacks one."""
    row = max(
        rows, key=lambda r: (r.curve_on, r.tenor == TEN_YEAR, r.origin == "treasury", r.series_id)
    )
    value = f"{row.yield_bp // 100}.{row.yield_bp % 100:02d}"
    return Newest(f"{row.series_id} {row.curve_on} {value}", row.curve_on)
