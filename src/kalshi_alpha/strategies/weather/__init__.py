"""Daily maximum temperature: EMOS on station guidance, above what has been observed already."""

from kalshi_alpha.strategies.strategy import Strategy
from kalshi_alpha.strategies.weather.artifact import calibrate, load
from kalshi_alpha.strategies.weather.calibrate import fit
from kalshi_alpha.strategies.weather.forecast import forecast
from kalshi_alpha.strategies.weather.outcomes import outcomes
from kalshi_alpha.strategies.weather.past import past
from kalshi_alpha.strategies.weather.quality import quality
from kalshi_alpha.strategies.weather.replay import replay
from kalshi_alpha.strategies.weather.variants import VARIANTS

STRATEGY = Strategy(
    family="WEATHER",
    history="weather/history.json",
    calibrate=lambda rows, as_of, path: calibrate(rows, as_of=as_of, path=path),
    load=load,
    forecast=forecast,
    quality=quality,
    identity=lambda calibration: str(calibration.history_sha256),
    outcomes=outcomes,
    replay=replay,
    variants=VARIANTS,
    past=past,
)

__all__ = [
    "STRATEGY",
    "calibrate",
    "fit",
    "forecast",
    "load",
    "outcomes",
    "quality",
    "replay",
]
