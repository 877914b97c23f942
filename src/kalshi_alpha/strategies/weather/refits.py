"""When a walk-forward fit is renewed, and climatology walked forward on that schedule."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.strategies.weather.bias import LAG_DAYS
from kalshi_alpha.strategies.weather.climatology import DAYS_LEAST, fit_climatology
from kalshi_alpha.strategies.weather.dispersion import dispersion
from kalshi_alpha.strategies.weather.guidance import SD_LEAST_F
from kalshi_alpha.strategies.weather.panel import StationPanel
from kalshi_alpha.strategies.weather.patterns import training_rows

REFIT_DAYS = 7
CLIMATOLOGY_PRIOR_DAYS = 90.0  # its errors come in spells, so that fewer of them count
NORMAL_ABSOLUTE = math.sqrt(2.0 / math.pi)


def refits(panel: StationPanel, first: int) -> Iterator[tuple[int, IntArray]]:
    """Yield the row for which a fit is renewed, and the rows from ``first`` on that it serves.

    Refits fall on the same weekday wherever the panel begins.
    """
    n = panel.observed.size
    start = first - (panel.first_day + first) % REFIT_DAYS
    for row in range(start, n, REFIT_DAYS):
        yield row, np.arange(max(row, first), min(row + REFIT_DAYS, n))


def climatology_walk(panel: StationPanel, first: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return climatology's mean and standard deviation of each day, refitted weekly.

    Returns
    -------
    (mean, sd) : ndarrays of shape (n_days,)
        Degrees Fahrenheit; NaN before row ``first`` and while too few days are known.
    """
    n = panel.observed.size
    mean, sd = np.full(n, np.nan), np.full(n, np.nan)
    days, observed = panel.days, panel.observed
    newest = np.maximum.accumulate(np.where(np.isfinite(observed), np.arange(n), 0))
    for row, served in refits(panel, first):
        known = training_rows(row, window=n)
        if int(np.isfinite(observed[known]).sum()) < DAYS_LEAST:
            continue
        climatology = fit_climatology(days[known], observed[known])
        last = newest[served - LAG_DAYS]
        anomalies = observed[last] - climatology.normals(days[last])
        mean[served], sd[served] = climatology.forecast(days[served], anomalies, served - last)
    return mean, np.maximum(sd, SD_LEAST_F)


def dispersed(
    panel: StationPanel, climate: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return climatology with its spread widened or narrowed as its last errors were."""
    mean, sd = climate
    z = (panel.observed - mean) / sd
    return mean, sd * dispersion(z, NORMAL_ABSOLUTE, CLIMATOLOGY_PRIOR_DAYS)[: z.size]
