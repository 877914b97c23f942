from __future__ import annotations

from dataclasses import replace

import numpy as np

from kalshi_alpha.strategies.teny.calibrate import TenyCalibration
from kalshi_alpha.strategies.teny.change import WINDOW_BP
from kalshi_alpha.strategies.teny.history import changes_of
from kalshi_alpha.strategies.teny.past import DAYS, past
from kalshi_alpha.strategies.teny.skill import MODEL, walk_forward_pmfs


def test_the_last_closes_are_forecast_as_the_calibration_scores_them(
    calibration: TenyCalibration,
) -> None:
    [found] = past(calibration)
    changes = changes_of(calibration.days)
    scored = walk_forward_pmfs(changes, changes.changes_bp.size - DAYS)[MODEL]
    assert len(found.days) == DAYS
    assert found.days[-1] == calibration.last_on
    first = int(changes.before_bp[-DAYS]) - found.lo
    assert np.allclose(found.pmfs[0, first - WINDOW_BP : first + WINDOW_BP + 1], scored[0])
    assert found.outcomes[-1] == calibration.last_close_bp


def test_a_calibration_of_one_year_has_no_past(calibration: TenyCalibration) -> None:
    assert past(replace(calibration, days=calibration.days[-200:])) == ()
