"""Weighted isotonic regression by pooling adjacent violators."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter


def pool_non_increasing(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the non-increasing sequence nearest to the values in weighted least squares.

    One pass with a stack of blocks: while the block before is smaller than the last one, the two
    merge to their weighted mean. Time is linear in the length (Barlow, Bartholomew, Bremner and
    Brunk 1972).

    Parameters
    ----------
    values, weights : ndarrays of shape (n,)
        Weights are positive.

    Returns
    -------
    ndarray of shape (n,)
        Keeps the weighted mean; a sequence that is already non-increasing comes back unchanged.

    Raises
    ------
    BadParameter
        If the shapes differ, a value is not finite, or a weight is not positive and finite.
    """
    if values.ndim != 1 or values.shape != weights.shape:
        raise BadParameter(f"values {values.shape} and weights {weights.shape} must match")
    if not (np.isfinite(values).all() and np.isfinite(weights).all() and (weights > 0.0).all()):
        raise BadParameter("isotonic regression needs finite values and positive weights")
    levels: list[float] = []
    masses: list[float] = []
    lengths: list[int] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        level, mass, length = value, weight, 1
        while levels and levels[-1] < level:
            # The convex combination cannot leave the range of the two levels by overflow.
            share = masses[-1] / (masses[-1] + mass)
            level = share * levels.pop() + (1.0 - share) * level
            mass += masses.pop()
            length += lengths.pop()
        levels.append(level)
        masses.append(mass)
        lengths.append(length)
    return np.repeat(np.array(levels, dtype=np.float64), lengths)
