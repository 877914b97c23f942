"""Walk-forward forecasts of the newest closes that a calibration was fitted on."""

from __future__ import annotations

from kalshi_alpha.strategies.replay import Replay
from kalshi_alpha.strategies.teny.calibrate import TenyCalibration
from kalshi_alpha.strategies.teny.history import changes_of
from kalshi_alpha.strategies.teny.replay import replay_of
from kalshi_alpha.strategies.teny.skill import DAYS_LEAST

DAYS = 250
"""A year of closes: what is forecast by now, and not what was in another decade."""


def past(calibration: TenyCalibration) -> tuple[Replay, ...]:
    """Forecast the last 250 closes, each from the closes before it; empty without a year before."""
    changes = changes_of(calibration.days)
    n = changes.changes_bp.size
    return (replay_of(changes, max(DAYS_LEAST, n - DAYS)),) if n > DAYS_LEAST else ()
