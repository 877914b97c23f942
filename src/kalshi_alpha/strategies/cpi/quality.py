"""What the calibration says of its own model, for the quality gates and the report."""

from __future__ import annotations

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration
from kalshi_alpha.strategies.cpi.skill import NOWCAST
from kalshi_alpha.strategies.strategy import ModelQuality


def quality(calibration: CpiCalibration) -> ModelQuality:
    """Return the walk-forward advantage over the better baseline, score by score.

    Advantages are ``1 - loss / baseline's loss``; None where no month could be scored.
    """
    model = [row for row in calibration.skill.rows if row.model == NOWCAST]
    baselines = [row for row in calibration.skill.rows if row.model != NOWCAST]
    if not model or not baselines:
        detail = f"no month scored: {len(calibration.months)} months are too few"
        return ModelQuality(None, None, drifted=False, months=0, baseline="none", detail=detail)
    [own] = model
    better = min(baselines, key=lambda row: row.crps)
    return ModelQuality(
        crps_advantage=1.0 - own.crps / better.crps,
        brier_advantage=1.0 - own.brier / min(row.brier for row in baselines),
        drifted=calibration.skill.drift is DriftState.ALERT,
        months=own.n,
        baseline=better.model,
        detail=(
            f"CRPS {own.crps:.4f} pp against {better.crps:.4f} of the {better.model}, "
            f"{own.n} months {own.first} to {own.last} walk-forward; "
            f"drift: {calibration.skill.drift.replace('_', ' ')}"
        ),
    )
