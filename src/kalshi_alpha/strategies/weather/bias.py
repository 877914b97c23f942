"""What each guidance value has missed by lately, and over the year before."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray

HALF_LIFE_DAYS = 12.0
PRIOR_DAYS = 8.0
"""Errors' worth of belief that the recent bias is the yearly one."""
YEARLY_HALF_LIFE_DAYS = 365.0
YEARLY_PRIOR_DAYS = 10.0
"""Errors' worth of belief that there is no yearly bias; keeps the first weeks from swinging."""

LAG_DAYS = 2
"""At 12 UTC on the eve of a climate day, the report of two days before it is the last one out."""


def recent_bias(errors: FloatArray, lag: int = LAG_DAYS) -> FloatArray:
    """Return, for each day, the mean error as it was known when the day was forecast.

    Days count by the calendar: where errors stop coming in, the recent mean fades into the
    yearly one.

    Parameters
    ----------
    errors : ndarray of shape (n_days, n_inputs)
        Observed less guidance on consecutive days; NaN is absent and skipped.
    lag : int
        Days before the day itself whose error is the newest known.

    Returns
    -------
    ndarray of shape (n_days + lag, n_inputs)
        Row t is made of ``errors[: t - lag + 1]`` only. The rows after the last day are those
        of the days that follow.
    """
    n, width = errors.shape
    known = np.isfinite(errors)
    filled = np.where(known, errors, 0.0)
    bias = np.zeros((n + lag, width))
    recent, yearly = _Average(width, HALF_LIFE_DAYS), _Average(width, YEARLY_HALF_LIFE_DAYS)
    for t in range(n):
        recent.add(filled[t], known[t])
        yearly.add(filled[t], known[t])
        centre = yearly.total / (yearly.weight + YEARLY_PRIOR_DAYS)
        bias[t + lag] = (recent.total + PRIOR_DAYS * centre) / (recent.weight + PRIOR_DAYS)
    return bias


class _Average:
    """An exponentially weighted sum and its weight, day by day."""

    def __init__(self, width: int, half_life_days: float) -> None:
        self.keep = 0.5 ** (1.0 / half_life_days)
        self.total, self.weight = np.zeros(width), np.zeros(width)

    def add(self, filled: FloatArray, known: BoolArray) -> None:
        self.total = self.keep * self.total + filled
        self.weight = self.keep * self.weight + known
