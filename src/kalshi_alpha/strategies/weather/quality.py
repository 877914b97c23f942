"""What the calibration says of its own model, for the quality gates and the report."""

from __future__ import annotations

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.strategy import ModelQuality
from kalshi_alpha.strategies.weather.calibrate import WeatherCalibration
from kalshi_alpha.strategies.weather.skill import MODEL, by_model


def quality(calibration: WeatherCalibration) -> ModelQuality:
    """Return the walk-forward advantage over the best baseline, score by score.

    Advantages are ``1 - loss / baseline's loss`` over all stations; None where no day could be
    scored. ``months`` counts station days.
    """
    scores = dict(by_model(calibration.skill.rows))
    own = scores.pop(MODEL, None)
    if own is None or not scores:
        detail = f"no day scored: {len(calibration.days)} days are too few"
        return ModelQuality(None, None, drifted=False, months=0, baseline="none", detail=detail)
    best = min(scores, key=lambda name: scores[name][0])
    rows = calibration.skill.rows
    span = f"{min(row.first for row in rows)} to {max(row.last for row in rows)}"
    return ModelQuality(
        crps_advantage=1.0 - own[0] / scores[best][0],
        brier_advantage=1.0 - own[1] / min(brier for _, brier, _ in scores.values()),
        drifted=calibration.skill.drift is DriftState.ALERT,
        months=own[2],
        baseline=best,
        detail=(
            f"CRPS {own[0]:.3f} F against {scores[best][0]:.3f} of {best}, {own[2]} station "
            f"days {span} walk-forward; drift: {calibration.skill.drift.replace('_', ' ')}"
        ),
    )
