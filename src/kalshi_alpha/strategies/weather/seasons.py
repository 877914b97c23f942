"""The year as sines and cosines."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray

DAYS_A_YEAR = 365.2425


def harmonics(days: IntArray, count: int) -> FloatArray:
    """Return sine and cosine of the first harmonics of the year.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        Days since 1970-01-01.
    count : int
        Harmonics wanted.

    Returns
    -------
    ndarray of shape (n, 2 * count)
        ``sin(w), cos(w), sin(2w), cos(2w), ...`` with w one turn a year.
    """
    angle = 2.0 * np.pi * np.asarray(days, dtype=np.float64) / DAYS_A_YEAR
    turns = angle[:, None] * np.arange(1, count + 1)
    return np.stack((np.sin(turns), np.cos(turns)), axis=2).reshape(angle.size, 2 * count)
