"""Forecasts of a day's change that cost nothing: what a model must beat."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.forecast.special import normal_cdf
from kalshi_alpha.strategies.teny.change import WINDOW_BP

ROLLING, RANDOM_WALK, CLIMATOLOGY = "rolling", "random walk", "climatology"
ROLLING_DAYS = 60
_SD_LEAST_BP = 0.5


def baseline_pmfs(changes_bp: IntArray, first: int) -> dict[str, FloatArray]:
    """Return each baseline's probabilities of the changes from ``first`` on.

    All are centred on yesterday's close and know only earlier changes. ``rolling`` is a normal
    with the standard deviation of the last 60 changes, ``random walk`` a normal with that of all
    of them, ``climatology`` the frequencies of all of them.

    Parameters
    ----------
    changes_bp : ndarray of int, shape (n,)
        Daily changes, oldest first.
    first : int
        Index of the first change to forecast, at least 60.

    Returns
    -------
    dict of ndarray of shape (n - first, 401)
        Over the changes from -200 to 200 basis points, by name.
    """
    changes = changes_bp.astype(np.float64)
    ends = np.arange(first, changes.size)
    return {
        ROLLING: _normal(_rolling_sd(changes, ends)),
        RANDOM_WALK: _normal(_long_run_sd(changes, ends)),
        CLIMATOLOGY: _frequencies(changes_bp, first),
    }


def _rolling_sd(changes: FloatArray, ends: IntArray) -> FloatArray:
    windows = np.lib.stride_tricks.sliding_window_view(changes, ROLLING_DAYS)
    return np.asarray(windows.std(axis=1, ddof=1)[ends - ROLLING_DAYS])


def _long_run_sd(changes: FloatArray, ends: IntArray) -> FloatArray:
    return np.asarray(np.sqrt(np.cumsum(np.square(changes))[ends - 1] / ends))


def _normal(sds: FloatArray) -> FloatArray:
    edges = np.arange(-WINDOW_BP, WINDOW_BP, dtype=np.float64) + 0.5
    inner = normal_cdf(edges / np.maximum(sds, _SD_LEAST_BP)[:, None])
    rows = sds.size
    whole = np.concatenate((np.zeros((rows, 1)), inner, np.ones((rows, 1))), axis=1)
    return np.diff(whole, axis=1)


def _frequencies(changes_bp: IntArray, first: int) -> FloatArray:
    bins = np.clip(changes_bp + WINDOW_BP, 0, 2 * WINDOW_BP)
    seen = np.bincount(bins[:first], minlength=2 * WINDOW_BP + 1).astype(np.float64)
    counts = np.zeros((changes_bp.size - first, seen.size))
    if counts.size:
        counts[np.arange(1, len(counts)), bins[first:-1]] = 1.0
        counts = np.cumsum(counts, axis=0) + seen
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0))
