from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.errors import MissingData, ParseRefused
from kalshi_alpha.core.forecast import Forecast, Normal, on_grid
from kalshi_alpha.strategies.strategy import ForecastSet, Row
from kalshi_alpha.strategies.weather.bins import WHOLE_DEGREES
from kalshi_alpha.strategies.weather.calibrate import WeatherCalibration
from kalshi_alpha.strategies.weather.certain_maximum import CertainMaximum
from kalshi_alpha.strategies.weather.forecast import FAMILY, floored, forecast

CLOCK = datetime(2024, 11, 15, 12, 20, tzinfo=UTC)
TODAY, TOMORROW = date(2024, 11, 15), date(2024, 11, 16)
Tables = Mapping[str, Sequence[Row]]


def made(tables: Tables, calibration: WeatherCalibration, at: datetime = CLOCK) -> ForecastSet:
    return forecast(tables.__getitem__, calibration, at)


def of(found: ForecastSet, quantity: str, day: date) -> Forecast:
    return next(each for each in found.forecasts if (each.quantity, each.period) == (quantity, day))


def fingerprint(found: ForecastSet) -> list[object]:
    """Everything a forecast holds, its probabilities to the last bit."""
    kept: list[object] = [dict(found.refused), dict(found.metadata)]
    for each in found.forecasts:
        kept += [
            each.pmf.lo,
            each.pmf.probs.tobytes(),
            repr(replace(each, pmf=each.pmf.point(each.pmf.grid, 0))),
        ]
    return kept


def seen(hour: int, minute: int = 0, **found: object) -> Row:
    observed_at = datetime(2024, 11, 15, hour, minute, tzinfo=UTC)
    return {
        "station": "KNYC",
        "observed_at": observed_at,
        "kind": "metar",
        "available_at": observed_at,
        **found,
    }


