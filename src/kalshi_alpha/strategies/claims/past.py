"""Walk-forward forecasts of the weeks that a calibration was fitted on."""

from __future__ import annotations

from datetime import date

from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration
from kalshi_alpha.strategies.claims.history import finals_of
from kalshi_alpha.strategies.claims.replay import replays_of
from kalshi_alpha.strategies.replay import Replay


def past(calibration: ClaimsCalibration) -> tuple[Replay, ...]:
    """Forecast every first print from those released before it, as soon as the scale is known."""
    prints, finals = calibration.prints, finals_of(calibration.weeks)
    return replays_of(prints, finals, date.min, date.max)
