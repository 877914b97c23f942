"""The ten-year par yield of the day: yesterday's close, scheduled news, and a live quote."""

from kalshi_alpha.strategies.strategy import Strategy
from kalshi_alpha.strategies.teny.artifact import calibrate, load
from kalshi_alpha.strategies.teny.calibrate import fit
from kalshi_alpha.strategies.teny.forecast import FAMILY, forecast
from kalshi_alpha.strategies.teny.outcomes import outcomes
from kalshi_alpha.strategies.teny.past import past
from kalshi_alpha.strategies.teny.quality import quality
from kalshi_alpha.strategies.teny.replay import replay

STRATEGY = Strategy(
    family=FAMILY,
    history="teny/history.json",
    calibrate=lambda rows, as_of, path: calibrate(rows, as_of=as_of, path=path),
    load=load,
    forecast=forecast,
    quality=quality,
    identity=lambda calibration: str(calibration.history_sha256),
    outcomes=outcomes,
    replay=replay,
    past=past,
)

__all__ = ["STRATEGY", "calibrate", "fit", "forecast", "load", "outcomes", "quality", "replay"]
