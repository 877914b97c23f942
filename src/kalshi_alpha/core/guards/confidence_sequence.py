"""An interval for a mean that holds at every look, by betting against each candidate."""

from __future__ import annotations

import math

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter

_GRID = 1000
_STAKE_LIMIT = 0.5  # of the largest stake that cannot go broke
_DELTA_BOUND_BPS = 1e4  # a payout less an honest probability lies in [-1, 1]


def confidence_sequence(
    values: FloatArray, alpha: float = 0.05, n_grid: int = _GRID
) -> tuple[float, float]:
    r"""Interval for the mean of values in [0, 1], valid at every sample size at once.

    A candidate mean m is kept while the hedged capital
    :math:`\tfrac12 \prod (1 + \lambda_t (x_t - m)) + \tfrac12 \prod (1 - \lambda_t (x_t - m))`
    has never reached :math:`1/\alpha`. Stakes are set from the values before each one
    (Waudby-Smith & Ramdas 2024).

    Parameters
    ----------
    values : ndarray of shape (n,)
        Observations in [0, 1], in the order they came.
    alpha
        Probability that the interval ever misses the mean.
    n_grid
        Candidates in [0, 1]; the interval is widened by one of them on each side.

    Returns
    -------
    low, high

    Raises
    ------
    BadParameter
        If a value is outside [0, 1], or alpha outside (0, 1).
    """
    if not (0.0 < alpha < 1.0 and n_grid > 1):
        raise BadParameter(f"alpha {alpha} or grid {n_grid} is impossible")
    if values.size and not (values.min() >= 0.0 and values.max() <= 1.0):
        raise BadParameter("values must lie in [0, 1]")
    means = np.linspace(0.0, 1.0, n_grid + 1)
    with np.errstate(divide="ignore"):
        limit_up, limit_down = _STAKE_LIMIT / means, _STAKE_LIMIT / (1.0 - means)
    up, down = np.zeros(means.size), np.zeros(means.size)
    kept = np.ones(means.size, dtype=np.bool_)
    for value, stake in zip(values, _stakes(values, alpha), strict=True):
        up += np.log1p(np.minimum(stake, limit_up) * (value - means))
        down += np.log1p(-np.minimum(stake, limit_down) * (value - means))
        kept &= np.logaddexp(up, down) < math.log(2.0 / alpha)
    if not kept.any():
        # Every candidate has been refused at some time, which an honest sequence does with
        # probability alpha at most; the point estimate is all that is left.
        return float(values.mean()), float(values.mean())
    (inside,) = np.nonzero(kept)
    step = 1.0 / n_grid
    return max(float(means[inside[0]]) - step, 0.0), min(float(means[inside[-1]]) + step, 1.0)


def delta_confidence_sequence(deltas_bps: FloatArray, alpha: float = 0.05) -> tuple[float, float]:
    """Interval in bps for the mean of unit deltas, valid at every look.

    Parameters
    ----------
    deltas_bps : ndarray of shape (n_units,)
        Deltas in bps of payout, each in [-10000, 10000], in settlement order.
    alpha
        Probability that the interval ever misses the mean.

    Raises
    ------
    BadParameter
        If a delta is outside its bounds.
    """
    low, high = confidence_sequence((deltas_bps / _DELTA_BOUND_BPS + 1.0) / 2.0, alpha)
    return _DELTA_BOUND_BPS * (2.0 * low - 1.0), _DELTA_BOUND_BPS * (2.0 * high - 1.0)


def _stakes(values: FloatArray, alpha: float) -> FloatArray:
    """Stakes that depend on earlier values only, shape ``(n,)``."""
    time = np.arange(1, values.size + 1)
    means = (0.5 + np.cumsum(values)) / (time + 1)
    variances = (0.25 + np.cumsum((values - means) ** 2)) / (time + 1)
    before = np.concatenate(([0.25], variances[:-1])) if values.size else variances
    stakes: FloatArray = np.sqrt(2.0 * math.log(2.0 / alpha) / (before * time * np.log1p(time)))
    return stakes
