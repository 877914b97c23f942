"""Rows and table of the Cleveland Fed feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.wire import NEW_YORK

TABLE = TableSchema(
    source="cleveland_nowcast",
    columns=(
        ("target_month", "date"),
        ("measure", "text"),
        ("kind", "text"),
        ("label_on", "date"),
        ("origin", "text"),
        ("mom_pct", "float"),
    ),
    key=("target_month", "measure", "kind", "label_on", "origin"),
)


@dataclass(frozen=True, slots=True)
class NowcastPoint:
    """One point of a target month's path.

    Attributes
    ----------
    target_month : date
        First day of the month the number is about.
    measure : str
        ``cpi``, ``core_cpi``, ``pce`` or ``core_pce``.
    kind : str
        ``nowcast``, or ``actual`` for the published number the bank plots on its release day.
        An actual is never a forecast input for its own month.
    label_on : date
        New York date the point is labelled with.
    origin : str
        ``json`` from the month file at full precision, ``page`` from the table of the web
        page, rounded to hundredths.
    mom_pct : float
        Month-over-month change in percent.
    """

    target_month: date
    measure: str
    kind: str
    label_on: date
    origin: str
    mom_pct: float


def dated_on(row: NowcastPoint) -> date:
    """Return the day the point is labelled with."""
    return row.label_on


def earliest_at(row: NowcastPoint) -> datetime:
    """Return the instant of that day from which the bank or the BLS may have shown it.

    The bank updates about 10:00 New York time; the BLS releases at 08:30.
    """
    clock = time(10, 0) if row.kind == "nowcast" else time(8, 30)
    return datetime.combine(row.label_on, clock, NEW_YORK)


def newest(rows: Sequence[NowcastPoint]) -> Newest:
    """Pick the newest day that carries a headline CPI nowcast."""
    nowcasts = [row for row in rows if (row.kind, row.measure) == ("nowcast", "cpi")]
    if not nowcasts:
        return Newest("no headline nowcast", None)
    row = max(nowcasts, key=lambda r: (r.label_on, r.target_month, r.origin))
    return Newest(f"{row.measure} {row.target_month:%Y-%m} {row.mom_pct:+.4f}%", row.label_on)
