"""Initial claims for unemployment insurance: the next first print, without and with consensus."""

from kalshi_alpha.strategies.claims.artifact import calibrate, load
from kalshi_alpha.strategies.claims.calibrate import fit
from kalshi_alpha.strategies.claims.forecast import Consensus, forecast
from kalshi_alpha.strategies.claims.outcomes import outcomes
from kalshi_alpha.strategies.claims.past import past
from kalshi_alpha.strategies.claims.quality import quality
from kalshi_alpha.strategies.claims.replay import replay
from kalshi_alpha.strategies.claims.variants import VARIANTS
from kalshi_alpha.strategies.strategy import Strategy

STRATEGY = Strategy(
    family="CLAIMS",
    history="claims/history.json",
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
    "Consensus",
    "calibrate",
    "fit",
    "forecast",
    "load",
    "outcomes",
    "quality",
    "replay",
]
