from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, MissingData
from kalshi_alpha.strategies.cpi.history import errors_of, gas_changes_of, read_history
from kalshi_alpha.strategies.cpi.scale import SCALE_FLOOR, ScaleModel, cold_scale, fit_scale
from kalshi_alpha.strategies.strategy import Row

MODEL = ScaleModel(
    intercept=math.log(0.15),
    error_slope=0.5,
    gas_slope=0.25,
    error_centre=math.log(0.1),
    gas_centre=math.log(4.0),
    dof=6,
    error_level=0.1,
    gas_level=4.0,
)


def drawn(seed: int, n: int = 60) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return 0.12 * rng.standard_t(5, n), 4.0 * rng.standard_normal(n)


def weighted_mean(values: FloatArray, start: float, i: int) -> float:
    """Mean of what came before month i, weights 0.15 · 0.85^age, the rest on the start value."""
    ages = np.arange(i - 1, -1, -1)
    return float(0.85**i * start + 0.15 * (0.85**ages * np.abs(values[:i])).sum())


def oracle(errors: FloatArray, gas: FloatArray, dof: int) -> tuple[float, FloatArray]:
    """Maximise the same penalised likelihood with scipy's densities and its simplex."""
    months = range(errors.size)
    x = np.log([weighted_mean(errors, 0.12, i) for i in months])
    z = np.log([weighted_mean(gas, 3.0, i) for i in months])

    def loss(theta: FloatArray) -> float:
        log_scale = theta[0] + theta[1] * (x - x.mean()) + theta[2] * (z - z.mean())
        fit = stats.t.logpdf(errors, dof, scale=np.exp(log_scale)).sum()
        prior = stats.norm.logpdf(theta[1:], scale=0.5).sum() - 2 * stats.norm.logpdf(0, scale=0.5)
        return -float(fit + prior)

    options = {"xatol": 1e-10, "fatol": 1e-13, "maxiter": 10_000, "maxfev": 10_000}
    found = optimize.minimize(
        loss, np.array([-2.0, 0.0, 0.0]), method="Nelder-Mead", options=options
    )
    return -float(found.fun), found.x


@pytest.mark.parametrize("seed", [1, 2])
def test_the_fit_is_the_maximum_that_scipy_finds(seed: int) -> None:
    errors, gas = drawn(seed)
    model = fit_scale(errors, gas)
    best = {dof: oracle(errors, gas, dof) for dof in (5, 6)}
    dof = max(best, key=lambda each: best[each][0])
    assert model.dof == dof
    theta = (model.intercept, model.error_slope, model.gas_slope)
    np.testing.assert_allclose(theta, best[dof][1], atol=2e-7)
    assert model.error_level == pytest.approx(weighted_mean(errors, 0.12, errors.size), abs=1e-9)
    assert model.gas_level == pytest.approx(weighted_mean(gas, 3.0, gas.size), abs=1e-9)


def test_the_fit_on_the_kept_history_is_the_maximum_that_scipy_finds(history: list[Row]) -> None:
    months = read_history(history)
    model = fit_scale(errors_of(months), gas_changes_of(months))
    _, theta = oracle(errors_of(months), gas_changes_of(months), model.dof)
    np.testing.assert_allclose(
        (model.intercept, model.error_slope, model.gas_slope), theta, atol=2e-7
    )


def test_a_month_s_own_error_widens_the_next_month_and_not_itself() -> None:
    """Only the last month differs: its regressors, and so the centres, must not move."""
    errors, gas = drawn(3)
    shock, jump = errors.copy(), gas.copy()
    shock[-1], jump[-1] = 2.0, 40.0
    calm, shaken = fit_scale(errors, gas), fit_scale(shock, jump)
    assert shaken.error_centre == calm.error_centre
    assert shaken.gas_centre == calm.gas_centre
    assert shaken.error_level > calm.error_level
    assert shaken.gas_level > calm.gas_level


def test_the_scale_follows_its_formula() -> None:
    assert MODEL.scale() == pytest.approx(0.15)
    assert replace(MODEL, error_level=0.4).scale() == pytest.approx(0.15 * 4**0.5)
    assert replace(MODEL, gas_level=1.0).scale() == pytest.approx(0.15 * 0.25**0.25)


def test_the_scale_never_falls_below_its_floor() -> None:
    assert replace(MODEL, intercept=-9.0).scale() == SCALE_FLOOR
    assert replace(MODEL, error_level=0.0, gas_level=0.0).scale() == SCALE_FLOOR


@pytest.mark.parametrize("unit", [0.0, 1e-6, 1.0, 1e3])
def test_the_fit_settles_on_errors_of_any_size(unit: float) -> None:
    errors, gas = drawn(4)
    model = fit_scale(unit * errors, unit * gas)
    assert SCALE_FLOOR <= model.scale() < math.inf


@given(st.lists(st.floats(-3, 3), min_size=18, max_size=40), st.integers(0, 1000))
def test_the_fit_settles_on_any_errors_and_is_the_same_again(
    errors: list[float], seed: int
) -> None:
    gas = 5.0 * np.random.default_rng(seed).standard_normal(len(errors))
    model = fit_scale(np.array(errors), gas)
    assert model == fit_scale(np.array(errors), gas)
    assert SCALE_FLOOR <= model.scale() < math.inf


def test_the_sign_of_an_error_does_not_matter() -> None:
    errors, gas = drawn(5)
    assert fit_scale(-errors, -gas) == fit_scale(errors, gas)


def test_too_few_months_are_refused() -> None:
    errors, gas = drawn(6, 17)
    with pytest.raises(MissingData, match="18 months, had 17"):
        fit_scale(errors, gas)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    errors, gas = drawn(7)
    gas[3] = bad
    with pytest.raises(BadParameter, match="finite"):
        fit_scale(errors, gas)


def test_arrays_that_do_not_pair_up_are_refused() -> None:
    errors, gas = drawn(8)
    with pytest.raises(BadParameter, match="pair up"):
        fit_scale(errors, gas[1:])


@pytest.mark.parametrize("damage", [{"intercept": math.nan}, {"gas_level": math.inf}, {"dof": 4}])
def test_an_impossible_model_cannot_be_built(damage: dict[str, float]) -> None:
    with pytest.raises(BadParameter, match="no scale model"):
        replace(MODEL, **damage)  # type: ignore[arg-type]


def test_the_cold_spread_starts_from_a_mean_error_of_an_eighth() -> None:
    cold = cold_scale(0.2, np.array([]))
    # A mean absolute error of 0.12 and a t with five degrees of freedom.
    assert (cold.mean, cold.dof) == (0.2, 5)
    assert cold.scale == pytest.approx(0.12 * 1.05)


def test_the_cold_spread_takes_in_the_errors_there_are() -> None:
    assert cold_scale(0.0, np.array([0.5, -0.6])).scale > cold_scale(0.0, np.array([])).scale
    assert cold_scale(0.0, np.zeros(17)).scale == SCALE_FLOOR
