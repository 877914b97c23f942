from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from kalshi_alpha.core.forecast import Normal, StudentT
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.weather.calibrate import StationModel, WeatherCalibration
from kalshi_alpha.strategies.weather.features import Known, known_of
from kalshi_alpha.strategies.weather.rows import GuidanceRow, known_rows
from kalshi_alpha.strategies.weather.station_forecast import station_forecast
from kalshi_alpha.strategies.weather.stations import station_of

CLOCK = datetime(2024, 11, 15, 12, 20, tzinfo=UTC)
DAY = date(2024, 11, 16)
Tables = Mapping[str, Sequence[Row]]


def miami(calibration: WeatherCalibration) -> StationModel:
    return next(each for each in calibration.stations if each.station == "KMIA")


def known(tables: Tables, calibration: WeatherCalibration, *models: str) -> Known:
    rows = known_rows(tables.__getitem__, "weather_guidance", GuidanceRow, CLOCK)
    kept = [row for row in rows if row.model in models]
    return known_of(calibration.days_of("KMIA", 12), station_of("KMIA"), kept, {}, (DAY,), CLOCK)


def test_all_bulletins_make_an_emos_forecast_between_them(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    found = station_forecast(miami(calibration), known(tables, calibration, "MAV", "MET"), DAY)
    assert found.model == "emos"
    assert isinstance(found.dist, StudentT)
    assert 79.0 < found.dist.mean < 86.0
    assert 1.0 < found.dist.sd < 4.0
    assert [each.value for each in found.inputs] == [83.0, 80.0]
    assert found.notes == ()


def test_a_single_bulletin_has_a_model_of_its_own(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    model = miami(calibration)
    one = station_forecast(model, known(tables, calibration, "MET"), DAY)
    both = station_forecast(model, known(tables, calibration, "MAV", "MET"), DAY)
    assert one.model == "emos"
    assert one.dist.mean != both.dist.mean


def test_without_a_fitted_model_guidance_is_debiased(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    bare = replace(miami(calibration), emos=())
    found = station_forecast(bare, known(tables, calibration, "MAV", "MET"), DAY)
    days = calibration.days_of("KMIA", 12)[-60:]
    errors = np.array([each.observed - (each.gfs_mos or np.nan) for each in days])
    assert found.model == "guidance"
    assert isinstance(found.dist, Normal)
    # The sixty days end with the eve, whose report is not in yet.
    assert found.dist.mean == pytest.approx(83.0 + errors[1:].mean(), abs=0.05)


def test_without_guidance_climatology_serves_and_says_so(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    model = miami(calibration)
    found = station_forecast(model, known(tables, calibration), DAY)
    assert found.model == "climatology"
    assert found.dist.sd > 3.0
    assert any("climatology only" in note for note in found.notes)


def test_recent_errors_that_are_not_known_are_remarked(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    early = tuple(each for each in calibration.days if each.day < date(2024, 11, 1))
    older = replace(calibration, days=early)
    found = station_forecast(miami(calibration), known(tables, older, "MAV", "MET"), DAY)
    assert found.model == "emos"
    assert any("2024-10-31" in note for note in found.notes)


def test_dispersion_widens_the_forecast(tables: Tables, calibration: WeatherCalibration) -> None:
    model = miami(calibration)
    state = known(tables, calibration, "MAV", "MET")
    narrow = station_forecast(replace(model, dispersion=1.0), state, DAY).dist
    wide = station_forecast(replace(model, dispersion=1.5), state, DAY).dist
    assert wide.mean == narrow.mean
    assert wide.sd == pytest.approx(1.5 * narrow.sd)
