from __future__ import annotations

from dataclasses import replace

import pytest

from kalshi_alpha.core.scoring.crps import crps_grid
from kalshi_alpha.strategies.cpi.calibrate import CpiCalibration
from kalshi_alpha.strategies.cpi.past import past


def test_the_forecasts_of_the_past_are_those_that_the_calibration_scored(
    calibration: CpiCalibration,
) -> None:
    [found] = past(calibration)
    places = found.outcomes - found.lo
    scores = {
        "nowcast": crps_grid(found.pmfs, places, 0.1),
        **{name: crps_grid(pmfs, places, 0.1) for name, pmfs in found.baselines.items()},
    }
    for row in calibration.skill.rows:
        assert scores.pop(row.model).mean() == pytest.approx(row.crps, abs=1e-9)
        assert (len(found.days), f"{found.days[0]:%Y-%m}") == (row.n, row.first)
    assert not scores
    months = calibration.months[18:]
    for at, month in zip(found.known_at, months, strict=True):
        assert at < month.released_at


def test_too_few_months_have_no_past(calibration: CpiCalibration) -> None:
    assert past(replace(calibration, months=calibration.months[:18])) == ()
