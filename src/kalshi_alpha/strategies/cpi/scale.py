"""How wide the nowcast's error is: a Student t whose scale follows recent errors and gasoline.

``log s = a0 + a1 (log m - mean) + a2 (log v - mean)``, where m is an exponentially weighted mean
of past absolute errors and v one of absolute monthly changes of the gasoline price. Both end with
the month before the one that is forecast. The slopes are shrunk towards zero by a normal prior,
because a few dozen months cannot carry them alone.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, MissingData
from kalshi_alpha.core.forecast import StudentT

DECAY = 0.85  # weight of the past in both averages, about six months of memory
SCALE_FLOOR = 0.08  # percentage points; below this the print's own rounding dominates
SLOPE_PRIOR_SD = 0.5
DOFS = (5, 6)
MONTHS_LEAST = 18
_ERROR_START = 0.12  # mean absolute error before any is seen, percentage points
_GAS_START = 3.0  # mean absolute monthly change of gasoline before any is seen, percent
_COLD_DOF = 5
_SCALE_OF_ABSOLUTE = 1.05
_TINY = 1e-3  # keeps logarithms finite after a run of perfect months
_DIGITS = 9  # parameters are rounded, so that two machines write the same artifact
_STEPS_MAX = 100


@dataclass(frozen=True, slots=True)
class ScaleModel:
    """Fitted parameters, and the averages as they stand after the last month.

    ``error_level`` (percentage points) and ``gas_level`` (percent) are the averages to be used
    for the next month.

    Raises
    ------
    BadParameter
        If a parameter is not finite, or the degrees of freedom are not among those tried.
    """

    intercept: float
    error_slope: float
    gas_slope: float
    error_centre: float
    gas_centre: float
    dof: int
    error_level: float
    gas_level: float

    def __post_init__(self) -> None:
        if not (all(map(math.isfinite, astuple(self))) and self.dof in DOFS):
            raise BadParameter(f"no scale model: {self}")

    def scale(self) -> float:
        """Return the t scale for the month after the last one fitted, in percentage points."""
        log_scale = (
            self.intercept
            + self.error_slope * (math.log(max(self.error_level, _TINY)) - self.error_centre)
            + self.gas_slope * (math.log(max(self.gas_level, _TINY)) - self.gas_centre)
        )
        return max(SCALE_FLOOR, math.exp(log_scale))


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
    BadParameter
        If the arrays differ in length or hold something that is not finite.
    """
    if errors.size < MONTHS_LEAST:
        raise MissingData(f"the CPI scale needs {MONTHS_LEAST} months, had {errors.size}")
    if errors.shape != gas_changes_pct.shape or not np.isfinite(errors + gas_changes_pct).all():
        raise BadParameter("errors and gasoline changes must be finite and pair up")
    error_levels, error_level = _levels(np.abs(errors), _ERROR_START)
    gas_levels, gas_level = _levels(np.abs(gas_changes_pct), _GAS_START)
    logs = np.log(np.maximum(np.column_stack((error_levels, gas_levels)), _TINY))
    centres = logs.mean(axis=0)
    design = np.column_stack((np.ones(errors.size), logs - centres))
    # A perfect month counts as a tiny error: all of them perfect would make s fall without end.
    floored = np.maximum(np.abs(errors), _TINY)
    fits = [(*_maximise(floored, design, dof), dof) for dof in DOFS]
    _, theta, dof = max(fits, key=lambda each: each[0])
    values = (*theta.tolist(), *centres.tolist(), error_level, gas_level)
    return _rounded(values, dof)


def cold_scale(mean: float, errors: FloatArray) -> StudentT:
    """Return the distribution around a mean while there are too few months for a fit.

    The weighted mean of absolute errors starts from 0.12 and takes in those there are; a t with
    five degrees of freedom has a scale of 1.05 times its mean absolute error.

    Parameters
    ----------
    mean
        Centre, in percent.
    errors : ndarray of shape (n_months,)
        First print less forecast, oldest first, in percentage points; may be empty.
    """
    _, level = _levels(np.abs(errors), _ERROR_START)
    return StudentT(mean, max(SCALE_FLOOR, _SCALE_OF_ABSOLUTE * level), _COLD_DOF)


def _rounded(values: tuple[float, ...], dof: int) -> ScaleModel:
    intercept, error_slope, gas_slope, error_centre, gas_centre, error_level, gas_level = (
        round(value, _DIGITS) for value in values
    )
    return ScaleModel(
        intercept=intercept,
        error_slope=error_slope,
        gas_slope=gas_slope,
        error_centre=error_centre,
        gas_centre=gas_centre,
        dof=dof,
        error_level=error_level,
        gas_level=gas_level,
    )


def _levels(values: FloatArray, start: float) -> tuple[FloatArray, float]:
    """Return the weighted mean as it stood before each value, and after the last."""
    before = np.empty(values.size)
    level = start
    for i, value in enumerate(values.tolist()):
        before[i] = level
        level = DECAY * level + (1.0 - DECAY) * value
    return before, level


def _maximise(errors: FloatArray, design: FloatArray, dof: int) -> tuple[float, FloatArray]:
    """Climb the penalised log likelihood, which is concave, by Newton steps with halving."""
    theta = np.array([math.log(float(errors.mean())), 0.0, 0.0])
    for _ in range(_STEPS_MAX):
        value, gradient, curvature = _objective(theta, errors, design, dof)
        step = np.linalg.solve(curvature, gradient)
        # The decrement is twice what is left to gain; convergence being quadratic, one step more
        # leaves nothing that the rounding of the parameters would show.
        if float(gradient @ step) < 1e-12:
            return value, theta + step
        while not _objective(theta + step, errors, design, dof)[0] >= value:
            step = step / 2.0
        theta = theta + step
    raise BadParameter("the scale's likelihood has no maximum that Newton steps reach")


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
    penalty = np.array([0.0, 1.0, 1.0]) / SLOPE_PRIOR_SD**2
    constant = math.lgamma((dof + 1) / 2) - math.lgamma(dof / 2) - 0.5 * math.log(dof * math.pi)
    likelihood = (constant - log_scale - (dof + 1) / 2 * np.log1p(u)).sum()
    value = float(likelihood - 0.5 * (penalty * theta**2).sum())
    gradient = design.T @ ((dof + 1) * share - 1.0) - penalty * theta
    weights = 2.0 * (dof + 1) * share / (1.0 + u)
    return value, gradient, design.T @ (weights[:, None] * design) + np.diag(penalty)
