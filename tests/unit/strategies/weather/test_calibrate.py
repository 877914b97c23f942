from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from kalshi_alpha.core.errors import MissingData, ParseRefused
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.weather.calibrate import WeatherCalibration, fit
from kalshi_alpha.strategies.weather.emos import fit_emos
from kalshi_alpha.strategies.weather.history import panel_of
from kalshi_alpha.strategies.weather.patterns import Pattern, bias_of


def test_every_station_has_a_model_for_every_set_of_inputs(
    calibration: WeatherCalibration,
) -> None:
    miami, new_york = calibration.stations
    assert (miami.station, new_york.station) == ("KMIA", "KNYC")
    assert [each.inputs for each in miami.emos] == [
        ("gfs_mos", "nam_mos"),
        ("gfs_mos",),
        ("nam_mos",),
    ]
    # Four inputs make fifteen sets, each with the ensemble's spread and with its own.
    assert len(new_york.emos) == 30
    assert new_york.sub_model(("gfs_mos", "nam_mos"), ensemble=False) is not None
    assert new_york.sub_model(("nbs",), ensemble=False) is None


def test_parameters_are_those_of_a_fit_on_the_known_days(calibration: WeatherCalibration) -> None:
    days = calibration.days_of("KMIA", 12)
    panel = panel_of(days)
    pattern = Pattern((0, 1), ensemble=False)
    rows = pattern.complete(panel, np.arange(panel.observed.size))
    theta = fit_emos(pattern.data(panel, bias_of(panel), rows), panel.observed[rows])
    found = calibration.stations[0].emos[0]
    assert found.theta == pytest.approx(theta.tolist(), abs=1e-8)
    assert (found.n, found.first, found.last) == (rows.size, days[0].day, days[-1].day)
    assert 0.5 < found.crps < 1.2


def test_a_calibration_knows_nothing_reported_after_its_clock(short_history: list[Row]) -> None:
    clock = datetime(2024, 11, 1, 12, 0, tzinfo=UTC)
    early = [row for row in short_history if str(row["day"]) <= "2024-10-31"]
    found = fit(short_history, clock)
    assert found == fit(early)
    assert found.known_at == clock


def test_a_second_fit_is_the_same_whatever_the_order(
    calibration: WeatherCalibration, short_history: list[Row]
) -> None:
    assert fit([*reversed(short_history)]) == calibration


def test_a_station_with_less_than_a_year_is_left_out(short_history: list[Row]) -> None:
    kept = [r for r in short_history if r["station"] == "KMIA" or str(r["day"]) > "2024-06-01"]
    assert [each.station for each in fit(kept).stations] == ["KMIA"]
    with pytest.raises(MissingData):
        fit(kept[:100])
    with pytest.raises(ParseRefused):
        fit([{}])


def test_scores_are_walk_forward_and_better_than_guidance(
    calibration: WeatherCalibration,
) -> None:
    rows = {(row.station, row.model): row for row in calibration.skill.rows}
    for station in ("KMIA", "KNYC"):
        assert rows[station, "model"].crps < rows[station, "guidance"].crps
        assert rows[station, "model"].first > calibration.days_of(station, 12)[329].day
