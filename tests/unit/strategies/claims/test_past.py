from __future__ import annotations

import pytest

from kalshi_alpha.core.scoring.crps import crps_grid
from kalshi_alpha.strategies.claims.calibrate import ClaimsCalibration
from kalshi_alpha.strategies.claims.past import past


def test_the_forecasts_of_the_past_are_those_that_the_calibration_scored(
    calibration: ClaimsCalibration,
) -> None:
    found = past(calibration)[0]
    places = found.outcomes - found.lo
    own, *others = calibration.skill.rows
    assert crps_grid(found.pmfs, places, 1000.0).mean() == pytest.approx(own.crps, abs=1e-6)
    for row in others:
        theirs = crps_grid(found.baselines[row.model], places, 1000.0)
        assert theirs.mean() == pytest.approx(row.crps, abs=1e-6)
    assert (len(found.days), str(found.days[0]), str(found.days[-1])) == (
        own.n,
        own.first,
        own.last,
    )
