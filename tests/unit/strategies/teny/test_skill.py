from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.scoring import rps
from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.strategies.teny.calibrate import TenyCalibration
from kalshi_alpha.strategies.teny.change import WINDOW_BP
from kalshi_alpha.strategies.teny.history import changes_of
from kalshi_alpha.strategies.teny.skill import (
    DAYS_LEAST,
    MODEL,
    walk_forward_pmfs,
    walk_forward_skill,
)


def test_the_model_leads_a_row_for_each_baseline(calibration: TenyCalibration) -> None:
    rows = calibration.skill.rows
    assert [row.model for row in rows] == [MODEL, "rolling", "random walk", "climatology"]
    assert {row.n for row in rows} == {len(calibration.days) - 1 - DAYS_LEAST}
    assert min(rows, key=lambda row: row.crps).model == MODEL
    assert min(rows, key=lambda row: row.brier).model == MODEL
    assert calibration.skill.drift is DriftState.STEADY


def test_the_figures_are_those_of_the_walk_forward_forecasts(calibration: TenyCalibration) -> None:
    changes = changes_of(calibration.days[-600:])
    places = changes.changes_bp[DAYS_LEAST:] + WINDOW_BP
    for name, pmfs in walk_forward_pmfs(changes, DAYS_LEAST).items():
        [row] = [each for each in walk_forward_skill(changes).rows if each.model == name]
        assert row.crps == pytest.approx(float(np.mean(rps(pmfs, places))) / 100, abs=1e-9)


def test_a_year_or_less_is_not_scored(calibration: TenyCalibration) -> None:
    found = walk_forward_skill(changes_of(calibration.days[: DAYS_LEAST + 1]))
    assert (found.rows, found.drift) == ((), DriftState.TOO_SHORT)
