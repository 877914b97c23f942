"""Log-barrier Newton method with line search: slower than the primal-dual method, never lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.sizing.log_program import LogProgram

_SHRINK = 0.2
_NEWTON_MAX = 50
_SUFFICIENT = 0.1
_QUADRATIC = 0.05  # below this decrement, full Newton steps converge quadratically
_CENTRED = 1e-18


def solve(program: LogProgram, tolerance: float = 1e-10) -> tuple[FloatArray, FloatArray]:
    """Return a position and multipliers whose duality gap is about ``tolerance``.

    Follows the central path: each barrier weight is a strictly convex problem that damped Newton
    solves from the previous optimum (Boyd & Vandenberghe 2004, section 11.3).
    """
    G, h = program.constraints()
    x = program.interior_point()
    point = _Point(x, h - G @ x)
    weight = 0.1 / h.size
    while True:
        point = _centre(program, G, point, weight)
        if weight * h.size <= 0.5 * tolerance:
            return point.x, weight / point.slack
        weight *= _SHRINK


@dataclass(frozen=True, slots=True, eq=False)
class _Point:
    """A position and its slacks; these are updated, since h - Gx would lose leading digits."""

    x: FloatArray
    slack: FloatArray

    def wealth(self, program: LogProgram) -> FloatArray:
        return self.slack[-program.base.size :] + program.floor


def _centre(program: LogProgram, G: FloatArray, point: _Point, weight: float) -> _Point:
    for _ in range(_NEWTON_MAX):
        share = program.probs / point.wealth(program)
        gradient = weight * (1.0 / point.slack) @ G - share @ program.gain
        curvature = weight / point.slack**2
        curvature[-program.base.size :] += share / point.wealth(program)
        hessian = (G.T * curvature) @ G
        step = -np.asarray(np.linalg.solve(hessian, gradient), np.float64)
        decrement = -float(gradient @ step)
        if not decrement > _CENTRED * weight:
            break
        point = _searched(program, G, point, step, weight, decrement)
    return point


def _searched(
    program: LogProgram,
    G: FloatArray,
    point: _Point,
    step: FloatArray,
    weight: float,
    decrement: float,
) -> _Point:
    now, loss, size = _objective(program, point, weight), G @ step, 1.0
    while size > 1e-12:
        moved = _Point(point.x + size * step, point.slack - size * loss)
        then = _objective(program, moved, weight)
        # Near the centre the decrease drowns in rounding, and the full step is the right one.
        near = decrement <= _QUADRATIC * weight and np.isfinite(then)
        if near or then <= now - _SUFFICIENT * size * decrement:
            return moved
        size *= 0.5
    return point


def _objective(program: LogProgram, point: _Point, weight: float) -> float:
    if not point.slack.min() > 0.0:
        return np.inf
    log_wealth = np.log(point.wealth(program))
    return -float(program.probs @ log_wealth) - weight * float(np.log(point.slack).sum())