def test_every_calibrated_station_is_forecast_for_today_and_tomorrow(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    found = made(tables, calibration)
    assert dict(found.refused) == {}
    assert [(each.quantity, each.period) for each in found.forecasts] == [
        ("temp_max_mia", TODAY),
        ("temp_max_mia", TOMORROW),
        ("temp_max_nyc", TODAY),
        ("temp_max_nyc", TOMORROW),
    ]
    for each in found.forecasts:
        assert each.family == FAMILY
        assert each.model_id == "weather-emos-t-1-emos"
        assert each.calibration_hash == calibration.history_sha256
        assert each.pmf.mean == pytest.approx(each.latent_mean, abs=0.05)
        assert all(used.available_at <= CLOCK for used in each.inputs)
    assert of(found, "temp_max_nyc", TOMORROW).latent_mean == pytest.approx(60.0, abs=2.0)
    assert of(found, "temp_max_mia", TOMORROW).latent_mean == pytest.approx(82.0, abs=2.0)


def test_the_climate_day_turns_at_local_standard_midnight(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    before = made(tables, calibration, datetime(2024, 11, 16, 4, 59, tzinfo=UTC))
    after = made(tables, calibration, datetime(2024, 11, 16, 5, 0, tzinfo=UTC))
    assert {each.period for each in before.forecasts} == {TOMORROW}
    assert {each.period for each in after.forecasts} == {TOMORROW, date(2024, 11, 17)}


def test_in_the_late_afternoon_the_running_day_is_refused(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    """A forecast of the whole day promises warmth that the evening no longer can bring."""
    early = made(tables, calibration, datetime(2024, 11, 15, 19, 59, tzinfo=UTC))
    late = made(tables, calibration, datetime(2024, 11, 15, 20, 0, tzinfo=UTC))
    assert {each.period for each in early.forecasts} == {TODAY, TOMORROW}
    assert {each.period for each in late.forecasts} == {TOMORROW}
    assert set(late.refused) == {"temp_max_mia", "temp_max_nyc"}


def test_a_floor_moves_the_mass_below_it() -> None:
    """Worked example: 75 F observed, N(75.2, 1.1) still to come."""
    pmf = on_grid(Normal(75.2, 1.1), WHOLE_DEGREES, -60, 140)
    found = floored(pmf, CertainMaximum(75, CLOCK), "KNYC")
    assert found.prob(75, 76) == pytest.approx(0.8814, abs=5e-5)
    assert found.prob(77, 78) == pytest.approx(0.1173, abs=5e-5)
    assert found.prob(79, None) == pytest.approx(0.0013, abs=5e-5)
    assert found.prob(None, 74) == 0.0


def test_an_observation_that_the_forecast_ruled_out_refuses_the_day() -> None:
    pmf = on_grid(Normal(75.2, 1.1), WHOLE_DEGREES, -60, 140)
    with pytest.raises(MissingData, match="90 F"):
        floored(pmf, CertainMaximum(90, CLOCK), "KNYC")


def test_todays_observations_are_a_floor_for_today_only(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    rows = [
        seen(6, temp_c_tenths=139),  # 57 F
        seen(11, 51, temp_c_tenths=120, max_6h_c_tenths=144),  # 58 F within the day
        seen(5, 51, max_6h_c_tenths=172),  # 63 F, perhaps before midnight
        seen(12, 30, temp_c_tenths=200),  # after the clock
    ]
    found = made({**tables, "nws_observations": rows}, calibration)
    plain = made(tables, calibration)
    today = of(found, "temp_max_nyc", TODAY)
    assert today.pmf.lo == 58
    assert today.pmf.survival(59) == of(plain, "temp_max_nyc", TODAY).pmf.survival(59)
    assert any("58 F" in note for note in today.notes)
    assert today.inputs[-1].value == 58
    for quantity, day in (("temp_max_nyc", TOMORROW), ("temp_max_mia", TODAY)):
        assert of(found, quantity, day).pmf == of(plain, quantity, day).pmf


def test_a_whole_degree_reading_is_worth_one_degree_less(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    rows = [seen(11, 55, kind="five_minute", temp_c_tenths=150, whole_degree=True)]  # 59 F, so 58
    found = made({**tables, "nws_observations": rows}, calibration)
    assert of(found, "temp_max_nyc", TODAY).pmf.lo == 58


def test_a_broken_sensor_refuses_its_day_and_leaves_the_others(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    found = made({**tables, "nws_observations": [seen(11, temp_c_tenths=300)]}, calibration)
    assert list(found.refused) == ["temp_max_nyc"]
    assert "86 F" in found.refused["temp_max_nyc"]
    assert len(found.forecasts) == 3


def test_stations_without_a_calibration_are_refused_by_name(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    other = {**tables["nws_daily_climate"][0], "station": "DEN"}
    found = made({**tables, "nws_daily_climate": [other]}, calibration)
    assert "KDEN" in found.refused["temp_max_den"]
    assert len(found.forecasts) == 4


def test_without_guidance_climatology_is_forecast_and_named(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    found = made({**tables, "weather_guidance": []}, calibration)
    assert {each.model_id for each in found.forecasts} == {"weather-emos-t-1-climatology"}
    assert found.no_skill.keys() == {(each.quantity, each.period) for each in found.forecasts}
    assert dict(made(tables, calibration).no_skill) == {}


def test_a_calibration_of_the_future_is_refused(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    found = made(tables, calibration, calibration.known_at - timedelta(seconds=1))
    assert found.forecasts == ()
    assert "after the clock" in found.refused["temp_max"]


@pytest.mark.parametrize("feed", ["weather_guidance", "nws_daily_climate", "nws_observations"])
def test_an_impossible_table_is_refused(
    tables: Tables, calibration: WeatherCalibration, feed: str
) -> None:
    with pytest.raises(ParseRefused):
        made({**tables, feed: [{}]}, calibration)


@settings(max_examples=20)
@given(
    seconds=st.integers(1, 10**6),
    feed=st.sampled_from(["weather_guidance", "nws_daily_climate", "nws_observations"]),
    tmax=st.integers(-60, 140),
)
def test_rows_after_the_clock_change_nothing(
    tables: Tables, calibration: WeatherCalibration, seconds: int, feed: str, tmax: int
) -> None:
    """Absurd rows one second after the clock, and revisions of old values, are not seen."""
    late = CLOCK + timedelta(seconds=seconds)
    observed = seen(11, temp_c_tenths=10 * tmax, station="KNYC")
    source = [*tables[feed]] or [observed]
    planted = [
        {**row, "available_at": late, **({"tmax_f": tmax} if "tmax_f" in row else {})}
        for row in source
    ]
    planted = [{**row, **({"value_f": tmax} if "value_f" in row else {})} for row in planted]
    poisoned = {**tables, feed: [*tables[feed], *planted]}
    assert fingerprint(made(poisoned, calibration)) == fingerprint(made(tables, calibration))
