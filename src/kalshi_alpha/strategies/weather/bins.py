"""From means and spreads to probabilities of the printed maximum, a whole degree a bin."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.forecast.rounding import half_step_edges
from kalshi_alpha.core.forecast.special import normal_cdf, student_t_cdf
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.weather.crps_shape import DOF, SD
from kalshi_alpha.strategies.weather.panel import HIGHEST_F, LOWEST_F

WHOLE_DEGREES = SettlementGrid(Decimal(1), "F")


def binned(mean: FloatArray, sd: FloatArray, heavy: BoolArray | None = None) -> FloatArray:
    """Return each row's probabilities of -60 .. 140 degrees; the end bins take the tails.

    Parameters
    ----------
    mean, sd : ndarray of shape (n,)
        Of the latent maximum, degrees Fahrenheit.
    heavy : ndarray of bool, shape (n,)
        Rows that are a Student t with six degrees of freedom; the others are normal. None: all
        are normal.

    Returns
    -------
    ndarray of shape (n, 201)
    """
    edges = half_step_edges(WHOLE_DEGREES, LOWEST_F, HIGHEST_F)
    z = (edges - mean[:, None]) / sd[:, None]
    inner = np.empty_like(z)
    tailed = np.zeros(mean.size, dtype=bool) if heavy is None else heavy
    inner[~tailed] = normal_cdf(z[~tailed])
    inner[tailed] = student_t_cdf(z[tailed] * SD, DOF)
    ends = np.zeros((mean.size, 1)), np.ones((mean.size, 1))
    return np.maximum(np.diff(np.hstack((ends[0], inner, ends[1])), axis=1), 0.0)
