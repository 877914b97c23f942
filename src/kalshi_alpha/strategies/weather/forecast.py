"""The weather forecast: every calibrated station's running and next climate day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import Forecast, GridPmf, InputUsed, on_grid, with_floor
from kalshi_alpha.strategies.strategy import ForecastSet, TableReader
from kalshi_alpha.strategies.weather.bins import WHOLE_DEGREES
from kalshi_alpha.strategies.weather.calibrate import (
    MODEL_ID,
    StationModel,
    WeatherCalibration,
)
from kalshi_alpha.strategies.weather.certain_maximum import CertainMaximum, certain_maximum
from kalshi_alpha.strategies.weather.features import Known, known_of
from kalshi_alpha.strategies.weather.history import DAY_AHEAD_CYCLE
from kalshi_alpha.strategies.weather.panel import HIGHEST_F, LOWEST_F
from kalshi_alpha.strategies.weather.reports import first_finals
from kalshi_alpha.strategies.weather.rows import (
    CLIMATE,
    GUIDANCE,
    OBSERVATIONS,
    ClimateRow,
    GuidanceRow,
    ObservationRow,
    known_rows,
)
from kalshi_alpha.strategies.weather.station_forecast import StationForecast, station_forecast
from kalshi_alpha.strategies.weather.stations import (
    BY_CODE,
    BY_ICAO,
    QUANTITY,
    Station,
    station_of,
)

FAMILY = "WEATHER"
CONTRADICTION_PROB = 1e-4
"""An observation that the forecast gave less than this is a broken sensor or a broken model."""

AFTERNOON = timedelta(hours=15)
"""Time of the climate day from which on the forecast of the whole day promises too much."""

_ONE_DAY = timedelta(days=1)
_CYCLE_HOURS = 6


@dataclass(frozen=True, slots=True)
class _Tables:
    """The three feeds as they were known at the clock."""

    guidance: tuple[GuidanceRow, ...]
    finals: dict[tuple[str, date], ClimateRow]
    observations: tuple[ObservationRow, ...]


def forecast(read: TableReader, calibration: WeatherCalibration, as_of: datetime) -> ForecastSet:
    """Forecast the maximum of each station's running and next climate day.

    On the running day the certain maximum so far is a floor, and the forecast of the whole day
    stands for what is still to come. From 15:00 of local standard time on it cannot: the maximum
    has mostly been reached by then, and the running day is refused.

    Parameters
    ----------
    read
        Gives a feed's rows as they were known at ``as_of``; later ones are passed over.
    calibration
        Fitted parameters, of reports before ``as_of`` only.
    as_of
        The decision clock, aware.

    Returns
    -------
    ForecastSet
        A day that cannot be forecast is refused by its station's quantity; others are kept.

    Raises
    ------
    ParseRefused
        If a table holds something impossible.
    """
    if calibration.known_at > as_of:
        why = "the calibration knows reports that came after the clock: calibrate as of the clock"
        return ForecastSet((), {QUANTITY: why})
    tables = _Tables(
        known_rows(read, GUIDANCE, GuidanceRow, as_of),
        first_finals(known_rows(read, CLIMATE, ClimateRow, as_of)),
        known_rows(read, OBSERVATIONS, ObservationRow, as_of),
    )
    made: list[Forecast] = []
    refused = _uncalibrated(calibration, tables)
    metadata: dict[str, str] = {}
    for model in _models_at(calibration.stations, as_of):
        station = station_of(model.station)
        today = station.climate_day(as_of)
        periods = (today, today + _ONE_DAY)
        days = calibration.days_of(model.station, model.cycle)
        known = known_of(days, station, tables.guidance, tables.finals, periods, as_of)
        for day in periods:
            found = station_forecast(model, known, day)
            floor = certain_maximum(tables.observations, station, day)
            try:
                _require_ahead(station, day, as_of)
                made.append(_dated(station, day, found, floor, calibration, as_of))
            except MissingData as error:
                refused[station.quantity] = str(error)
                continue
            metadata[f"{station.icao} {day}"] = _fact(found, floor, known, day)
    return ForecastSet(tuple(made), refused, metadata, _of_the_almanac(made))


def _of_the_almanac(made: Sequence[Forecast]) -> dict[tuple[str, date], str]:
    """Name the forecasts without guidance: the market knows the time of year as well as we do."""
    return {
        (each.quantity, each.period): "without guidance the forecast is climatology, a baseline"
        for each in made
        if each.model_id.endswith("-climatology")
    }


def _require_ahead(station: Station, day: date, as_of: datetime) -> None:
    if as_of - station.begins_at(day) >= AFTERNOON:
        raise MissingData(
            f"{station.icao} {day}: the maximum has mostly been reached, and no model is fitted "
            "to the hours left"
        )


def _uncalibrated(calibration: WeatherCalibration, tables: _Tables) -> dict[str, str]:
    """Refuse the stations that the feeds report and the calibration does not know."""
    calibrated = {model.station for model in calibration.stations}
    seen = {BY_CODE[code].icao for code, _ in tables.finals if code in BY_CODE}
    seen |= {row.station for row in tables.guidance if row.station in BY_ICAO}
    return {
        BY_ICAO[icao].quantity: f"the calibration's history holds too few days of {icao}"
        for icao in sorted(seen - calibrated)
    }


def _models_at(models: Sequence[StationModel], as_of: datetime) -> list[StationModel]:
    """Choose each station's model of the clock's cycle, else the day-ahead one, else any."""
    cycle = as_of.hour // _CYCLE_HOURS * _CYCLE_HOURS
    chosen: dict[str, StationModel] = {}
    for model in models:
        kept = chosen.get(model.station)
        if kept is None or _rank(model, cycle) < _rank(kept, cycle):
            chosen[model.station] = model
    return list(chosen.values())


def _rank(model: StationModel, cycle: int) -> int:
    return (model.cycle != cycle) + (model.cycle not in {cycle, DAY_AHEAD_CYCLE})


def _dated(
    station: Station,
    day: date,
    found: StationForecast,
    floor: CertainMaximum | None,
    calibration: WeatherCalibration,
    as_of: datetime,
) -> Forecast:
    pmf = on_grid(found.dist, WHOLE_DEGREES, LOWEST_F, HIGHEST_F)
    inputs, notes = found.inputs, found.notes
    if floor is not None:
        pmf = floored(pmf, floor, f"{station.icao} {day}")
        title = f"{station.icao} certain maximum so far"
        inputs = (*inputs, InputUsed(title, floor.floor_f, "F", floor.available_at))
        notes = (*notes, f"not below {floor.floor_f} F: observed")
    return Forecast(
        family=FAMILY,
        quantity=station.quantity,
        period=day,
        pmf=pmf,
        latent_mean=found.dist.mean,
        latent_sd=found.dist.sd,
        as_of=as_of,
        inputs=inputs,
        model_id=f"{MODEL_ID}-{found.model}",
        calibration_hash=calibration.history_sha256,
        notes=notes,
    )


def floored(pmf: GridPmf, floor: CertainMaximum, what: str) -> GridPmf:
    """Raise a forecast to what has been observed.

    Raises
    ------
    MissingData
        If the forecast had all but ruled the observation out: one of the two is wrong, and
        nothing tells which.
    """
    prob = pmf.survival(floor.floor_f - 1)
    if not prob >= CONTRADICTION_PROB:
        raise MissingData(
            f"{what}: {floor.floor_f} F was observed, to which the forecast gave {prob:.1e}"
        )
    return with_floor(pmf, floor.floor_f)


def _fact(found: StationForecast, floor: CertainMaximum | None, known: Known, day: date) -> str:
    values = ", ".join(f"{name} {each.value:.0f}" for name, each in known.used[day].items())
    text = f"{found.model} mean {found.dist.mean:.1f} F, sd {found.dist.sd:.1f} F"
    observed = "" if floor is None else f", at least {floor.floor_f}"
    return f"{text} ({values or 'no guidance'}{observed})"
