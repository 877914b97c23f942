"""A power law y = a x^b by weighted nonlinear least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray

_ITERATIONS_MAX = 200
_RELATIVE_CHANGE = 1e-12
_DAMPING_START, _DAMPING_MAX = 1e-3, 1e12
_EXPONENT_ABS_MAX = 20.0
_START_EXPONENTS = np.linspace(0.1, 3.0, 30)
_RELATIVE_SCALE_MIN = 1e-9


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """Scale a and exponent b, with standard errors scaled by the residual variance."""

    scale: float
    exponent: float
    scale_se: float
    exponent_se: float

    def at(self, x: FloatArray) -> FloatArray:
        """Return a x^b."""
        values: FloatArray = self.scale * x**self.exponent
        return values


def fit_power_law(x: FloatArray, y: FloatArray, weights: FloatArray) -> PowerLaw | None:
    """Minimise the weighted sum of (y - a x^b)², by damped Gauss-Newton steps.

    Fitting the logarithms instead would weigh small y most and cannot use y <= 0. Damping is
    Marquardt's (1963): a step that does not lower the sum is shortened and turned downhill.

    Parameters
    ----------
    x, y, weights : ndarrays of shape (n,)
        Positive x and weights, finite y.

    Returns
    -------
    PowerLaw or None
        None if the data do not determine two parameters: fewer than three points, one x only,
        or no growth above zero.
    """
    if x.size < 3 or float(np.ptp(x)) == 0.0 or not (y > 0.0).any():
        return None
    params, damping = _start(x, y, weights), _DAMPING_START
    loss = _loss(params, x, y, weights)
    for _ in range(_ITERATIONS_MAX):
        step = _step(params, x, y, weights, damping)
        if step is None or damping > _DAMPING_MAX:
            break
        trial = params + step
        trial_loss = _loss(trial, x, y, weights)
        if trial_loss <= loss:
            params, loss, damping = trial, trial_loss, damping / 10.0
            if np.abs(step).max() <= _RELATIVE_CHANGE * max(1.0, float(np.abs(params).max())):
                break
        else:
            damping *= 10.0
    # Without a scale the exponent means nothing, and its error has no bound.
    is_determined = params[0] > _RELATIVE_SCALE_MIN * float(np.abs(y).max())
    return _with_errors(params, loss, x, weights) if is_determined else None


def _start(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the best of a few exponents, each with the scale that fits it best."""
    powers = x[:, None] ** _START_EXPONENTS
    scales = (weights * y) @ powers / (weights @ powers**2)
    losses = weights @ (y[:, None] - scales * powers) ** 2
    best = int(losses.argmin())
    return np.array([scales[best], _START_EXPONENTS[best]])


def _loss(params: FloatArray, x: FloatArray, y: FloatArray, weights: FloatArray) -> float:
    scale, exponent = params
    # Out here the powers overflow; an infinite loss makes the step be refused.
    if abs(exponent) > _EXPONENT_ABS_MAX:
        return float("inf")
    return float(weights @ (y - scale * x**exponent) ** 2)


def _jacobian(params: FloatArray, x: FloatArray) -> FloatArray:
    power = x ** params[1]
    return np.column_stack([power, params[0] * power * np.log(x)])


def _step(
    params: FloatArray, x: FloatArray, y: FloatArray, weights: FloatArray, damping: float
) -> FloatArray | None:
    slopes = _jacobian(params, x)
    normal = slopes.T @ (weights[:, None] * slopes)
    gradient = slopes.T @ (weights * (y - params[0] * x ** params[1]))
    curvature = normal + damping * np.diag(np.diag(normal))
    return _solved(curvature, gradient)


def _with_errors(
    params: FloatArray, loss: float, x: FloatArray, weights: FloatArray
) -> PowerLaw | None:
    slopes = _jacobian(params, x)
    inverse = _solved(slopes.T @ (weights[:, None] * slopes), np.eye(2))
    if inverse is None:
        return None
    variance = np.maximum(np.diag(inverse), 0.0) * loss / (x.size - 2)
    scale_se, exponent_se = np.sqrt(variance).tolist()
    return PowerLaw(float(params[0]), float(params[1]), scale_se, exponent_se)


def _solved(matrix: FloatArray, right: FloatArray) -> FloatArray | None:
    try:
        solution = np.linalg.solve(matrix, right).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return None  # the data leave a direction undetermined
    return solution if np.isfinite(solution).all() else None
