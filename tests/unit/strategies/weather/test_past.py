from __future__ import annotations

import numpy as np

from kalshi_alpha.strategies.weather.calibrate import WeatherCalibration
from kalshi_alpha.strategies.weather.past import DAYS, past


def test_each_station_has_its_last_half_year_forecast_from_the_eves(
    calibration: WeatherCalibration,
) -> None:
    found = past(calibration)
    assert [each.key for each in found] == ["KMIA", "KNYC"]
    for each in found:
        days = calibration.days_of(each.key, 12)
        assert DAYS - 20 <= len(each.days) <= DAYS
        assert each.days[-1] == days[-1].day
        assert np.allclose(each.pmfs.sum(axis=1), 1.0)
        # Better than climatology, or it would be no forecast of the day.
        misses = np.abs(each.outcomes - each.means)
        places = each.lo + np.arange(each.pmfs.shape[1])
        assert misses.mean() < np.abs(each.outcomes - each.baselines["climatology"] @ places).mean()
