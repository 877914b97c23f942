from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, MissingData
from kalshi_alpha.core.scoring.crps import crps_student_t
from kalshi_alpha.strategies.weather.crps_shape import DOF
from kalshi_alpha.strategies.weather.emos import (
    CENTRE_F,
    ROWS_LEAST,
    EmosData,
    _Objective,
    fit_emos,
    location_and_scale,
)

TRUTH = np.array([0.5, 0.7, 0.3, 1.0, -2.0, 0.4, 0.2, -0.1, -0.5])


def drawn(n: int, seed: int = 11) -> tuple[EmosData, FloatArray]:
    """Draw days from the model itself, with parameters `TRUTH`."""
    rng = np.random.default_rng(seed)
    truth = 60.0 + 20.0 * rng.standard_normal(n)
    inputs = truth[:, None] + rng.normal(0.0, 3.0, (n, 2))
    data = EmosData(inputs, rng.gamma(4.0, 0.5, n), np.arange(18_000, 18_000 + n))
    location, scale = location_and_scale(TRUTH, data)
    return data, location + scale * rng.standard_t(DOF, n)


def test_the_fit_recovers_the_parameters_it_was_drawn_from() -> None:
    data, observed = drawn(20_000)
    found = fit_emos(data, observed)
    assert found[:3] == pytest.approx(TRUTH[:3], abs=0.05)
    assert found[3:5] == pytest.approx(TRUTH[3:5], abs=0.06)
    location, scale = location_and_scale(found, data)
    true_location, true_scale = location_and_scale(TRUTH, data)
    assert np.abs(location - true_location).max() < 0.4
    assert np.abs(scale / true_scale - 1.0).mean() < 0.05


def test_the_gradient_agrees_with_differences() -> None:
    data, observed = drawn(400)
    objective = _Objective(data, observed)
    theta = TRUTH + 0.1
    found = objective.gradient(theta)
    step = 1e-6
    for i in range(theta.size):
        ahead, behind = theta.copy(), theta.copy()
        ahead[i] += step
        behind[i] -= step
        slope = (objective.value(ahead) - objective.value(behind)) / (2 * step)
        assert found[i] == pytest.approx(slope, abs=1e-7)


def test_the_objective_is_the_mean_score_plus_penalties() -> None:
    data, observed = drawn(300)
    objective = _Objective(data, observed)
    location, scale = location_and_scale(TRUTH, data)
    score = float(crps_student_t(location, scale, DOF, observed).mean())
    penalty = 0.5 * float(objective.penalty @ (TRUTH - objective.centre) ** 2)
    assert objective.value(TRUTH) == pytest.approx(score + penalty, rel=1e-12)


def test_no_step_from_the_fit_gains_anything() -> None:
    data, observed = drawn(700)
    objective = _Objective(data, observed)
    theta = fit_emos(data, observed)
    assert np.abs(objective.gradient(theta)).max() < 1e-4
    rng = np.random.default_rng(5)
    best = objective.value(theta)
    for size in (0.3, 0.03, 0.003):
        assert all(
            objective.value(theta + size * rng.standard_normal(theta.size)) >= best
            for _ in range(20)
        )


def test_a_warm_start_ends_where_a_cold_one_does() -> None:
    data, observed = drawn(700)
    cold = fit_emos(data, observed)
    warm = fit_emos(data, observed, cold + 0.2)
    assert warm == pytest.approx(cold, abs=2e-3)


def test_correlated_inputs_share_their_weight() -> None:
    rng = np.random.default_rng(2)
    n = 500
    truth = 60.0 + 15.0 * rng.standard_normal(n)
    one = truth + rng.normal(0.0, 2.0, n)
    inputs = np.column_stack((one, one + 1e-6 * rng.standard_normal(n)))
    theta = fit_emos(EmosData(inputs, np.zeros(n), np.arange(n)), truth)
    assert theta[1] == pytest.approx(theta[2], abs=1e-3)


def test_a_single_input_without_spread_still_fits() -> None:
    rng = np.random.default_rng(4)
    n = 300
    observed = 70.0 + 10.0 * rng.standard_normal(n)
    data = EmosData((observed + rng.normal(0, 2, n))[:, None], np.zeros(n), np.arange(n))
    theta = fit_emos(data, observed)
    _, scale = location_and_scale(theta, data)
    assert scale.mean() == pytest.approx(2.0 * math.sqrt((DOF - 2) / DOF), rel=0.15)


def test_absurd_days_do_not_break_the_fit() -> None:
    data, observed = drawn(400)
    observed[:40] = 140.0
    observed[40:60] = -60.0
    theta = fit_emos(data, observed)
    location, scale = location_and_scale(theta, data)
    assert np.isfinite(location).all()
    assert (scale > 0.0).all()


def test_perfect_guidance_does_not_break_the_fit() -> None:
    data, _ = drawn(300)
    theta = fit_emos(data, data.inputs.mean(axis=1))
    _, scale = location_and_scale(theta, data)
    assert np.isfinite(scale).all()
    assert (scale > 0.0).all()


def test_too_few_days_and_impossible_values_are_refused() -> None:
    data, observed = drawn(ROWS_LEAST - 1)
    with pytest.raises(MissingData):
        fit_emos(data, observed)
    whole, values = drawn(200)
    values[3] = np.nan
    with pytest.raises(BadParameter):
        fit_emos(whole, values)
    with pytest.raises(BadParameter):
        EmosData(np.full((2, 1), np.nan), np.zeros(2), np.arange(2))
    with pytest.raises(BadParameter):
        EmosData(np.zeros((3, 1)), np.zeros(2), np.arange(2))


def test_the_intercept_is_counted_from_the_centre() -> None:
    data = EmosData(np.full((1, 2), CENTRE_F), np.zeros(1), np.zeros(1, dtype=np.int64))
    theta = np.array([1.5, 0.6, 0.4, 0.0, 0.0, math.log(4.0), 0.0, 0.0, -1.0])
    location, scale = location_and_scale(theta, data)
    assert (location[0], scale[0]) == pytest.approx((CENTRE_F + 1.5, 2.0))
