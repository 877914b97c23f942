from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast import Normal, StudentT, on_grid, on_grid_through
from kalshi_alpha.core.types import SettlementGrid

TENTH = SettlementGrid(Decimal("0.1"), "pp")
DEGREE = SettlementGrid(Decimal(1), "degF")
INDEX_YEAR_AGO = 314.796
INDEX_MONTH_AGO = 323.048
SEASONAL_GAP = -0.095


def year_on_year(monthly: FloatArray | float) -> FloatArray:
    unadjusted = np.asarray(monthly) + SEASONAL_GAP
    return 100.0 * (INDEX_MONTH_AGO * (1.0 + unadjusted / 100.0) / INDEX_YEAR_AGO - 1.0)


def monthly_change(yearly: FloatArray) -> FloatArray:
    return 100.0 * ((1.0 + yearly / 100.0) * INDEX_YEAR_AGO / INDEX_MONTH_AGO - 1.0) - SEASONAL_GAP


@pytest.mark.parametrize(
    ("monthly", "yearly"), [(0.2, 2.729), (0.3, 2.832), (0.382, 2.916), (0.4, 2.934)]
)
def test_worked_example_of_year_on_year_from_month_on_month(monthly: float, yearly: float) -> None:
    assert float(year_on_year(monthly)) == pytest.approx(yearly, abs=5e-4)
    assert float(monthly_change(year_on_year(monthly))) == pytest.approx(monthly, abs=1e-12)


def test_worked_example_year_on_year_prints_2_9_between_the_two_preimages() -> None:
    latent = Normal(0.382, 0.12)
    pmf = on_grid_through(latent, monthly_change, TENTH, 20, 40)
    low, high = monthly_change(np.array([2.85, 2.95]))
    np.testing.assert_allclose([low, high], [0.318, 0.415], atol=6e-4)
    assert pmf.pmf(29) == pytest.approx(float(latent.cdf(high) - latent.cdf(low)), abs=1e-14)


def test_the_transform_agrees_with_rounding_simulated_values() -> None:
    rng = np.random.default_rng(20250611)
    latent = StudentT(0.27, 0.1, 6)
    pmf = on_grid_through(latent, monthly_change, TENTH, 15, 45, error_sd=0.05)
    draws = 0.27 + 0.1 * rng.standard_t(6, 200_000) + 0.05 * rng.standard_normal(200_000)
    printed = np.floor(year_on_year(draws) * 10.0 + 0.5).astype(int)
    counts = np.bincount(np.clip(printed - 15, 0, 30), minlength=31) / printed.size
    np.testing.assert_allclose(pmf.probs, counts, atol=0.005)


@given(st.floats(-3, 3), st.floats(0.3, 3), st.floats(0.2, 4), st.floats(-5, 5))
def test_an_increasing_line_is_the_same_as_scaling_the_latent(
    mean: float, sd: float, slope: float, constant: float
) -> None:
    through = on_grid_through(Normal(mean, sd), lambda y: (y - constant) / slope, DEGREE, -40, 40)
    direct = on_grid(Normal(slope * mean + constant, slope * sd), DEGREE, -40, 40)
    np.testing.assert_allclose(through.probs, direct.probs, atol=1e-12)


def test_a_decreasing_transform_mirrors_the_pmf() -> None:
    mirrored = on_grid_through(Normal(1.3, 2.0), lambda y: -y, DEGREE, -20, 20)
    direct = on_grid(Normal(-1.3, 2.0), DEGREE, -20, 20)
    np.testing.assert_allclose(mirrored.probs, direct.probs, atol=1e-14)


def test_two_outcomes_are_enough_to_tell_a_decreasing_transform() -> None:
    pmf = on_grid_through(Normal(1.3, 2.0), lambda y: -y, DEGREE, 0, 1)
    assert pmf.pmf(0) == pytest.approx(float(Normal(-1.3, 2.0).cdf(0.5)))
    assert on_grid_through(Normal(1.3, 2.0), lambda y: -y, DEGREE, 4, 4).pmf(4) == 1.0


def test_values_the_transform_never_reaches_get_nothing() -> None:
    def log_or_minus_infinity(y: FloatArray) -> FloatArray:
        return np.log(np.where(y > 0.0, y, 1.0)) - np.where(y > 0.0, 0.0, np.inf)

    pmf = on_grid_through(Normal(1.0, 0.5), log_or_minus_infinity, DEGREE, -5, 60)
    assert pmf.cdf(-1) == 0.0
    assert pmf.pmf(0) == pytest.approx(float(Normal(1.0, 0.5).cdf(math.log(0.5))))


def test_an_independent_error_widens_the_latent_before_the_transform() -> None:
    direct = on_grid_through(Normal(0.3, 0.13), monthly_change, TENTH, 15, 45)
    added = on_grid_through(Normal(0.3, 0.12), monthly_change, TENTH, 15, 45, error_sd=0.05)
    np.testing.assert_allclose(added.probs, direct.probs, atol=1e-13)


@pytest.mark.parametrize(
    "bend", [lambda y: y * y, lambda y: 0.0 * y, lambda y: np.nan * y, lambda y: y**0 * np.inf]
)
def test_a_transform_that_is_not_strictly_monotone_is_refused(bend: object) -> None:
    assert callable(bend)
    with pytest.raises(BadParameter):
        on_grid_through(Normal(0.0, 1.0), bend, DEGREE, -5, 5)
