"""The past, station by station: day-ahead forecasts of the maximum as of 12 UTC on the eve."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.datastore.history import History
from kalshi_alpha.strategies.replay import Awaited, Replay
from kalshi_alpha.strategies.weather.bias import LAG_DAYS
from kalshi_alpha.strategies.weather.bins import WHOLE_DEGREES, binned
from kalshi_alpha.strategies.weather.guidance import (
    SD_LEAST_F,
    debiased_guidance,
    trailing_moments,
)
from kalshi_alpha.strategies.weather.history_files import read_panels
from kalshi_alpha.strategies.weather.panel import LOWEST_F, StationPanel, to_epoch
from kalshi_alpha.strategies.weather.refits import climatology_walk
from kalshi_alpha.strategies.weather.walk import Source, Walk, walk_forward

FIRST_SCORED = date(2023, 1, 1)
_WARM_UP_DAYS = 730  # before the first day scored, so that the dispersion has errors to learn from
_ROLLING_DAYS = 60
_ROLLING_LEAST = 20
_DECISION = time(12)


def replay(history: History, first: date | None, last: date | None) -> tuple[Replay, ...]:
    """Forecast every day of the history from what was known at 12 UTC on the day before.

    Stations of the guidance file come first, under their ICAO identifiers, on the days that it
    lists; the others follow under their own codes, with climatology as their model.

    Parameters
    ----------
    history
        Folders with the weather files; see `read_panels`.
    first, last
        Bounds of the days forecast, inclusive; None is 2023-01-01 and the end of the data.

    Raises
    ------
    MissingData
        If no file holds a station.
    TornFile
        If a file cannot be read.
    """
    begin = to_epoch(first or FIRST_SCORED)
    end = None if last is None else to_epoch(last)
    replays = (station_replay(panel, begin, end) for panel in read_panels(history))
    return tuple(each for each in replays if each is not None and each.days)


def station_replay(panel: StationPanel, begin: int, end: int | None) -> Replay | None:
    """Replay one station between days since 1970-01-01, or None without a day to forecast.

    A day whose maximum is not reported is forecast like any other: it is `Replay.awaited`.
    """
    panel = _as_far_as(panel, end)
    start = max(0, begin - _WARM_UP_DAYS - panel.first_day)
    climate = climatology_walk(panel, start)
    found = _replay(panel, walk_forward(panel, climate, start), climate, begin, end)
    return found if found.days or found.awaited else None


def scored_replay(
    panel: StationPanel,
    walk: Walk,
    climate: tuple[FloatArray, FloatArray],
    begin: int,
    end: int | None,
) -> Replay | None:
    """Put forecasts already walked, and their baselines, into the form that is scored.

    None without a day to score.
    """
    found = _replay(panel, walk, climate, begin, end)
    return found if found.days else None


def _replay(
    panel: StationPanel,
    walk: Walk,
    climate: tuple[FloatArray, FloatArray],
    begin: int,
    end: int | None,
) -> Replay:
    chosen = _forecast(panel, walk, climate[0]) & (panel.days >= begin)
    if end is not None:
        chosen &= panel.days <= end
    made = np.flatnonzero(chosen)
    pmfs = binned(walk.mean[made], walk.sd[made], walk.source[made] == Source.EMOS)
    printed = np.isfinite(panel.observed[made])
    rows = made[printed]
    days = tuple(panel.date_of(row) for row in rows.tolist())
    return Replay(
        key=panel.name,
        days=days,
        known_at=tuple(_eve(day) for day in days),
        grid=WHOLE_DEGREES,
        lo=LOWEST_F,
        pmfs=pmfs[printed],
        means=walk.mean[rows],
        outcomes=np.rint(panel.observed[rows]).astype(np.int64),
        baselines={
            name: binned(mean[rows], sd[rows])
            for name, (mean, sd) in _baselines(panel, climate).items()
        },
        units=tuple(f"WX:{day}" for day in days),
        awaited=tuple(
            Awaited(day, _eve(day), GridPmf(WHOLE_DEGREES, LOWEST_F, probs))
            for day, probs in zip(
                map(panel.date_of, made[~printed].tolist()), pmfs[~printed], strict=True
            )
        ),
    )


def _as_far_as(panel: StationPanel, end: int | None) -> StationPanel:
    """Return a panel that reaches to a day; climatology needs no row of a file to forecast it."""
    missing = 0 if end is None else end + 1 - panel.first_day - panel.observed.size
    if missing <= 0 or panel.input_names:
        return panel
    blank = np.full(missing, np.nan)
    return replace(
        panel,
        inputs=np.empty((panel.observed.size + missing, 0)),
        spread=np.concatenate((panel.spread, blank)),
        observed=np.concatenate((panel.observed, blank)),
    )


def _forecast(panel: StationPanel, walk: Walk, climate: FloatArray) -> BoolArray:
    """Say which days have a forecast and all that it is compared with, by what was known then."""
    known: BoolArray = np.isfinite(walk.mean) & np.isfinite(climate)
    return known & np.isfinite(_persistence(panel)[0])


def _baselines(
    panel: StationPanel, climate: tuple[FloatArray, FloatArray]
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Return mean and standard deviation of what costs nothing, by name."""
    found = {
        "random walk": _persistence(panel),
        "climatology": climate,
        "rolling": _rolling(panel),
    }
    if panel.input_names:
        mean, sd = debiased_guidance(panel)
        absent = np.isnan(mean)
        found["guidance"] = np.where(absent, climate[0], mean), np.where(absent, climate[1], sd)
    return found


def _persistence(panel: StationPanel) -> tuple[FloatArray, FloatArray]:
    """Return the last maximum known, with the spread that such forecasts missed by lately."""
    n, observed = panel.observed.size, panel.observed
    held = _held(observed)
    mean = np.concatenate((np.full(LAG_DAYS, np.nan), held[:-LAG_DAYS]))[:n]
    centre, spread = trailing_moments(observed - mean, _ROLLING_DAYS, _ROLLING_LEAST)
    whole = _held(np.sqrt(spread**2 + centre**2))
    return np.where(np.isfinite(whole), mean, np.nan), np.maximum(whole, SD_LEAST_F)


def _rolling(panel: StationPanel) -> tuple[FloatArray, FloatArray]:
    """Return the normal of the last sixty maxima known."""
    mean, sd = trailing_moments(panel.observed, _ROLLING_DAYS, _ROLLING_LEAST)
    return _held(mean), np.maximum(_held(sd), SD_LEAST_F)


def _held(values: FloatArray) -> FloatArray:
    """Return values with each gap filled by the last one before it."""
    rows = np.where(np.isfinite(values), np.arange(values.size), 0)
    return np.asarray(values[np.maximum.accumulate(rows)])


def _eve(day: date) -> datetime:
    return datetime.combine(day - timedelta(days=1), _DECISION, UTC)
