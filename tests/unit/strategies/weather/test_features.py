from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.weather.calibrate import WeatherCalibration
from kalshi_alpha.strategies.weather.features import Known, known_of, last_reported
from kalshi_alpha.strategies.weather.reports import first_finals
from kalshi_alpha.strategies.weather.rows import ClimateRow, GuidanceRow, known_rows
from kalshi_alpha.strategies.weather.stations import station_of

CLOCK = datetime(2024, 11, 15, 12, 20, tzinfo=UTC)
DAYS = (date(2024, 11, 15), date(2024, 11, 16))
Tables = Mapping[str, Sequence[Row]]


def known(
    tables: Tables, calibration: WeatherCalibration, icao: str = "KMIA", at: datetime = CLOCK
) -> Known:
    read = tables.__getitem__
    return known_of(
        calibration.days_of(icao, 12),
        station_of(icao),
        known_rows(read, "weather_guidance", GuidanceRow, at),
        first_finals(known_rows(read, "nws_daily_climate", ClimateRow, at)),
        DAYS,
        at,
    )


def with_rows(tables: Tables, feed: str, *rows: Row) -> Tables:
    return {**tables, feed: [*tables[feed], *rows]}


def test_days_ahead_take_the_newest_bulletin(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    newer = {
        **tables["weather_guidance"][-4],
        "station": "KMIA",
        "model": "MAV",
        "climate_day": DAYS[0],
        "issued_at": datetime(2024, 11, 15, 6, tzinfo=UTC),
        "available_at": datetime(2024, 11, 15, 10, tzinfo=UTC),
        "tmax_f": 77,
    }
    found = known(with_rows(tables, "weather_guidance", newer), calibration)
    assert {name: each.value for name, each in found.used[DAYS[0]].items()} == {
        "gfs_mos": 77,
        "nam_mos": 84,
    }
    row = found.row_of(DAYS[1])
    assert found.panel.inputs[row].tolist() == [83.0, 80.0]
    assert np.isnan(found.panel.observed[row])


def test_days_past_take_the_bulletin_of_their_eve(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    shortened = {
        name: [row for row in rows if row["climate_day"] != date(2024, 11, 14)]
        for name, rows in tables.items()
    }
    template = {**tables["weather_guidance"][-4], "climate_day": date(2024, 11, 14)}
    for hour, tmax_f in ((12, 71), (18, 72)):
        issued_at = datetime(2024, 11, 13, hour, tzinfo=UTC)
        row = {**template, "issued_at": issued_at, "model": "MAV", "tmax_f": tmax_f}
        shortened["weather_guidance"] = [*shortened["weather_guidance"], row]
    days = [each for each in calibration.days if each.day < date(2024, 11, 14)]
    found = known_of(
        [each for each in days if each.station == "KMIA"],
        station_of("KMIA"),
        known_rows(shortened.__getitem__, "weather_guidance", GuidanceRow, CLOCK),
        {},
        DAYS,
        CLOCK,
    )
    assert found.panel.inputs[found.row_of(date(2024, 11, 14)), 0] == 71.0


def test_reports_continue_the_history_and_do_not_change_it(
    tables: Tables, calibration: WeatherCalibration
) -> None:
    early = [each for each in calibration.days_of("KMIA", 12) if each.day < date(2024, 11, 14)]
    changed = with_rows(
        tables,
        "nws_daily_climate",
        {**tables["nws_daily_climate"][1], "climate_day": date(2024, 11, 10), "value_f": 99},
    )
    found = known_of(
        early,
        station_of("KMIA"),
        (),
        first_finals(known_rows(changed.__getitem__, "nws_daily_climate", ClimateRow, CLOCK)),
        DAYS,
        CLOCK,
    )
    assert found.panel.observed[found.row_of(date(2024, 11, 14))] == 83.0
    [kept] = [each.observed for each in early if each.day == date(2024, 11, 10)]
    assert found.panel.observed[found.row_of(date(2024, 11, 10))] == kept
    assert found.report is not None
    assert found.report.value == 83.0
    assert last_reported(found.panel) == date(2024, 11, 14)


@pytest.mark.parametrize(
    "changes",
    [
        {"tmax_f": 999},
        {"station": "KNYC"},
        {"model": "LAV"},
        {"model": "NBS"},
        {"issued_at": CLOCK - timedelta(hours=36, seconds=1)},
        {"available_at": CLOCK + timedelta(seconds=1)},
    ],
    ids=["sentinel", "other station", "other bulletin", "not calibrated", "old", "late"],
)
def test_bulletins_that_do_not_count_are_passed_over(
    tables: Tables, calibration: WeatherCalibration, changes: Row
) -> None:
    row = {
        **tables["weather_guidance"][-4],
        "station": "KMIA",
        "model": "MAV",
        "climate_day": DAYS[1],
        "issued_at": CLOCK - timedelta(hours=1),
        "available_at": CLOCK,
        "tmax_f": 60,
        **changes,
    }
    before = known(tables, calibration)
    after = known(with_rows(tables, "weather_guidance", row), calibration)
    assert after.used == before.used
    np.testing.assert_array_equal(after.panel.inputs, before.panel.inputs)
