"""One station's next maximum: EMOS where it can be had, else guidance alone, else climatology."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kalshi_alpha.core.forecast import Distribution, InputUsed, Normal, StudentT
from kalshi_alpha.strategies.weather.calibrate import StationModel, SubModel
from kalshi_alpha.strategies.weather.climatology import newest_anomaly
from kalshi_alpha.strategies.weather.crps_shape import DOF, SD
from kalshi_alpha.strategies.weather.emos import location_and_scale
from kalshi_alpha.strategies.weather.features import Known, last_reported
from kalshi_alpha.strategies.weather.guidance import SD_LEAST_F, debiased_guidance
from kalshi_alpha.strategies.weather.patterns import Pattern, bias_of

_REPORT_LAG_MAX = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class StationForecast:
    """A day's latent maximum, degrees Fahrenheit, what it was made of, and remarks."""

    dist: Distribution
    model: str
    inputs: tuple[InputUsed, ...]
    notes: tuple[str, ...] = ()


def station_forecast(model: StationModel, known: Known, day: date) -> StationForecast:
    """Forecast a day's maximum by the best model that its inputs allow."""
    used = known.used[day]
    reports = () if known.report is None else (known.report,)
    inputs = (*(used[name] for name in known.panel.input_names if name in used), *reports)
    notes = _notes(known, day)
    names = tuple(name for name in known.panel.input_names if name in used)
    sub_model = model.sub_model(names, ensemble=False) if names else None
    if sub_model is not None:
        return StationForecast(_emos(model, sub_model, known, day), "emos", inputs, notes)
    plain = _debiased(known, day)
    if plain is not None:
        return StationForecast(plain, "guidance", inputs, (*notes, "guidance less its bias only"))
    notes = (*notes, "climatology only: no calibrated guidance for the day")
    return StationForecast(_climatology(model, known, day), "climatology", reports, notes)


def _emos(model: StationModel, sub_model: SubModel, known: Known, day: date) -> StudentT:
    panel = known.panel
    columns = tuple(panel.input_names.index(name) for name in sub_model.inputs)
    data = Pattern(columns, sub_model.ensemble).data(
        panel, bias_of(panel, lag=1), np.array([known.row_of(day)])
    )
    location, scale = location_and_scale(np.array(sub_model.theta), data)
    widened = max(float(scale[0]) * model.dispersion, SD_LEAST_F / SD)
    return StudentT(float(location[0]), widened, DOF)


def _debiased(known: Known, day: date) -> Normal | None:
    mean, sd = debiased_guidance(known.panel, lag=1)
    row = known.row_of(day)
    return Normal(float(mean[row]), float(sd[row])) if np.isfinite(mean[row]) else None


def _climatology(model: StationModel, known: Known, day: date) -> Normal:
    panel, row = known.panel, known.row_of(day)
    days = panel.days
    anomaly, at = newest_anomaly(model.climatology, days, panel.observed, row)
    mean, sd = model.climatology.forecast(
        days[row : row + 1], np.array([anomaly]), np.array([row - at])
    )
    return Normal(float(mean[0]), max(float(sd[0]), SD_LEAST_F))


def _notes(known: Known, day: date) -> tuple[str, ...]:
    last = last_reported(known.panel)
    if last is None or day - last > _REPORT_LAG_MAX:
        return (f"no final maximum after {last}: recent errors of the guidance are not known",)
    return ()
