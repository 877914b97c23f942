from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from kalshi_alpha.core.execution.power_law import fit_power_law

X = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0])
Y = np.array([0.1, 0.05, 0.3, 0.2, 0.6, 0.5, 1.1, 1.0, 1.8, 2.1])
N = np.array([40.0, 35.0, 30.0, 25.0, 20.0, 15.0, 12.0, 8.0, 6.0, 3.0])


def test_worked_example_of_ten_sizes() -> None:
    found = fit_power_law(X, Y, N)

    assert found is not None
    assert found.scale == pytest.approx(0.865, abs=1e-3)
    assert found.exponent == pytest.approx(0.857, abs=1e-3)
    assert (found.scale_se, found.exponent_se) == pytest.approx((0.071, 0.106), abs=5e-4)


def test_the_fit_agrees_with_scipy() -> None:
    found = fit_power_law(X, Y, N)
    params, covariance = curve_fit(
        lambda x, a, b: a * x**b, X, Y, p0=(1.0, 1.0), sigma=1.0 / np.sqrt(N)
    )

    assert found is not None
    assert (found.scale, found.exponent) == pytest.approx(tuple(params), rel=1e-5)
    assert (found.scale_se, found.exponent_se) == pytest.approx(
        tuple(np.sqrt(np.diag(covariance))), rel=1e-4
    )


@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param([1.0, 2.0], [1.0, 2.0], id="two points"),
        pytest.param([1.0, 1.0, 1.0], [1.0, 2.0, 3.0], id="one size"),
        pytest.param([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], id="no slippage"),
        pytest.param([1.0, 2.0, 3.0], [-1.0, -2.0, 0.0], id="improvement only"),
    ],
)
def test_what_determines_no_power_law_gives_none(x: list[float], y: list[float]) -> None:
    assert fit_power_law(np.array(x), np.array(y), np.ones(len(x))) is None


def test_a_single_positive_value_is_survived() -> None:
    found = fit_power_law(np.array([0.5, 1.0, 2.0]), np.array([0.0, 0.0, 1.0]), np.ones(3))

    assert found is None or np.isfinite([found.scale, found.exponent]).all()


@given(st.floats(0.05, 5.0), st.floats(0.1, 2.0))
def test_an_exact_power_law_is_recovered(scale: float, exponent: float) -> None:
    found = fit_power_law(X, scale * X**exponent, N)

    assert found is not None
    assert (found.scale, found.exponent) == pytest.approx((scale, exponent), rel=1e-6)
    assert found.scale_se == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(found.at(X), scale * X**exponent, rtol=1e-6)


@given(st.lists(st.floats(-1.0, 5.0), min_size=3, max_size=10), st.integers(0, 2**31))
def test_any_data_end_in_a_finite_fit_or_none(y: list[float], seed: int) -> None:
    x = np.sort(np.random.default_rng(seed).uniform(0.01, 5.0, len(y)))

    found = fit_power_law(x, np.array(y), np.ones(len(y)))

    assert found is None or np.isfinite([found.scale, found.exponent, found.scale_se]).all()
