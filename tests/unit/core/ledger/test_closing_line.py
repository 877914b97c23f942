from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.closing_line import (
    MidCalibration,
    control_coefficient,
    mid_calibration,
)


def _market(true_slope: float, seed: int = 6, n: int = 1500) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    mids = rng.uniform(0.05, 0.95, n)
    prob = 1 / (1 + (mids / (1 - mids)) ** -true_slope)
    return (rng.random(n) < prob).astype(np.float64), mids


def _units(n: int) -> list[str]:
    return [f"u{i // 2}" for i in range(n)]


def test_a_calibrated_market_passes_as_often_as_two_intervals_of_ninety_percent_should() -> None:
    passed = 0
    for seed in range(200):
        found = mid_calibration(*_market(1.0, seed=seed, n=300), _units(300))
        assert found is not None
        assert found.n_units == 150
        passed += found.is_calibrated
    # Two nearly independent intervals of 90 % hold together 81 % of the time; the standard
    # error over 200 markets is 2.8 %, of which three are allowed.
    assert passed / 200 == pytest.approx(0.81, abs=0.085)


# Two-sided 90 % of Student's law by the printed table, for one unit more than its degrees of
# freedom; with many it is the normal law's 1.645.
@pytest.mark.parametrize(
    ("n_units", "quantile"), [(2, 6.314), (3, 2.920), (12, 1.796), (31, 1.697), (100_000, 1.645)]
)
def test_the_interval_is_as_long_as_so_few_units_ask_for(n_units: int, quantile: float) -> None:
    def calibrated(errors: float) -> bool:
        slope = MidCalibration(0.0, 1.0 + errors * 0.2, 0.1, 0.2, n_units)
        intercept = MidCalibration(-errors * 0.1, 1.0, 0.1, 0.2, n_units)
        assert slope.is_calibrated == intercept.is_calibrated
        return slope.is_calibrated

    assert calibrated(quantile - 0.002)
    assert not calibrated(quantile + 0.002)


def test_below_two_units_there_is_no_interval_and_nothing_is_calibrated() -> None:
    assert not MidCalibration(0.0, 1.0, 0.1, 0.2, n_units=1).is_calibrated


def test_an_overconfident_market_is_recognised() -> None:
    outcomes, mids = _market(0.5)
    found = mid_calibration(outcomes, mids, _units(1500))
    assert found is not None
    assert found.slope == pytest.approx(0.5, abs=0.12)
    assert not found.is_calibrated


def test_the_fit_solves_the_likelihood_equations() -> None:
    # Half of the fills at each mid: outcomes pay 2 of 4 at .25 and 3 of 4 at .75, so the fitted
    # logits are 0 and log 3 there, and the line through them is known by hand.
    mids = np.repeat([0.25, 0.75], 4)
    outcomes = np.array([1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0])
    found = mid_calibration(outcomes, mids, [str(i) for i in range(8)])
    assert found is not None
    assert found.slope == pytest.approx(0.5)
    assert found.intercept == pytest.approx(0.5 * math.log(3))


def test_repeated_news_counts_once_in_the_error() -> None:
    outcomes, mids = _market(1.0, n=200)
    alone = mid_calibration(outcomes, mids, [str(i) for i in range(200)])
    doubled = mid_calibration(
        np.repeat(outcomes, 2), np.repeat(mids, 2), [str(i // 2) for i in range(400)]
    )
    assert alone is not None
    assert doubled is not None
    assert doubled.slope_se == pytest.approx(alone.slope_se)


@pytest.mark.parametrize(
    ("outcomes", "mids", "units"),
    [
        ([1.0, 0.0], [0.4, 0.6], ["a", "b"]),
        ([1.0, 0.0, 1.0], [0.5, 0.5, 0.5], ["a", "b", "c"]),
        ([0.0, 0.0, 1.0, 1.0], [0.2, 0.3, 0.7, 0.8], ["a", "b", "c", "d"]),
        ([], [], []),
    ],
)
def test_data_that_cannot_say_give_no_calibration(
    outcomes: list[float], mids: list[float], units: list[str]
) -> None:
    assert mid_calibration(np.array(outcomes), np.array(mids), units) is None


def test_impossible_data_are_refused() -> None:
    with pytest.raises(BadParameter, match="differ"):
        mid_calibration(np.ones(2), np.ones(1), ["a", "b"])
    with pytest.raises(BadParameter, match="outcomes and mids"):
        mid_calibration(np.array([1.0, math.nan]), np.array([0.5, 0.5]), ["a", "b"])
    with pytest.raises(BadParameter, match="finite"):
        control_coefficient(np.array([math.inf]), np.ones(1), np.ones(1), ["a"])
    with pytest.raises(BadParameter, match="alike"):
        control_coefficient(np.ones(1), np.ones(2), np.ones(1), ["a"])


def test_the_control_coefficient_recovers_what_the_noise_explains() -> None:
    rng = np.random.default_rng(8)
    noise = rng.normal(0, 5000, 400)
    deltas = 0.7 * noise + rng.normal(50, 300, 400)
    units = [str(i) for i in range(400)]
    assert control_coefficient(deltas, noise, np.ones(400), units) == pytest.approx(0.7, abs=0.01)


def test_the_control_coefficient_stays_between_off_and_full() -> None:
    noise, units = np.array([1.0, -1.0]), ["a", "b"]
    assert control_coefficient(-noise, noise, np.ones(2), units) == 0.0
    assert control_coefficient(3 * noise, noise, np.ones(2), units) == 1.0
    assert control_coefficient(noise, np.zeros(2), np.ones(2), units) == 0.0
    assert control_coefficient(noise, noise, np.zeros(2), units) == 0.0
