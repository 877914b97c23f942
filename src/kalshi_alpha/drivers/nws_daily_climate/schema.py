"""Rows and table of the daily climate reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kalshi_alpha.datastore.feeds import Newest, TableSchema

INTERIM, FINAL, CORRECTION = "interim", "final", "correction"
"""A report of a running day, the report of a finished day, and a finished day's correction."""

RELAYED = "relayed"
"""What the venue's relay shows of a finished day: to compare with the reports, never for one."""

SETTLEMENT_GRADE = (FINAL, CORRECTION)
"""Statuses that count for freshness and for settlement."""

TABLE = TableSchema(
    source="nws_daily_climate",
    columns=(
        ("station", "text"),
        ("climate_day", "date"),
        ("element", "text"),
        ("version", "text"),
        ("value_f", "int"),
        ("status", "text"),
        ("flags", "text"),
        ("issued_at", "time"),
        ("valid_as_of", "text"),
        ("observed_time", "text"),
    ),
    key=("station", "climate_day", "element", "version"),
)


@dataclass(frozen=True, slots=True)
class ClimateExtreme:
    """The day's highest or lowest temperature, as one report gives it.

    Every issuance stays: a correction is a row of its own, so one that takes a value away
    leaves the earlier one in place.

    Attributes
    ----------
    station : str
        Location of the report, such as ``NYC`` for product ``CLINYC``.
    climate_day : date
        Day of the headline, midnight to midnight of local standard time all year.
    element : str
        ``max`` or ``min``.
    version : str
        First sixteen hex digits of the SHA-256 of the report's text, line ends normalised. Of
        a row of an archive its product's name, of the relay its status: ``relay official``.
    value_f : int or None
        Whole degrees Fahrenheit; None if the report says it is missing.
    status : str
        ``interim``, ``final``, ``correction`` or ``relayed``; only a final or corrected one is
        settlement grade.
    flags : str
        Any of ``estimated``, ``missing``, ``record``, joined by commas in that order.
    issued_at : datetime
        Issue time of the report's own heading, UTC. The relay states none: the end of the day,
        before which no official value exists.
    valid_as_of : str
        Local clock time an interim report is valid for, as printed, such as ``0400 PM``; empty
        on the others.
    observed_time : str
        Time of the extreme as ``HH:MM``, best effort; empty if it is absent or unreadable.
    """

    station: str
    climate_day: date
    element: str
    version: str
    value_f: int | None
    status: str
    flags: str
    issued_at: datetime
    valid_as_of: str
    observed_time: str


def dated_on(row: ClimateExtreme) -> date:
    """Return the first day on which the row can exist: interim reports are of the same day."""
    if row.status == INTERIM:
        return row.climate_day
    return row.climate_day + timedelta(days=1)


def earliest_at(row: ClimateExtreme) -> datetime:
    """Return the issue time printed in the report."""
    return row.issued_at


def newest(rows: Sequence[ClimateExtreme]) -> Newest:
    """Pick the newest final maximum; an interim report refreshes nothing."""
    finals = [
        row
        for row in rows
        if row.status in SETTLEMENT_GRADE and row.element == "max" and row.value_f is not None
    ]
    if not finals:
        return Newest("interim reports only", None)
    row = max(finals, key=lambda r: (r.climate_day, r.issued_at, r.station))
    return Newest(f"{row.station} {row.climate_day} max {row.value_f} F", row.climate_day)
