"""What the calibration says of its own model, for the quality gates and the report."""

from __future__ import annotations

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.strategy import ModelQuality
from kalshi_alpha.strategies.teny.baselines import RANDOM_WALK, ROLLING
from kalshi_alpha.strategies.teny.calibrate import TenyCalibration
from kalshi_alpha.strategies.teny.skill import MODEL


def quality(calibration: TenyCalibration) -> ModelQuality:
    """Return the close-only forecast's walk-forward advantage over the random walk.

    The family's baseline is yesterday's close with the spread of all past changes. The rolling
    spread of sixty days, which is harder to beat, stands in the detail. What a live quote adds
    is in neither: quotes of the past were not kept.
    """
    rows = {row.model: row for row in calibration.skill.rows}
    if not rows:
        detail = f"no day scored: {len(calibration.days)} closes are too few"
        return ModelQuality(None, None, drifted=False, months=0, baseline="none", detail=detail)
    own, baseline, rolling = rows[MODEL], rows[RANDOM_WALK], rows[ROLLING]
    return ModelQuality(
        crps_advantage=1.0 - own.crps / baseline.crps,
        brier_advantage=1.0 - own.brier / baseline.brier,
        drifted=calibration.skill.drift is DriftState.ALERT,
        months=own.n,
        baseline=RANDOM_WALK,
        detail=(
            f"CRPS {100 * own.crps:.3f} bp against {100 * baseline.crps:.3f} of the random walk "
            f"and {100 * rolling.crps:.3f} of the rolling spread, close only, {own.n} days "
            f"{own.first} to {own.last} walk-forward; "
            f"drift: {calibration.skill.drift.replace('_', ' ')}"
        ),
    )
