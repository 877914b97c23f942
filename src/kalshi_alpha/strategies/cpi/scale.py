"""How wide the nowcast's error is: a Student t whose scale follows recent errors and gasoline.

``log s = a0 + a1 (log m - mean) + a2 (log v - mean)``, where m is an exponentially weighted mean
of past absolute errors and v one of absolute monthly changes of the gasoline price. The slopes
are shrunk towards zero by a normal prior, because a few dozen months cannot carry them alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData

DECAY = 0.85  # weight of the past in both averages, about six months of memory
SCALE_FLOOR = 0.08  # percentage points; below this the print's own rounding dominates
DOFS = (5, 6)
MONTHS_LEAST = 18
_SLOPE_PRIOR_SD = 0.5
_ERROR_START = 0.12  # mean absolute error before any is seen, percentage points
_GAS_START = 3.0  # mean absolute monthly change of gasoline before any is seen, percent
_TINY = 1e-3  # keeps the logarithm finite after a run of perfect months
_DIGITS = 9  # parameters are rounded, so that two machines write the same artifact


@dataclass(frozen=True, slots=True)
class ScaleModel:
    """Fitted parameters, and the averages as they stand after the last month.

    ``error_level`` (percentage points) and ``gas_level`` (percent) are the averages to be used
    for the next month.
    """

    intercept: float
    error_slope: float
    gas_slope: float
    error_centre: float
    gas_centre: float
    dof: int
    error_level: float
    gas_level: float

    def scale(self, gas_change_pct: float | None = None) -> float:
        """Return the t scale for the next month, in percentage points.

        Parameters
        ----------
        gas_change_pct
            This month's change of the gasoline price if it is known; it joins the average first.
        """
        gas = self.gas_level
        if gas_change_pct is not None:
            gas = DECAY * gas + (1.0 - DECAY) * abs(gas_change_pct)
        log_scale = (
            self.intercept
            + self.error_slope * (np.log(max(self.error_level, _TINY)) - self.error_centre)
            + self.gas_slope * (np.log(max(gas, _TINY)) - self.gas_centre)
        )
        return max(SCALE_FLOOR, float(np.exp(log_scale)))


def fit_scale(errors: FloatArray, gas_changes_pct: FloatArray) -> ScaleModel:
    """Fit the scale by penalised maximum likelihood.

    Parameters
    ----------
    errors : ndarray of shape (n_months,)
        First print less nowcast, oldest first, in percentage points.
    gas_changes_pct : ndarray of shape (n_months,)
        Change of the month's mean gasoline price on the month before, in percent.

    Raises
    ------
    MissingData
        If there are fewer than 18 months.
    """
    if errors.size < MONTHS_LEAST:
        raise MissingData(f"the CPI scale needs {MONTHS_LEAST} months, had {errors.size}")
    before, error_level = _averages(np.abs(errors), _ERROR_START)
    gas_before, gas_level = _averages(np.abs(gas_changes_pct), _GAS_START)
    # Gasoline of the month itself is known before its release, unlike the error.
    gas_known = DECAY * gas_before + (1.0 - DECAY) * np.abs(gas_changes_pct)
    x, z = np.log(np.maximum(before, _TINY)), np.log(np.maximum(gas_known, _TINY))
    centres = float(x.mean()), float(z.mean())
    design = np.column_stack((np.ones(errors.size), x - centres[0], z - centres[1]))
    fits = [(*_maximise(errors, design, dof), dof) for dof in DOFS]
    _, theta, dof = max(fits, key=lambda each: each[0])
    intercept, error_slope, gas_slope = (round(float(t), _DIGITS) for t in theta)
    return ScaleModel(
        intercept=intercept,
        error_slope=error_slope,
        gas_slope=gas_slope,
        error_centre=round(centres[0], _DIGITS),
        gas_centre=round(centres[1], _DIGITS),
        dof=dof,
        error_level=round(error_level, _DIGITS),
        gas_level=round(gas_level, _DIGITS),
    )


def _averages(values: FloatArray, start: float) -> tuple[FloatArray, float]:
    """Return the average as it stood before each value, and after the last."""
    before = np.empty(values.size)
    level = start
    for i, value in enumerate(values.tolist()):
        before[i] = level
        level = DECAY * level + (1.0 - DECAY) * value
    return before, level


def _maximise(errors: FloatArray, design: FloatArray, dof: int) -> tuple[float, FloatArray]:
    """Climb the penalised log likelihood by Newton steps with halving."""
    theta = np.array([np.log(max(float(np.abs(errors).mean()), SCALE_FLOOR)), 0.0, 0.0])
    value, gradient, hessian = _objective(theta, errors, design, dof)
    for _ in range(100):
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-8:
            trial = _objective(theta + size * step, errors, design, dof)
            if trial[0] >= value:
                break
            size /= 2
        else:
            break
        theta = theta + size * step
        value, gradient, hessian = trial
        if float(np.abs(gradient).max()) < 1e-10:
            break
    return value, theta


def _objective(
    theta: FloatArray, errors: FloatArray, design: FloatArray, dof: int
) -> tuple[float, FloatArray, FloatArray]:
    """Return the penalised log likelihood, its gradient, and its negative Hessian.

    With u = e² / (ν s²) the log density of the t is ``-log s - (ν + 1)/2 log(1 + u)`` and a
    constant of ν, and the derivative of u by log s is -2u.
    """
    log_scale = design @ theta
    u = errors**2 / (dof * np.exp(2.0 * log_scale))
    share = u / (1.0 + u)
    penalty = np.array([0.0, 1.0, 1.0]) / _SLOPE_PRIOR_SD**2
    constant = lgamma((dof + 1) / 2) - lgamma(dof / 2) - 0.5 * log(dof * pi)
    likelihood = (constant - log_scale - (dof + 1) / 2 * np.log1p(u)).sum()
    value = float(likelihood - 0.5 * (penalty * theta**2).sum())
    gradient = design.T @ ((dof + 1) * share - 1.0) - penalty * theta
    weights = 2.0 * (dof + 1) * share / (1.0 + u)
    hessian = design.T @ (weights[:, None] * design) + np.diag(penalty + 1e-9)
    return value, gradient, hessian
