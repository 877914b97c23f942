"""Primal-dual interior point method for the joint sizing program (Mehrotra 1992)."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.sizing.log_program import LogProgram

_STEPS_MAX = 60
_GAP_START = 0.05
_TO_BOUNDARY = 0.999


def solve(program: LogProgram, tolerance: float = 1e-11) -> tuple[FloatArray, FloatArray]:
    """Return the best position found and the multipliers of all limits.

    Iterates stay strictly inside the limits. It stops when complementarity plus the gradient's
    residual bound the shortfall by ``tolerance``, or when numbers no longer allow progress:
    the caller certifies the answer with `LogProgram.duality_gap`.
    """
    G, h = program.constraints()
    Gt = np.ascontiguousarray(G.T)
    first_floor = h.size - program.base.size
    x = program.interior_point()
    slack = h - G @ x
    duals = _GAP_START / (h.size * slack)
    for _ in range(_STEPS_MAX):
        wealth = slack[first_floor:] + program.floor
        weight = program.probs / wealth
        gradient = weight @ program.gain
        gap = float(duals @ slack)
        if gap + float(np.abs(gradient - Gt @ duals) @ program.upper) <= tolerance:
            break
        ratio = duals / slack
        curvature = ratio.copy()
        curvature[first_floor:] += weight / wealth
        hessian = (Gt * curvature) @ G
        try:
            direction = _direction(hessian, gradient, G, Gt, slack, duals, tolerance)
        except np.linalg.LinAlgError:
            break
        step, slack_loss, dual_step = direction
        size = _TO_BOUNDARY / max(_TO_BOUNDARY, float((slack_loss / slack).max()))
        x = x + size * step
        # Updated, not recomputed: near a binding limit h - Gx would lose its leading digits.
        slack = slack - size * slack_loss
        duals = duals + dual_step * (
            _TO_BOUNDARY / max(_TO_BOUNDARY, float((-dual_step / duals).max()))
        )
    return x, duals


def _direction(
    hessian: FloatArray,
    gradient: FloatArray,
    G: FloatArray,
    Gt: FloatArray,
    slack: FloatArray,
    duals: FloatArray,
    tolerance: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Predictor, then corrector: steps of the position, the slacks (as a loss) and the duals."""
    ratio = duals / slack
    gap = float(duals @ slack)
    loss = G @ _newton(hessian, gradient)
    dual_step = ratio * loss - duals
    size = 1.0 / max(1.0, float((loss / slack).max()))
    dual_size = 1.0 / max(1.0, float((-dual_step / duals).max()))
    predicted = float((slack - size * loss) @ (duals + dual_size * dual_step))
    # Aiming far below the tolerance would only make the linear systems singular.
    target = max((predicted / gap) ** 3 * gap, 0.1 * tolerance) / slack.size
    centring = (target + loss * dual_step) / slack
    step = _newton(hessian, gradient - Gt @ centring)
    slack_loss = G @ step
    return step, slack_loss, centring + ratio * slack_loss - duals


def _newton(hessian: FloatArray, right_side: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.solve(hessian, right_side), np.float64)
