from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.teny.calibrate import TenyCalibration
from kalshi_alpha.strategies.teny.quality import quality
from kalshi_alpha.strategies.teny.skill import Skill


def test_the_advantage_is_over_the_random_walk_and_the_rolling_spread_is_named(
    calibration: TenyCalibration,
) -> None:
    rows = {row.model: row for row in calibration.skill.rows}
    found = quality(calibration)
    assert found.baseline == "random walk"
    assert found.crps_advantage == pytest.approx(
        1 - rows["close only"].crps / rows["random walk"].crps
    )
    assert found.brier_advantage == pytest.approx(
        1 - rows["close only"].brier / rows["random walk"].brier
    )
    assert f"{100 * rows['rolling'].crps:.3f} of the rolling spread" in found.detail
    assert found.months == rows["close only"].n
    assert not found.drifted


def test_an_alert_of_the_monitor_is_drift(calibration: TenyCalibration) -> None:
    alert = replace(calibration, skill=Skill(calibration.skill.rows, DriftState.ALERT))
    assert quality(alert).drifted


def test_without_scores_nothing_is_claimed(calibration: TenyCalibration) -> None:
    found = quality(replace(calibration, skill=Skill((), DriftState.TOO_SHORT)))
    assert (found.crps_advantage, found.brier_advantage, found.baseline) == (None, None, "none")
