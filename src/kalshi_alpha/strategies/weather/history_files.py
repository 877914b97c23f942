"""History files of temperatures and guidance, as panels of one station each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.history import History
from kalshi_alpha.datastore.history_weather import (
    ACIS_FILE,
    DAILY_COLUMNS,
    GFS_MOS,
    GHCN_FILE,
    GUIDANCE_FILE,
    GUIDANCE_KEY,
    NAM_MOS,
)
from kalshi_alpha.strategies.weather.panel import (
    StationPanel,
    plausible,
    plausible_spread,
)
from kalshi_alpha.strategies.weather.stations import BY_ICAO

if TYPE_CHECKING:
    import polars as pl

INPUT_COLUMNS = {
    "nbm_gridded": "nbm_gridded_hourly_tmax_f",
    "gfs_mos": GFS_MOS,
    "nam_mos": NAM_MOS,
    "hrrr": "hrrr_tmax_f",
}
"""Guidance read, best first where a single one has to do.

RAP and the GEFS mean are left out: with the four above they made walk-forward scores no better.
"""
_SPREAD, _OBSERVED = "gefs_spread_f", "observed_tmax_f"

_GUIDANCE: tuple[Column, ...] = (
    *GUIDANCE_KEY,
    *((column, "float") for column in (*INPUT_COLUMNS.values(), _SPREAD, _OBSERVED)),
)

_Series = tuple[IntArray, FloatArray]


def read_panels(history: History) -> tuple[StationPanel, ...]:
    """Return the guided stations in the order of their identifiers, then the others.

    Guidance is taken only from bulletins issued by 12 UTC on the eve of the day. Maxima come
    from the guidance file where it has them, else from GHCN-Daily, else from ACIS: for one day
    at one station the three agree but for a few late corrections.

    Raises
    ------
    MissingData
        If no file is there, or one lacks a column.
    TornFile
        If a value is not of its type.
    """
    guidance = _guidance(history)
    acis, ghcn = _daily(history, ACIS_FILE), _daily(history, GHCN_FILE)
    if not guidance and not acis:
        raise MissingData(f"no weather history: neither {GUIDANCE_FILE} nor {ACIS_FILE}")
    guided = []
    for name, frame in guidance.items():
        code = BY_ICAO[name].code if name in BY_ICAO else name
        guided.append(_guided_panel(name, frame, (acis.get(code), ghcn.get(name))))
    served = {BY_ICAO[name].code for name in guidance if name in BY_ICAO}
    bare = [_bare_panel(code, series) for code, series in acis.items() if code not in served]
    return (*guided, *bare)


def _guidance(history: History) -> dict[str, pl.DataFrame]:
    import polars as pl

    if not history.files(GUIDANCE_FILE):
        return {}
    key = ("station", "target_date")
    whole = history.frame(GUIDANCE_FILE, _GUIDANCE, key, key)
    eve_noon = pl.col("target_date").cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    known = pl.col("issued_no_later_than_utc") <= eve_noon - pl.duration(hours=12)
    values = [pl.when(known).then(pl.col(c)).alias(c) for c in (*INPUT_COLUMNS.values(), _SPREAD)]
    whole = whole.with_columns(values)
    return {str(name[0]): frame for name, frame in sorted(whole.group_by("station"))}


def _daily(history: History, file: str) -> dict[str, _Series]:
    if not history.files(file):
        return {}
    whole = history.frame(file, DAILY_COLUMNS, ("station", "date"), ("station", "date"))
    return {
        str(name[0]): (
            frame["date"].to_physical().to_numpy().astype(np.int64),
            plausible(frame["tmax_f"].to_numpy()),
        )
        for name, frame in whole.group_by("station", maintain_order=True)
    }


def _guided_panel(name: str, frame: pl.DataFrame, others: Iterable[_Series | None]) -> StationPanel:
    """Lay one station's guidance and maxima out over consecutive days; later maxima win."""
    days = frame["target_date"].to_physical().to_numpy().astype(np.int64)
    own = days, plausible(frame[_OBSERVED].to_numpy())
    series = [*(each for each in others if each is not None), own]
    first, n = _extent(series)
    inputs = np.full((n, len(INPUT_COLUMNS)), np.nan)
    for place, column in enumerate(INPUT_COLUMNS.values()):
        inputs[days - first, place] = plausible(frame[column].to_numpy())
    spread = np.full(n, np.nan)
    spread[days - first] = plausible_spread(frame[_SPREAD].to_numpy())
    return StationPanel(
        name, first, tuple(INPUT_COLUMNS), inputs, spread, _laid_out(series, first, n)
    )


def _bare_panel(name: str, series: _Series) -> StationPanel:
    first, n = _extent([series])
    observed = _laid_out([series], first, n)
    return StationPanel(name, first, (), np.empty((n, 0)), np.full(n, np.nan), observed)


def _extent(series: Iterable[_Series]) -> tuple[int, int]:
    """Return the first day of all, and how many days there are to the last."""
    days = np.concatenate([each[0] for each in series])
    first = int(days.min())
    return first, int(days.max()) - first + 1


def _laid_out(series: Iterable[_Series], first: int, n: int) -> FloatArray:
    observed = np.full(n, np.nan)
    for days, values in series:
        known = np.isfinite(values)
        observed[days[known] - first] = values[known]
    return observed
