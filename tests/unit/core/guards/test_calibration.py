from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.guards.calibration import (
    UnitForecast,
    calibrate_threshold,
    inputs_sha256,
    pooled_units,
    simulate_paths,
)
from kalshi_alpha.core.guards.run_length import binary_arl, threshold_for

COIN = UnitForecast((0.5, 0.5), (0.5, -0.5))
SOLD_LONGSHOT = UnitForecast((0.9, 0.1), (0.1, -0.9))
BOUGHT_LONGSHOT = UnitForecast((0.1, 0.9), (0.9, -0.1))


def test_simulated_run_lengths_meet_the_exact_chain() -> None:
    values, probs = pooled_units([COIN])
    rng = np.random.default_rng(20250611)
    paths = simulate_paths(values, probs, 0.25, rng, n_paths=4000, horizon=900)
    # 4,000 paths of an almost geometric length: two standard errors are 3.2 %.
    assert paths.arl(6.0) == pytest.approx(binary_arl(0.5, 0.25, 6.0, 0.5), rel=0.035)
    assert paths.arl(3.0) == pytest.approx(binary_arl(0.5, 0.25, 3.0, 0.5), rel=0.035)
    assert paths.arl(1e6) == float("inf")


def test_the_calibrated_threshold_gives_the_wanted_run_length() -> None:
    rng = np.random.default_rng(7)
    found = calibrate_threshold([SOLD_LONGSHOT] * 12, 0.25, 100.0, rng, n_paths=1500)
    assert found.source == "simulated"
    assert binary_arl(0.9, 0.25, found.h, 0.9) >= 95.0
    # The sum lives on a lattice of twelfths; one step lower is already too short.
    assert binary_arl(0.9, 0.25, found.h - 0.3, 0.9) <= 105.0


def test_sold_longshots_need_a_higher_threshold_than_bought_ones() -> None:
    sold = calibrate_threshold(
        [SOLD_LONGSHOT] * 10, 0.25, 50.0, np.random.default_rng(1), n_paths=500
    )
    bought = calibrate_threshold(
        [BOUGHT_LONGSHOT] * 10, 0.25, 50.0, np.random.default_rng(1), n_paths=500
    )
    assert sold.h > threshold_for(50.0, 0.25) > bought.h


def test_the_same_seed_gives_the_same_threshold() -> None:
    first, again = (
        calibrate_threshold([COIN] * 10, 0.25, 24.0, np.random.default_rng(3), n_paths=200)
        for _ in range(2)
    )
    assert first == again


def test_few_or_riskless_units_fall_back_to_the_normal_threshold() -> None:
    certain = UnitForecast((1.0, 0.0), (0.1, -0.9))
    rng = np.random.default_rng(1)
    for units in ([], [COIN] * 9, [certain] * 20):
        found = calibrate_threshold(units, 0.25, 24.0, rng, n_paths=10)
        assert (found.source, found.h) == ("normal", threshold_for(24.0, 0.25))


def test_units_that_never_alarm_fall_back_to_the_normal_threshold() -> None:
    longshot = UnitForecast((0.05, 0.95), (0.95, -0.05))
    found = calibrate_threshold([longshot] * 20, 0.25, 24.0, np.random.default_rng(1), n_paths=10)
    assert found.source == "normal"


def test_the_hash_names_the_inputs() -> None:
    name = inputs_sha256([COIN], 0.25, 24.0, 100)
    assert name == inputs_sha256([COIN], 0.25, 24.0, 100)
    assert name != inputs_sha256([SOLD_LONGSHOT], 0.25, 24.0, 100)
    assert name != inputs_sha256([COIN], 0.25, 52.0, 100)


def test_only_the_last_250_units_count() -> None:
    recent = [COIN] * 250
    rng = np.random.default_rng(3)
    found = calibrate_threshold([SOLD_LONGSHOT] * 5 + recent, 0.25, 24.0, rng, n_paths=20)
    assert found.inputs_sha256 == inputs_sha256(recent, 0.25, 24.0, 20)


def test_impossible_inputs_are_refused() -> None:
    broken = UnitForecast((0.5, 0.6), (0.5, -0.5))
    with pytest.raises(InvalidPmf):
        calibrate_threshold([broken] * 10, 0.25, 24.0, np.random.default_rng(1))
    with pytest.raises(BadParameter, match="simulate"):
        simulate_paths(
            np.zeros(1), np.ones(1), 0.25, np.random.default_rng(1), n_paths=0, horizon=1
        )
