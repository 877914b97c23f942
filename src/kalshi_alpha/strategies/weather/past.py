"""Walk-forward forecasts of the newest days that a calibration was fitted on."""

from __future__ import annotations

from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.weather.calibrate import StationModel, WeatherCalibration
from kalshi_alpha.strategies.weather.history import panel_of
from kalshi_alpha.strategies.weather.refits import climatology_walk
from kalshi_alpha.strategies.weather.replay import scored_replay
from kalshi_alpha.strategies.weather.walk import walk_forward

DAYS = 182
"""Half a year, which is forecast anew in a second; `Strategy.replay` judges whole years."""
_WARM_UP_DAYS = 182  # six times the days that the spread's prior weighs


def past(calibration: WeatherCalibration) -> tuple[Replay, ...]:
    """Forecast each station's last 182 days from what was known on the eve, refitted weekly."""
    found = (_station(calibration, model) for model in calibration.stations)
    return tuple(each for each in found if each is not None)


def _station(calibration: WeatherCalibration, model: StationModel) -> Replay | None:
    panel = panel_of(calibration.days_of(model.station, model.cycle))
    begin = panel.observed.size - DAYS
    start = max(0, begin - _WARM_UP_DAYS)
    climate = climatology_walk(panel, start)
    walk = walk_forward(panel, climate, start)
    return scored_replay(panel, walk, climate, panel.first_day + begin, None)
