from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.sizing.root import falling_root


def test_many_rows_converge_each_to_its_own_root() -> None:
    targets = np.geomspace(1e-6, 1e6, 25)

    def cube(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        return targets[rows] - x**3, -3.0 * x**2

    low, high = np.full_like(targets, 1e-9), np.full_like(targets, 1e9)
    found = falling_root(cube, low, high, np.ones_like(targets))

    np.testing.assert_allclose(found, np.cbrt(targets), rtol=1e-14)


def test_a_function_that_defeats_newton_is_bisected() -> None:
    def step(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        return np.where(x < 0.3, 1.0, -1.0) * np.ones(rows.size), np.zeros(rows.size)

    found = falling_root(step, np.zeros(2), np.ones(2), np.ones(2))

    np.testing.assert_allclose(found, 0.3, rtol=1e-14)


@pytest.mark.parametrize(("value", "end"), [(1.0, 5.0), (-1.0, 2.0)])
def test_without_a_root_in_the_bracket_the_nearest_end_is_returned(
    value: float, end: float
) -> None:
    def constant(x: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        return np.full(rows.size, value), np.full_like(x, -1e-3)

    found = falling_root(constant, np.array([2.0]), np.array([5.0]), np.array([3.0]))

    np.testing.assert_allclose(found, end, rtol=1e-14)
