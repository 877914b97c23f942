from __future__ import annotations

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration
from kalshi_alpha.strategies.claims.skill import ERRORS_LEAST, MODEL, walk_forward_skill
from kalshi_alpha.strategies.claims.walk import walk


def test_the_model_beats_every_baseline_on_first_prints(calibration: ClaimsCalibration) -> None:
    own, *baselines = calibration.skill.rows
    assert own.model == MODEL
    assert [row.model for row in baselines] == ["random walk", "rolling", "climatology"]
    assert all(own.crps < row.crps and own.brier < row.brier for row in baselines)
    assert (own.first, own.last, own.n) == ("2022-06-25", "2024-11-30", 108)
    assert 1 - own.crps / baselines[0].crps > 0.06


def test_before_twenty_errors_nothing_is_scored(calibration: ClaimsCalibration) -> None:
    prints = calibration.prints[: ERRORS_LEAST + 5]
    steps = list(walk(prints, lambda _: calibration.model))
    skill = walk_forward_skill(steps, prints)
    assert (skill.rows, skill.drift) == ((), DriftState.TOO_SHORT)


def test_a_short_history_cannot_drift(calibration: ClaimsCalibration) -> None:
    prints = calibration.prints[:60]
    steps = list(walk(prints, lambda _: calibration.model))
    skill = walk_forward_skill(steps, prints)
    assert skill.rows[0].n > 20
    assert skill.drift is DriftState.TOO_SHORT
