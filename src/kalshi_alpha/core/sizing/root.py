"""Safeguarded Newton for many non-increasing functions of one variable at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray

ValueAndSlope = Callable[[FloatArray, IntArray], tuple[FloatArray, FloatArray]]

_ITERATIONS_MAX = 200
RELATIVE_TOLERANCE = 8.0 * float(np.finfo(np.float64).eps)


def falling_root(
    value_and_slope: ValueAndSlope,
    low: FloatArray,
    high: FloatArray,
    start: FloatArray,
    *,
    tolerance: float = RELATIVE_TOLERANCE,
) -> FloatArray:
    """Roots of functions that do not increase, each inside its bracket ``[low, high]``.

    Newton steps are kept inside the shrinking bracket; a step that leaves it, or that does not
    halve the residual, is replaced by the bracket's midpoint, so every row converges. Rows that
    have converged are not evaluated again.

    Parameters
    ----------
    value_and_slope : callable
        Maps abscissas, and the indices of the rows they belong to, to the values and the
        (non-positive) slopes there.
    low, high, start : ndarray of shape (n_rows,)
        Brackets with ``f(low) >= 0 >= f(high)``, and where to begin. Where both ends have the
        same sign the result is the end nearest to the root.
    tolerance : float
        A row is done when its next step is below this share of its abscissa.
    """
    root = np.clip(start, low, high)
    rows: IntArray = np.arange(root.size)
    x, before = root.copy(), np.full_like(root, np.inf)
    for _ in range(_ITERATIONS_MAX):
        value, slope = value_and_slope(x, rows)
        low, high = np.where(value >= 0.0, x, low), np.where(value <= 0.0, x, high)
        newton = x - np.divide(value, slope, out=np.full_like(x, np.nan), where=slope < 0.0)
        arrived = np.abs(newton - x) <= tolerance * np.abs(x)
        trusted = (newton >= low) & (newton <= high) & (np.abs(value) <= 0.5 * before)
        following = np.where(trusted | arrived, newton, _between(low, high))
        root[rows] = following
        moved = np.abs(following - x) > tolerance * np.abs(x)
        if not moved.any():
            break
        rows, x, before = rows[moved], following[moved], np.abs(value)[moved]
        low, high = low[moved], high[moved]
    return root


def _between(low: FloatArray, high: FloatArray) -> FloatArray:
    """Midpoints; geometric where the ends are positive and of different magnitude."""
    wide = (low > 0.0) & (high > 4.0 * low)
    middle: FloatArray = 0.5 * (low + high)
    np.multiply(np.sqrt(low), np.sqrt(high), out=middle, where=wide)
    return middle
