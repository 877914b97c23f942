from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kalshi_alpha.core.errors import BadDistribution, BadParameter
from kalshi_alpha.core.forecast import Normal, StudentT

PROBS = [1e-9, 0.001, 0.25, 0.5, 0.9, 1.0 - 1e-9]


@pytest.mark.parametrize("prob", PROBS)
def test_normal_quantiles_agree_with_scipy(prob: float) -> None:
    expected = stats.norm.ppf(prob, 0.27, 0.12)
    assert Normal(0.27, 0.12).quantile(prob) == pytest.approx(expected, abs=1e-13)


def test_a_normal_quantile_is_found_in_the_far_tail() -> None:
    assert Normal(0.0, 1.0).quantile(1e-300) == pytest.approx(stats.norm.ppf(1e-300), rel=1e-13)


@pytest.mark.parametrize("prob", PROBS)
@pytest.mark.parametrize("dof", [1, 2, 5, 6, 200])
def test_student_t_quantiles_agree_with_scipy(prob: float, dof: int) -> None:
    expected = stats.t.ppf(prob, dof, 218.4, 7.3485)
    assert StudentT(218.4, 7.3485, dof).quantile(prob) == pytest.approx(expected, rel=1e-7)


@given(
    st.one_of(
        st.builds(Normal, st.floats(-50, 50), st.floats(0.01, 50)),
        st.builds(StudentT, st.floats(-50, 50), st.floats(0.01, 50), st.integers(1, 200)),
    ),
    st.floats(1e-6, 1 - 1e-6),
)
def test_the_quantile_inverts_the_cdf(dist: Normal | StudentT, prob: float) -> None:
    assert float(dist.cdf(dist.quantile(prob))) == pytest.approx(prob, abs=1e-12)


def test_the_scale_of_a_t_is_not_its_standard_deviation() -> None:
    claims = StudentT.from_sd(218.4, 9.0, 6)
    assert claims.scale == pytest.approx(7.3485, abs=5e-5)
    assert claims.sd == pytest.approx(9.0, rel=1e-14)
    assert StudentT(0.0, 1.0, 2).sd == math.inf


@pytest.mark.parametrize("dist", [Normal(1.0, 2.0), StudentT(1.0, 2.0, 5)])
def test_the_density_is_the_slope_of_the_cdf(dist: Normal | StudentT) -> None:
    x = np.linspace(-6.0, 8.0, 29)
    slope = (dist.cdf(x + 1e-5) - dist.cdf(x - 1e-5)) / 2e-5
    np.testing.assert_allclose(dist.pdf(x), slope, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("dist", [Normal(1.0, 2.0), StudentT(1.0, 2.0, 5)])
def test_a_shift_moves_the_mean_and_nothing_else(dist: Normal | StudentT) -> None:
    moved = dist.shifted(3.0)
    assert (moved.mean, moved.sd) == (4.0, dist.sd)
    np.testing.assert_allclose(moved.cdf(np.array([4.0, 5.5])), dist.cdf(np.array([1.0, 2.5])))


@pytest.mark.parametrize(
    ("mean", "scale"),
    [(0.0, 0.0), (0.0, -1.0), (math.nan, 1.0), (0.0, math.nan), (math.inf, 1.0), (0.0, math.inf)],
)
def test_impossible_parameters_are_refused(mean: float, scale: float) -> None:
    with pytest.raises(BadDistribution):
        Normal(mean, scale)
    with pytest.raises(BadDistribution):
        StudentT(mean, scale, 5)


@pytest.mark.parametrize("dof", [0, -1, 201])
def test_degrees_of_freedom_outside_the_range_are_refused(dof: int) -> None:
    with pytest.raises(BadDistribution):
        StudentT(0.0, 1.0, dof)


def test_two_degrees_of_freedom_have_no_standard_deviation_to_build_from() -> None:
    with pytest.raises(BadDistribution):
        StudentT.from_sd(0.0, 1.0, 2)


@pytest.mark.parametrize("prob", [0.0, 1.0, math.nan])
def test_a_quantile_needs_a_probability_inside_zero_and_one(prob: float) -> None:
    with pytest.raises(BadParameter):
        Normal(0.0, 1.0).quantile(prob)
