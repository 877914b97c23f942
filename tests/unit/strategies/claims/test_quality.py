from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration
from kalshi_alpha.strategies.claims.quality import quality
from kalshi_alpha.strategies.claims.skill import Skill, SkillRow


def test_the_advantage_is_over_the_best_baseline(calibration: ClaimsCalibration) -> None:
    rows = (
        SkillRow("autoregression", 9, "2025-01-04", "2025-03-01", 6000.0, 0.15),
        SkillRow("random walk", 9, "2025-01-04", "2025-03-01", 7500.0, 0.20),
        SkillRow("climatology", 9, "2025-01-04", "2025-03-01", 8000.0, 0.16),
    )
    found = quality(replace(calibration, skill=Skill(rows, DriftState.ALERT)))
    assert found.crps_advantage == pytest.approx(0.2)
    assert found.brier_advantage == pytest.approx(1 - 0.15 / 0.16)
    assert (found.baseline, found.months, found.drifted) == ("random walk", 9, True)
    assert "6,000" in found.detail


def test_nothing_scored_is_said_plainly(calibration: ClaimsCalibration) -> None:
    found = quality(replace(calibration, skill=Skill((), DriftState.TOO_SHORT)))
    assert (found.crps_advantage, found.brier_advantage, found.months) == (None, None, 0)
    assert "no week scored" in found.detail


def test_the_scenarios_calibration_is_better_than_all(calibration: ClaimsCalibration) -> None:
    found = quality(calibration)
    assert found.crps_advantage is not None
    assert found.crps_advantage > 0.03
    assert not found.drifted
