"""Rows and table of the statistical guidance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kalshi_alpha.datastore.feeds import Newest, TableSchema

GRID = "GRID"
"""Model of rows that were read off the forecast grid."""

TABLE = TableSchema(
    source="weather_guidance",
    columns=(
        ("station", "text"),
        ("model", "text"),
        ("issued_at", "time"),
        ("climate_day", "date"),
        ("tmax_f", "int"),
        ("spread_f", "int"),
        ("p10_f", "int"),
        ("p25_f", "int"),
        ("p50_f", "int"),
        ("p75_f", "int"),
        ("p90_f", "int"),
    ),
    key=("station", "model", "issued_at", "climate_day"),
)


@dataclass(frozen=True, slots=True)
class Guidance:
    """One bulletin's maximum for one day at one station.

    Attributes
    ----------
    station : str
        ICAO identifier, such as ``KNYC``; of the forecast grid its cell, such as ``OKX/33,37``.
    model : str
        Bulletin: ``MAV`` (GFS MOS), ``MET`` (NAM MOS), ``MEX`` (extended GFS MOS), ``LAV`` (GFS
        LAMP), ``NBS``, ``NBE`` or ``NBP`` (National Blend: short, extended, probabilistic);
        ``GRID`` (forecast grid of api.weather.gov, a forecaster's and no model's).
    issued_at : datetime
        Cycle named in the bulletin's heading, UTC. The text is public some time after it.
    climate_day : date
        Local standard day whose daytime maximum is meant.
    tmax_f : int
        Maximum in whole degrees Fahrenheit.
    spread_f : int or None
        Standard deviation the bulletin gives with it, in whole degrees Fahrenheit.
    p10_f, p25_f, p50_f, p75_f, p90_f : int or None
        Percentiles, where the bulletin has them.
    """

    station: str
    model: str
    issued_at: datetime
    climate_day: date
    tmax_f: int
    spread_f: int | None = None
    p10_f: int | None = None
    p25_f: int | None = None
    p50_f: int | None = None
    p75_f: int | None = None
    p90_f: int | None = None


def dated_on(row: Guidance) -> None:
    """Return None: guidance is about days to come, like a schedule."""
    del row


def earliest_at(row: Guidance) -> datetime:
    """Return the cycle's time; no bulletin is out before its own model run begins."""
    return row.issued_at


def newest(rows: Sequence[Guidance]) -> Newest:
    """Pick the newest cycle and its nearest day, dated by the day of the cycle.

    A grid cell is no station: it counts only where nothing else was read.
    """
    stations = [row for row in rows if row.model != GRID] or rows
    row = min(stations, key=lambda r: (-r.issued_at.timestamp(), r.climate_day, r.station, r.model))
    text = f"{row.station} {row.model} {row.issued_at:%Y-%m-%d %HZ}"
    return Newest(f"{text} max {row.tmax_f} F on {row.climate_day}", row.issued_at.date())
