from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.weather.calibrate import WeatherCalibration
from kalshi_alpha.strategies.weather.quality import quality
from kalshi_alpha.strategies.weather.skill import MODEL, Skill


def test_the_advantage_is_over_the_best_baseline(calibration: WeatherCalibration) -> None:
    found = quality(calibration)
    rows = calibration.skill.rows
    own = [row for row in rows if row.model == MODEL]
    other = [row for row in rows if row.model == found.baseline]
    assert found.baseline == "guidance"
    n = sum(row.n for row in own)
    ratio = sum(r.n * r.crps for r in own) / sum(r.n * r.crps for r in other)
    assert found.crps_advantage == pytest.approx(1.0 - ratio)
    assert found.months == n
    assert found.brier_advantage is not None
    assert f"{n} station days" in found.detail


def test_a_drift_alert_is_told(calibration: WeatherCalibration) -> None:
    alerted = replace(calibration, skill=replace(calibration.skill, drift=DriftState.ALERT))
    assert quality(alerted).drifted
    assert not quality(replace(alerted, skill=Skill(alerted.skill.rows, DriftState.WATCH))).drifted


def test_without_scores_there_is_no_advantage(calibration: WeatherCalibration) -> None:
    found = quality(replace(calibration, skill=Skill((), DriftState.TOO_SHORT)))
    assert (found.crps_advantage, found.brier_advantage, found.months) == (None, None, 0)
