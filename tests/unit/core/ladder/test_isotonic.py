from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ladder.isotonic import pool_non_increasing


@st.composite
def weighted(draw: st.DrawFn) -> tuple[FloatArray, FloatArray]:
    pairs = draw(
        st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(1.0, 40_000.0)), min_size=1, max_size=25)
    )
    values, weights = zip(*pairs, strict=True)
    return np.array(values), np.array(weights)


def test_two_violators_pool_to_their_weighted_mean() -> None:
    mids = np.array([0.95, 0.86, 0.61, 0.37, 0.41, 0.05])
    weights = 1.0 / ((np.array([0.04, 0.04, 0.06, 0.06, 0.10, 0.04]) / 2) ** 2 + 0.005**2)
    expected = [0.95, 0.86, 0.61, 0.38072, 0.38072, 0.05]
    np.testing.assert_allclose(pool_non_increasing(mids, weights), expected, atol=5e-6)


def test_a_block_keeps_merging_while_the_one_before_is_smaller() -> None:
    pooled = pool_non_increasing(np.array([0.5, 0.4, 0.9]), np.array([1.0, 1.0, 2.0]))
    np.testing.assert_allclose(pooled, [0.675, 0.675, 0.675], atol=1e-12)


def test_a_non_increasing_sequence_comes_back_unchanged() -> None:
    values = np.array([0.9, 0.9, 0.3, 0.0])
    np.testing.assert_array_equal(pool_non_increasing(values, np.ones(4)), values)
    assert pool_non_increasing(np.array([]), np.array([])).size == 0


@given(weighted())
def test_pooling_is_non_increasing_idempotent_and_keeps_the_weighted_mean(
    case: tuple[FloatArray, FloatArray],
) -> None:
    values, weights = case
    pooled = pool_non_increasing(values, weights)
    assert (np.diff(pooled) <= 0.0).all()
    np.testing.assert_array_equal(pool_non_increasing(pooled, weights), pooled)
    assert np.average(pooled, weights=weights) == pytest.approx(
        np.average(values, weights=weights), abs=1e-12
    )


@given(weighted())
def test_pooling_equals_the_minimax_formula_of_isotonic_regression(
    case: tuple[FloatArray, FloatArray],
) -> None:
    values, weights = case
    n = values.size

    def mean(start: int, stop: int) -> float:
        return float(np.average(values[start : stop + 1], weights=weights[start : stop + 1]))

    expected = [min(max(mean(i, j) for j in range(k, n)) for i in range(k + 1)) for k in range(n)]
    np.testing.assert_allclose(pool_non_increasing(values, weights), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("values", "weights"),
    [
        ([0.5, np.nan], [1.0, 1.0]),
        ([0.5, 0.4], [1.0, 0.0]),
        ([0.5, 0.4], [1.0, np.nan]),
        ([0.5, 0.4], [1.0, np.inf]),
        ([0.5, 0.4], [1.0]),
        ([[0.5]], [[1.0]]),
    ],
)
def test_values_or_weights_that_mean_nothing_are_refused(
    values: list[float], weights: list[float]
) -> None:
    with pytest.raises(BadParameter):
        pool_non_increasing(np.array(values), np.array(weights))
