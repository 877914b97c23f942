"""What the calibration says of its own model, for the quality gates and the report."""

from __future__ import annotations

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration
from kalshi_alpha.strategies.claims.skill import MODEL
from kalshi_alpha.strategies.strategy import ModelQuality


def quality(calibration: ClaimsCalibration) -> ModelQuality:
    """Return the walk-forward advantage over the best baseline, score by score.

    Advantages are ``1 - loss / baseline's loss``; None where no week could be scored.
    """
    model = [row for row in calibration.skill.rows if row.model == MODEL]
    baselines = [row for row in calibration.skill.rows if row.model != MODEL]
    if not model or not baselines:
        detail = f"no week scored: {len(calibration.prints)} first prints are too few"
        return ModelQuality(None, None, drifted=False, months=0, baseline="none", detail=detail)
    [own] = model
    best = min(baselines, key=lambda row: row.crps)
    return ModelQuality(
        crps_advantage=1.0 - own.crps / best.crps,
        brier_advantage=1.0 - own.brier / min(row.brier for row in baselines),
        drifted=calibration.skill.drift is DriftState.ALERT,
        months=own.n,
        baseline=best.model,
        detail=(
            f"CRPS {own.crps:,.0f} claims against {best.crps:,.0f} of the {best.model}, "
            f"{own.n} weeks {own.first} to {own.last} walk-forward; "
            f"drift: {calibration.skill.drift.replace('_', ' ')}"
        ),
    )
