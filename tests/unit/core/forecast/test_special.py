from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from kalshi_alpha.core.errors import BadDistribution
from kalshi_alpha.core.forecast.special import (
    normal_cdf,
    normal_pdf,
    student_t_cdf,
    student_t_cdf_at,
    student_t_pdf,
)

VALUES = np.concatenate([np.linspace(-40.0, 40.0, 321), [-1e6, -1e3, 1e3, 1e6]])


def test_the_normal_cdf_agrees_with_scipy_and_keeps_relative_accuracy_in_the_lower_tail() -> None:
    np.testing.assert_allclose(normal_cdf(VALUES), special.ndtr(VALUES), rtol=0, atol=1e-15)
    tail = np.linspace(-35.0, -5.0, 61)
    np.testing.assert_allclose(normal_cdf(tail), special.ndtr(tail), rtol=1e-12)


def test_the_normal_density_agrees_with_scipy() -> None:
    np.testing.assert_allclose(normal_pdf(VALUES), stats.norm.pdf(VALUES), rtol=1e-12, atol=1e-300)


def test_every_whole_number_of_degrees_of_freedom_agrees_with_scipy() -> None:
    for dof in range(1, 201):
        error = np.abs(student_t_cdf(VALUES, dof) - special.stdtr(dof, VALUES))
        assert error.max() <= 1e-13, dof


@pytest.mark.parametrize("dof", [1, 2, 3, 4, 5, 6, 199, 200])
def test_one_value_at_a_time_gives_the_same_as_an_array(dof: int) -> None:
    one_by_one = [student_t_cdf_at(value, dof) for value in VALUES.tolist()]
    np.testing.assert_allclose(one_by_one, student_t_cdf(VALUES, dof), rtol=0, atol=1e-15)
    assert (student_t_cdf_at(-np.inf, dof), student_t_cdf_at(np.inf, dof)) == (0.0, 1.0)


@pytest.mark.parametrize("dof", [1, 2, 5, 6, 30, 200])
def test_the_student_t_density_agrees_with_scipy(dof: int) -> None:
    np.testing.assert_allclose(student_t_pdf(VALUES, dof), stats.t.pdf(VALUES, dof), rtol=1e-10)


@pytest.mark.parametrize("dof", [1, 2, 7])
def test_infinite_values_have_the_limits_and_a_nan_stays_a_nan(dof: int) -> None:
    values = np.array([-np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(student_t_cdf(values, dof), [0.0, 1.0, np.nan])
    np.testing.assert_array_equal(normal_cdf(values), [0.0, 1.0, np.nan])


def test_shapes_are_kept() -> None:
    assert normal_cdf(np.zeros((2, 3))).shape == (2, 3)
    assert student_t_cdf(np.zeros((2, 3)), 5).shape == (2, 3)
    assert normal_cdf(0.0).shape == ()


def test_no_degrees_of_freedom_are_refused() -> None:
    with pytest.raises(BadDistribution):
        student_t_cdf(0.0, 0)
