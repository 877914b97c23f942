"""Fitting: each station's models for whatever guidance there is, its year, and their skill."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations, groupby

import msgspec
import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.scoring.crps import crps_student_t
from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.weather.climatology import (
    DAYS_LEAST,
    Climatology,
    fit_climatology,
)
from kalshi_alpha.strategies.weather.crps_shape import DOF
from kalshi_alpha.strategies.weather.emos import ROWS_LEAST, fit_emos, location_and_scale
from kalshi_alpha.strategies.weather.history import HistoryDay, panel_of, read_history
from kalshi_alpha.strategies.weather.panel import StationPanel, from_epoch
from kalshi_alpha.strategies.weather.patterns import Pattern, bias_of, training_rows
from kalshi_alpha.strategies.weather.refits import climatology_walk
from kalshi_alpha.strategies.weather.replay import scored_replay
from kalshi_alpha.strategies.weather.skill import Skill, walk_forward_skill
from kalshi_alpha.strategies.weather.walk import walk_forward

MODEL_ID = "weather-emos-t-1"
MISSING_INPUT_POLICY = (
    "a sub-model for the inputs that are there, fitted on days that have them; with fewer than "
    f"{ROWS_LEAST} such days the first input of nbm_gridded, nbs, gfs_mos, nam_mos, hrrr less "
    "its mean error of sixty days; without guidance climatology with decaying anomalies"
)
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class SubModel:
    """EMOS for one set of inputs.

    Attributes
    ----------
    inputs
        Names of the guidance values, in the order of their weights.
    ensemble
        Whether the spread is an ensemble's, and not that of the inputs.
    theta
        Intercept at 50 degrees, a weight for each input, sine and cosine of the year; log of
        the squared scale with its sine and cosine, and log of the squared weight of the spread.
    n, first, last
        Days fitted on.
    crps
        Mean score on those days, degrees Fahrenheit.
    """

    inputs: tuple[str, ...]
    ensemble: bool
    theta: tuple[float, ...]
    n: int
    first: date
    last: date
    crps: float


@dataclass(frozen=True, slots=True)
class StationModel:
    """Everything fitted for one station and cycle.

    ``dispersion`` multiplies EMOS scales: how wide recent errors were against what was forecast.
    """

    station: str
    cycle: int
    emos: tuple[SubModel, ...]
    dispersion: float
    climatology: Climatology

    def sub_model(self, inputs: Sequence[str], *, ensemble: bool) -> SubModel | None:
        """Return the model of exactly these inputs, or None."""
        wanted = tuple(inputs), ensemble
        found = (each for each in self.emos if (each.inputs, each.ensemble) == wanted)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class WeatherCalibration:
    """Everything a weather forecast needs besides the day's data.

    ``history_sha256`` is the hash of the days it was fitted on, and names the calibration.
    """

    stations: tuple[StationModel, ...]
    days: tuple[HistoryDay, ...]
    skill: Skill
    history_sha256: str

    @property
    def known_at(self) -> datetime:
        """Instant of the last report fitted on: no earlier forecast may use this calibration."""
        return max(each.known_at for each in self.days)

    def days_of(self, station: str, cycle: int) -> tuple[HistoryDay, ...]:
        """Return one station's days of a cycle, in ascending order."""
        return tuple(each for each in self.days if (each.station, each.cycle) == (station, cycle))


def fit(
    history: Sequence[Mapping[str, object]], as_of: datetime | None = None
) -> WeatherCalibration:
    """Fit on the days reported by ``as_of``; pure, and the same for the same days.

    A station with less than 330 days is left out: its year is not known.

    Raises
    ------
    ParseRefused
        If the history cannot be read.
    MissingData
        If no station has days enough.
    """
    days = read_history(history, as_of)
    stations, replays, kept = [], list[Replay](), list[HistoryDay]()
    for _, group in groupby(days, key=lambda each: (each.station, each.cycle)):
        own = tuple(group)
        if len(own) < DAYS_LEAST:
            continue
        panel = panel_of(own)
        climate = climatology_walk(panel)
        walk = walk_forward(panel, climate)
        stations.append(_station_model(own[0].cycle, panel, walk.dispersion))
        kept += own
        replay = scored_replay(panel, walk, climate, panel.first_day, None)
        replays += [] if replay is None else [replay]
    if not stations:
        raise MissingData(f"weather calibration needs {DAYS_LEAST} days of a station")
    return WeatherCalibration(
        stations=tuple(stations),
        days=tuple(kept),
        skill=walk_forward_skill(replays),
        history_sha256=sha256_of(kept),
    )


def sha256_of(days: Sequence[HistoryDay]) -> str:
    """Return the hash that names a calibration on these days."""
    return hashlib.sha256(msgspec.json.encode(days)).hexdigest()


def _station_model(cycle: int, panel: StationPanel, dispersion: float) -> StationModel:
    climatology = fit_climatology(panel.days, panel.observed)
    return StationModel(
        station=panel.name,
        cycle=cycle,
        emos=tuple(_sub_models(panel)),
        dispersion=round(dispersion, _DIGITS),
        climatology=Climatology(
            _rounded(climatology.normal),
            _rounded(climatology.spread),
            round(climatology.persistence, _DIGITS),
        ),
    )


def _sub_models(panel: StationPanel) -> Iterator[SubModel]:
    """Fit every set of inputs that enough of the last two years' days have."""
    bias = bias_of(panel)
    rows = training_rows(panel.observed.size, lag=1)
    columns = range(len(panel.input_names))
    for size in range(len(panel.input_names), 0, -1):
        for chosen in combinations(columns, size):
            for ensemble in (True, False):
                pattern = Pattern(chosen, ensemble)
                learnt = pattern.complete(panel, rows)
                if learnt.size >= ROWS_LEAST:
                    yield _sub_model(panel, pattern, bias, learnt.tolist())


def _sub_model(
    panel: StationPanel, pattern: Pattern, bias: FloatArray, learnt: list[int]
) -> SubModel:
    rows = np.array(learnt)
    data, observed = pattern.data(panel, bias, rows), panel.observed[rows]
    theta = fit_emos(data, observed)
    location, scale = location_and_scale(theta, data)
    return SubModel(
        inputs=tuple(panel.input_names[column] for column in pattern.columns),
        ensemble=pattern.ensemble,
        theta=_rounded(theta.tolist()),
        n=len(learnt),
        first=from_epoch(panel.first_day + learnt[0]),
        last=from_epoch(panel.first_day + learnt[-1]),
        crps=round(float(crps_student_t(location, scale, DOF, observed).mean()), _DIGITS),
    )


def _rounded(values: Sequence[float]) -> tuple[float, ...]:
    # Parameters are rounded, so that two machines write the same artifact.
    return tuple(round(value, _DIGITS) for value in values)
