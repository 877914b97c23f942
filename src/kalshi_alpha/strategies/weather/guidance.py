"""The plainest use of guidance: a single value less what it missed by lately."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.strategies.weather.bias import LAG_DAYS
from kalshi_alpha.strategies.weather.panel import StationPanel

DEBIAS_DAYS = 60
ERRORS_LEAST = 20
SD_LEAST_F = 0.5
"""A maximum is printed in whole degrees; nothing is surer than that, in degrees Fahrenheit."""


def debiased_guidance(panel: StationPanel, lag: int = LAG_DAYS) -> tuple[FloatArray, FloatArray]:
    """Return the first input that a day has, less its mean error of the last sixty known days.

    Returns
    -------
    (mean, sd) : ndarrays of shape (n_days,)
        The standard deviation is that of the same errors. NaN without guidance, or with fewer
        than twenty errors known.
    """
    n = panel.observed.size
    mean, sd = np.full(n, np.nan), np.full(n, np.nan)
    for column in range(len(panel.input_names)):
        value = panel.inputs[:, column]
        errors = panel.observed - value
        centre, spread = trailing_moments(errors, DEBIAS_DAYS, ERRORS_LEAST, lag)
        rows = np.isnan(mean) & np.isfinite(value) & np.isfinite(centre)
        mean[rows], sd[rows] = value[rows] + centre[rows], spread[rows]
    return mean, np.maximum(sd, SD_LEAST_F)


def trailing_moments(
    values: FloatArray, days: int, least: int, lag: int = LAG_DAYS
) -> tuple[FloatArray, FloatArray]:
    """Return mean and sample standard deviation of the last days known before each row.

    Row t sees rows ``t - lag - days + 1`` to ``t - lag``; NaN values are skipped, and fewer than
    ``least`` of them give NaN.
    """
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    sums = [np.concatenate(([0.0], np.cumsum(each))) for each in (known, filled, filled**2)]
    after = np.clip(np.arange(values.size) - lag + 1, 0, None)
    before = np.clip(after - days, 0, None)
    count, total, squares = (each[after] - each[before] for each in sums)
    enough = count >= max(least, 2)
    safe = np.where(enough, count, 2.0)
    mean = total / safe
    variance = np.maximum(squares - safe * mean**2, 0.0) / (safe - 1.0)
    return np.where(enough, mean, np.nan), np.where(enough, np.sqrt(variance), np.nan)
