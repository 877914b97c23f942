"""Climatology: the station's own year, and how long a warm or cold spell tends to last.

The last resort of the forecast and its sternest free baseline: two harmonics of the year, anomalies
that decay as a first-order autoregression, and a spread that follows the season.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.weather.seasons import harmonics

DAYS_LEAST = 330
"""Fewer cannot tell the year's shape."""
LEAD_FITTED = 2  # days ahead at which persistence is measured: the lead of a day-ahead forecast
_PERSISTENCE_MAX = 0.95
_FLOOR_SHARE = 0.3  # of the mean spread, below which no season goes


@dataclass(frozen=True, slots=True)
class Climatology:
    """A station's year.

    Attributes
    ----------
    normal : tuple of 5 floats
        Constant, and sine and cosine of two harmonics, degrees Fahrenheit.
    spread : tuple of 3 floats
        Constant, and sine and cosine of the year: the standard deviation, in degrees
        Fahrenheit, of what a two-day-old anomaly leaves unexplained.
    persistence : float
        Correlation of anomalies from day to day, in [0, 0.95].
    """

    normal: tuple[float, ...]
    spread: tuple[float, ...]
    persistence: float

    def normals(self, days: IntArray) -> FloatArray:
        """Return the normal maximum of days since 1970-01-01, degrees Fahrenheit."""
        return np.asarray(_design(days, 2) @ np.array(self.normal))

    def forecast(
        self, days: IntArray, anomalies: FloatArray, leads: IntArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of each day's maximum, degrees Fahrenheit.

        Parameters
        ----------
        days : ndarray of int, shape (n,)
            Days since 1970-01-01.
        anomalies : ndarray of shape (n,)
            Newest anomaly known for each; zero where none is.
        leads : ndarray of int, shape (n,)
            Days from that anomaly to the day, at least one.
        """
        kept = self.persistence ** np.asarray(leads, dtype=np.float64)
        fitted = 1.0 - self.persistence ** (2 * LEAD_FITTED)
        widening = np.sqrt((1.0 - kept**2) / fitted)
        return self.normals(days) + kept * anomalies, widening * self.spreads(days)

    def spreads(self, days: IntArray) -> FloatArray:
        """Return the seasonal standard deviation at the fitted lead."""
        constant = self.spread[0]
        seasonal = _design(days, 1) @ np.array(self.spread)
        return np.asarray(np.maximum(seasonal, _FLOOR_SHARE * constant))


def fit_climatology(days: IntArray, observed: FloatArray) -> Climatology:
    """Fit on consecutive days.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        Days since 1970-01-01, without a gap.
    observed : ndarray of shape (n,)
        Maxima, degrees Fahrenheit; NaN is absent.

    Raises
    ------
    MissingData
        If fewer than 330 days were observed.
    """
    known = np.isfinite(observed)
    if int(known.sum()) < DAYS_LEAST:
        raise MissingData(f"climatology needs {DAYS_LEAST} days, had {int(known.sum())}")
    normal = _fitted(_design(days[known], 2), observed[known])
    anomalies = observed - _design(days, 2) @ normal
    persistence = _persistence(anomalies)
    left = anomalies[LEAD_FITTED:] - persistence**LEAD_FITTED * anomalies[:-LEAD_FITTED]
    pairs = np.isfinite(left)
    # The mean absolute residual, not the squared one: a few record days must not widen a season.
    absolute = np.abs(left[pairs]) * math.sqrt(math.pi / 2.0)
    spread = _fitted(_design(days[LEAD_FITTED:][pairs], 1), absolute)
    return Climatology(tuple(normal.tolist()), tuple(spread.tolist()), persistence)


def newest_anomaly(
    climatology: Climatology, days: IntArray, observed: FloatArray, known_to: int
) -> tuple[float, int]:
    """Return the last anomaly among the first ``known_to`` rows, and its row.

    Without any, an anomaly of zero at row 0.
    """
    found = np.flatnonzero(np.isfinite(observed[:known_to]))
    if not found.size:
        return 0.0, 0
    row = int(found[-1])
    normal = float(climatology.normals(days[row : row + 1])[0])
    return float(observed[row]) - normal, row


def _persistence(anomalies: FloatArray) -> float:
    """Return the daily correlation whose square is that of days two apart."""
    early, late = anomalies[:-LEAD_FITTED], anomalies[LEAD_FITTED:]
    pairs = np.isfinite(early) & np.isfinite(late)
    early, late = early[pairs], late[pairs]
    variance = float(early @ early)
    correlation = float(early @ late) / variance if variance > 0.0 else 0.0
    return min(math.sqrt(max(correlation, 0.0)), _PERSISTENCE_MAX)


def _design(days: IntArray, count: int) -> FloatArray:
    return np.hstack((np.ones((days.size, 1)), harmonics(days, count)))


def _fitted(design: FloatArray, values: FloatArray) -> FloatArray:
    # A whisper of ridge keeps a year with a missing season solvable.
    normal = design.T @ design + 1e-6 * np.eye(design.shape[1])
    return np.asarray(np.linalg.solve(normal, design.T @ values), dtype=np.float64)
