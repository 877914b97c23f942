"""How much wider or narrower the error has been lately than the fit expected."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.strategies.weather.bias import LAG_DAYS

HALF_LIFE_DAYS = 90.0


def dispersion(
    z: FloatArray, expected: float, prior_days: float, lag: int = LAG_DAYS
) -> FloatArray:
    """Return the factor on each day's scale, from what was known when it was forecast.

    Parameters
    ----------
    z : ndarray of shape (n_days,)
        Out-of-sample errors over the scales forecast for them; NaN is absent and skipped.
    expected : float
        Mean absolute error, in scales, if the scales are right.
    prior_days : float
        Errors' worth of belief that they are.
    lag : int
        Days before the day itself whose error is the newest known.

    Returns
    -------
    ndarray of shape (n_days + lag,)
        Exponentially weighted mean of the absolute errors over the expected one.
    """
    share = np.abs(z) / expected
    keep = 0.5 ** (1.0 / HALF_LIFE_DAYS)
    factors = np.ones(z.size + lag)
    total = weight = 0.0
    for t, value in enumerate(share.tolist()):
        if value == value:  # noqa: PLR0124 - absent is NaN, the one value unlike itself
            total, weight = keep * total + value, keep * weight + 1.0
        factors[t + lag] = (total + prior_days) / (weight + prior_days)
    return factors
