"""Temperatures and guidance as history files: their names, columns and bounds on publication."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history_format import HistoryFile, Layer, Layers, Rows, end_of
from kalshi_alpha.datastore.tables import Observation

GUIDANCE_FILE = "guidance_day_ahead_12z_KNYC_KMDW_KMIA.csv"
ACIS_FILE = "tmax_acis_20stations_daily.csv"
GHCN_FILE = "tmax_ghcnd_KNYC_KMDW_daily.csv"

GUIDANCE_KEY: tuple[Column, ...] = (
    ("station", "text"),
    ("target_date", "date"),
    ("issued_no_later_than_utc", "time"),
)
DAILY_COLUMNS: tuple[Column, ...] = (("station", "text"), ("date", "date"), ("tmax_f", "float"))

GFS_MOS, NAM_MOS = "gfs_mos_tmax_f", "nam_mos_tmax_f"
BULLETINS: Mapping[str, str] = MappingProxyType({GFS_MOS: "MAV", NAM_MOS: "MET"})
"""Bulletins of the table, by their columns."""

GUIDANCE_DELAY = timedelta(hours=6)
"""An issue time may be that of the model run; the text of a run is out within five hours."""

_BESIDES = (
    *("nbm_gridded_hourly_tmax_f", "hrrr_tmax_f", "rap_tmax_f", "gefs_mean_tmax_f"),
    *("gefs_spread_f", "observed_tmax_f"),
)
_ICAO_LETTERS = 4


def _location(station: str) -> str:
    """Name a station as its climate report does: ``NYC`` for ``KNYC``."""
    return station[1:] if len(station) == _ICAO_LETTERS and station[0] == "K" else station


def _maxima(version: str) -> Layers:
    """Take each maximum as a final report of the day after, out by the end of that day.

    Reports come in the morning after and are repeated until the evening; the values may carry
    corrections that came later still. ``version`` names the archive, so that no two archives
    overwrite each other, nor a report of the feed.
    """

    def layers(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
        del releases
        yield tuple(_maximum(row, version) for row in rows)

    return layers


def _maximum(row: Mapping[str, Any], version: str) -> Observation:
    at = end_of(row["date"] + timedelta(days=1))
    values = {
        "station": _location(row["station"]),
        "climate_day": row["date"],
        "element": "max",
        "version": version,
        "value_f": round(row["tmax_f"]),
        "status": "final",
        "flags": "",
        "issued_at": at,
        "valid_as_of": "",
        "observed_time": "",
    }
    return Observation(values, at)


def _guidance(rows: Rows, releases: Mapping[date, date]) -> Iterator[Layer]:
    del releases
    yield tuple(
        _bulletin(row, model, row[column])
        for row in rows
        for column, model in BULLETINS.items()
        if row[column] is not None
    )


def _bulletin(row: Mapping[str, Any], model: str, tmax_f: float) -> Observation:
    issued_at = row["issued_no_later_than_utc"]
    values = {
        "station": row["station"],
        "model": model,
        "issued_at": issued_at,
        "climate_day": row["target_date"],
        "tmax_f": round(tmax_f),
        "spread_f": None,
        **dict.fromkeys(("p10_f", "p25_f", "p50_f", "p75_f", "p90_f")),
    }
    return Observation(values, issued_at + GUIDANCE_DELAY)


def _daily(name: str, version: str) -> HistoryFile:
    return HistoryFile(
        name,
        "nws_daily_climate",
        DAILY_COLUMNS,
        ("station", "date"),
        _maxima(version),
    )


WEATHER_HISTORY = (
    _daily(GHCN_FILE, "ghcnd"),
    _daily(ACIS_FILE, "acis"),
    HistoryFile(
        GUIDANCE_FILE,
        "weather_guidance",
        (*GUIDANCE_KEY, *((column, "float") for column in BULLETINS)),
        ("station", "target_date"),
        _guidance,
        optional=frozenset(BULLETINS),
        besides=_BESIDES,
    ),
)
