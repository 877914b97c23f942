"""Rows and table of the station observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kalshi_alpha.datastore.feeds import Newest, TableSchema
from kalshi_alpha.drivers.wire import NEW_YORK

METAR, FIVE_MINUTE, DSM = "metar", "five_minute", "dsm"
"""An aviation report, a five-minute row without a report, and a daily summary message."""

TABLE = TableSchema(
    source="nws_observations",
    columns=(
        ("station", "text"),
        ("observed_at", "time"),
        ("kind", "text"),
        ("temp_c_tenths", "int"),
        ("whole_degree", "bool"),
        ("max_6h_c_tenths", "int"),
        ("min_6h_c_tenths", "int"),
        ("max_24h_c_tenths", "int"),
        ("min_24h_c_tenths", "int"),
        ("climate_day", "date"),
        ("day_max_f", "int"),
        ("day_min_f", "int"),
    ),
    key=("station", "observed_at", "kind"),
)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one station reported at one instant; none of it settles a market.

    Attributes
    ----------
    station : str
        ICAO identifier, such as ``KMDW``.
    observed_at : datetime
        UTC. For a daily summary the end of the span it covers.
    kind : str
        ``metar``, ``five_minute`` or ``dsm``.
    temp_c_tenths : int or None
        Air temperature in tenths of a degree Celsius.
    whole_degree : bool
        Whether the temperature was rounded to a whole degree Celsius before it was sent, so that
        it says the Fahrenheit value to about one degree only.
    max_6h_c_tenths, min_6h_c_tenths : int or None
        Extremes of the six hours before the report.
    max_24h_c_tenths, min_24h_c_tenths : int or None
        Extremes of the local standard day that ends at this report.
    climate_day : date or None
        Local standard day of a daily summary.
    day_max_f, day_min_f : int or None
        A daily summary's extremes from local standard midnight to ``observed_at``, in whole
        degrees Fahrenheit.
    """

    station: str
    observed_at: datetime
    kind: str
    temp_c_tenths: int | None = None
    whole_degree: bool = False
    max_6h_c_tenths: int | None = None
    min_6h_c_tenths: int | None = None
    max_24h_c_tenths: int | None = None
    min_24h_c_tenths: int | None = None
    climate_day: date | None = None
    day_max_f: int | None = None
    day_min_f: int | None = None


def dated_on(row: Observation) -> date:
    """Return the New York day of the observation."""
    return row.observed_at.astimezone(NEW_YORK).date()


def earliest_at(row: Observation) -> datetime:
    """Return the instant of the observation."""
    return row.observed_at


def newest(rows: Sequence[Observation]) -> Newest:
    """Pick the latest observation."""
    row = max(rows, key=lambda r: (r.observed_at, r.station, r.kind))
    if row.kind == DSM:
        seen = f"max {row.day_max_f} F on {row.climate_day}"
    elif row.temp_c_tenths is None:
        seen = "no temperature"
    else:
        seen = f"{row.temp_c_tenths / 10:.1f} C"
    return Newest(f"{row.station} {row.observed_at:%Y-%m-%d %H:%MZ} {seen}", dated_on(row))
