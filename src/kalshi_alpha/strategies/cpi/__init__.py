"""Consumer prices: month on month, year on year and core, from one latent draw where possible."""

from kalshi_alpha.strategies.cpi.artifact import calibrate, load
from kalshi_alpha.strategies.cpi.calibrate import fit
from kalshi_alpha.strategies.cpi.forecast import forecast
from kalshi_alpha.strategies.cpi.outcomes import outcomes
from kalshi_alpha.strategies.cpi.past import past
from kalshi_alpha.strategies.cpi.quality import quality
from kalshi_alpha.strategies.cpi.replay import replay
from kalshi_alpha.strategies.cpi.variants import VARIANTS
from kalshi_alpha.strategies.strategy import Strategy

STRATEGY = Strategy(
    family="CPI",
    history="cpi/history.json",
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

__all__ = ["STRATEGY", "calibrate", "fit", "forecast", "load", "outcomes", "quality", "replay"]
