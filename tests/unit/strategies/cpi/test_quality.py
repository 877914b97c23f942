from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration, fit
from kalshi_alpha.strategies.cpi.quality import quality
from kalshi_alpha.strategies.cpi.skill import Skill, SkillRow
from kalshi_alpha.strategies.strategy import Row


def row(model: str, crps: float, brier: float) -> SkillRow:
    return SkillRow(model, 40, "2022-01", "2024-10", crps, brier)


ROWS = (row("nowcast", 0.06, 0.09), row("random walk", 0.12, 0.10), row("12-month mean", 0.1, 0.12))


def test_each_advantage_is_over_the_baseline_that_is_better_at_that_score(
    calibration: CpiCalibration,
) -> None:
    judged = quality(replace(calibration, skill=Skill(ROWS, DriftState.STEADY)))
    assert judged.crps_advantage == pytest.approx(1 - 0.06 / 0.1)
    assert judged.brier_advantage == pytest.approx(1 - 0.09 / 0.10)
    assert (judged.baseline, judged.months, judged.drifted) == ("12-month mean", 40, False)


@pytest.mark.parametrize("state", list(DriftState))
def test_only_an_alert_is_drift_and_the_state_is_told(
    calibration: CpiCalibration, state: DriftState
) -> None:
    judged = quality(replace(calibration, skill=Skill(ROWS, state)))
    assert judged.drifted is (state is DriftState.ALERT)
    assert judged.detail.endswith(f"drift: {state.value.replace('_', ' ')}")


def test_a_history_without_a_scored_month_has_no_advantage_to_show(history: list[Row]) -> None:
    judged = quality(fit(history[:18]))
    assert judged.crps_advantage is None
    assert judged.brier_advantage is None
    assert "18 months are too few" in judged.detail


def test_the_model_of_the_kept_history_clears_the_house_minimum(
    calibration: CpiCalibration,
) -> None:
    judged = quality(calibration)
    assert judged.crps_advantage is not None
    assert judged.brier_advantage is not None
    assert judged.crps_advantage > 0.3
    assert judged.brier_advantage > 0.2
