r"""Ensemble model output statistics, fitted by minimum CRPS (Gneiting et al. 2005).

The maximum is a Student t around :math:`a+\sum_j b_jf_j+c_1\sin+c_2\cos` with the squared scale
:math:`\exp(d_0+d_1\sin+d_2\cos)+\exp(e)s^2`, where the :math:`f_j` are guidance values less their
recent bias and s is their spread. Correlated inputs share a small penalty that draws their
weights to equal ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter, MissingData
from kalshi_alpha.strategies.weather.crps_shape import (
    CURVATURE_LOCATION,
    CURVATURE_SCALE,
    standard_score,
)
from kalshi_alpha.strategies.weather.seasons import harmonics

ROWS_LEAST = 120
CENTRE_F = 50.0  # inputs are taken from here, so that the intercept means something
WEIGHT_PENALTY = 0.05  # degrees Fahrenheit of CRPS for a weight that is sqrt(2) from equal
SEASON_PENALTY = 0.02
SPREAD_PENALTY = 0.01
SPREAD_START = -1.0  # a scale of 0.6 spreads
_SCALE_TERMS = 4  # three of the seasonal part, one of the spread's
_LOG_VARIANCE_RANGE = (-8.0, 6.0)
_STEPS_MAX = 50
_DECREMENT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class EmosData:
    """Days to fit on or to forecast.

    Parameters
    ----------
    inputs : ndarray of shape (n, k)
        Guidance less recent bias, degrees Fahrenheit.
    spread : ndarray of shape (n,)
        Spread of the guidance, degrees Fahrenheit.
    days : ndarray of int, shape (n,)
        Days since 1970-01-01.

    Raises
    ------
    BadParameter
        If a value is not finite or the lengths differ.
    """

    inputs: FloatArray
    spread: FloatArray
    days: IntArray

    def __post_init__(self) -> None:
        n = self.days.size
        if self.inputs.ndim != 2 or len(self.inputs) != n or self.spread.shape != (n,):
            raise BadParameter(f"{self.inputs.shape} inputs, {self.spread.shape}, {n} days")
        if not (np.isfinite(self.inputs).all() and np.isfinite(self.spread).all()):
            raise BadParameter("EMOS inputs must be finite: drop incomplete days")

    def location_design(self) -> FloatArray:
        """Return columns of ones, centred inputs, and the first harmonic."""
        ones = np.ones((self.days.size, 1))
        return np.hstack((ones, self.inputs - CENTRE_F, harmonics(self.days, 1)))

    def scale_design(self) -> FloatArray:
        """Return columns of ones and the first harmonic."""
        return np.hstack((np.ones((self.days.size, 1)), harmonics(self.days, 1)))


def location_and_scale(theta: FloatArray, data: EmosData) -> tuple[FloatArray, FloatArray]:
    """Return the t's location and scale of each day, degrees Fahrenheit.

    ``theta`` is (a, b_1 .. b_k, c_1, c_2, d_0, d_1, d_2, e) with a counted from 50 degrees.
    """
    location = CENTRE_F + data.location_design() @ theta[:-_SCALE_TERMS]
    seasonal = np.exp(data.scale_design() @ theta[-_SCALE_TERMS:-1])
    return location, np.sqrt(seasonal + math.exp(theta[-1]) * data.spread**2)


def fit_emos(data: EmosData, observed: FloatArray, start: FloatArray | None = None) -> FloatArray:
    """Fit by minimum mean CRPS.

    Parameters
    ----------
    data
        Days to learn from.
    observed : ndarray of shape (n,)
        Maxima, degrees Fahrenheit.
    start : ndarray of shape (k + 7,)
        An earlier fit on nearly the same days, from which to go on; None starts from least
        squares.

    Returns
    -------
    ndarray of shape (k + 7,)
        Parameters as in `location_and_scale`.

    Raises
    ------
    MissingData
        If there are fewer than 120 days.
    BadParameter
        If an observation is not finite or the lengths differ.
    """
    if observed.size < ROWS_LEAST:
        raise MissingData(f"EMOS needs {ROWS_LEAST} days, had {observed.size}")
    if observed.shape != data.days.shape or not np.isfinite(observed).all():
        raise BadParameter("EMOS needs one finite observation for each day")
    objective = _Objective(data, observed)
    theta = _least_squares(objective) if start is None else start
    value = objective.value(theta)
    for _ in range(_STEPS_MAX):
        step, decrement = objective.step(theta)
        if decrement < _DECREMENT:
            break
        theta, value, moved = _line_search(objective, theta, value, step)
        if not moved:
            break
    return theta


class _Objective:
    """Mean CRPS plus penalties, with its gradient and expected curvature."""

    def __init__(self, data: EmosData, observed: FloatArray) -> None:
        self.location, self.scale = data.location_design(), data.scale_design()
        self.spread2 = data.spread**2
        self.observed = observed - CENTRE_F
        k = data.inputs.shape[1]
        self.penalty = np.array(
            [0.0, *[WEIGHT_PENALTY] * k, 0.0, 0.0, 0.0, *[SEASON_PENALTY] * 2, SPREAD_PENALTY]
        )
        self.centre = np.array([0.0, *[1.0 / k] * k, *[0.0] * 5, SPREAD_START])

    def _parts(self, theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        seasonal = np.exp(self.scale @ theta[-_SCALE_TERMS:-1])
        scale = np.sqrt(seasonal + math.exp(theta[-1]) * self.spread2)
        return (self.observed - self.location @ theta[:-_SCALE_TERMS]) / scale, scale, seasonal

    def value(self, theta: FloatArray) -> float:
        z, scale, _ = self._parts(theta)
        penalty = 0.5 * float(self.penalty @ (theta - self.centre) ** 2)
        return float((scale * standard_score(z).score).mean()) + penalty

    def gradient(self, theta: FloatArray) -> FloatArray:
        z, scale, seasonal = self._parts(theta)
        return self._gradient(theta, z, self._scale_slopes(theta, scale, seasonal))

    def step(self, theta: FloatArray) -> tuple[FloatArray, float]:
        """Return the scoring step and half of what it promises to gain."""
        z, scale, seasonal = self._parts(theta)
        slopes = self._scale_slopes(theta, scale, seasonal)
        gradient = self._gradient(theta, z, slopes)
        n, p = self.location.shape
        weight = 1.0 / (n * scale)[:, None]
        curvature = np.diag(self.penalty + 1e-9)
        curvature[:p, :p] += CURVATURE_LOCATION * self.location.T @ (weight * self.location)
        curvature[p:, p:] += CURVATURE_SCALE * slopes.T @ (weight * slopes)
        step = np.asarray(-np.linalg.solve(curvature, gradient), dtype=np.float64)
        return step, float(-gradient @ step)

    def _scale_slopes(
        self, theta: FloatArray, scale: FloatArray, seasonal: FloatArray
    ) -> FloatArray:
        half = 0.5 / scale
        by_spread = math.exp(theta[-1]) * self.spread2 * half
        return np.hstack((self.scale * (seasonal * half)[:, None], by_spread[:, None]))

    def _gradient(self, theta: FloatArray, z: FloatArray, slopes: FloatArray) -> FloatArray:
        score = standard_score(z)
        own = np.concatenate((self.location.T @ score.by_location, slopes.T @ score.by_scale))
        gradient: FloatArray = own / z.size + self.penalty * (theta - self.centre)
        return gradient


def _least_squares(objective: _Objective) -> FloatArray:
    """Start from ridge regression, and from its residual variance."""
    design, n = objective.location, objective.observed.size
    p = design.shape[1]
    penalty, centre = n * objective.penalty[:p] + 1e-6, objective.centre[:p]
    normal = design.T @ design + np.diag(penalty)
    beta = np.linalg.solve(normal, design.T @ objective.observed + penalty * centre)
    variance = float(np.var(objective.observed - design @ beta))
    theta = objective.centre.copy()
    theta[:p] = beta
    theta[-_SCALE_TERMS] = math.log(max(0.5 * variance, 1e-3))
    return theta


def _line_search(
    objective: _Objective, theta: FloatArray, value: float, step: FloatArray
) -> tuple[FloatArray, float, bool]:
    """Halve the step until it gains; variances move by at most a factor e at a time."""
    size = 1.0
    while size > 1e-6:
        moved = theta + size * step
        scale_part = np.clip(
            moved[-_SCALE_TERMS:], theta[-_SCALE_TERMS:] - 1.0, theta[-_SCALE_TERMS:] + 1.0
        )
        moved[-_SCALE_TERMS:] = np.clip(scale_part, *_LOG_VARIANCE_RANGE)
        found = objective.value(moved)
        if found < value:
            return moved, found, True
        size /= 2.0
    return theta, value, False
