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
        gap = float(duals.dot(slack))
        if gap + float(np.abs(gradient - Gt @ duals).dot(program.upper)) <= tolerance:
            break
        ratio = duals / slack
        curvature = ratio.copy()
        curvature[first_floor:] += weight / wealth
        hessian = (Gt * curvature) @ G
        try:
            loss = G @ _newton(hessian, gradient)
            centring = _centring(loss, slack, duals, ratio, gap, tolerance)
            step = _newton(hessian, gradient - Gt @ centring)
        except np.linalg.LinAlgError:
            break
        loss = G @ step
        dual_step = centring + ratio * loss - duals
        size = _step_size(loss, slack, _TO_BOUNDARY)
        x = x + size * step
        # Updated, not recomputed: near a binding limit h - Gx would lose its leading digits.
        slack = slack - size * loss
        duals = duals + _step_size(-dual_step, duals, _TO_BOUNDARY) * dual_step
    return x, duals


def _centring(
    loss: FloatArray,
    slack: FloatArray,
    duals: FloatArray,
    ratio: FloatArray,
    gap: float,
    tolerance: float,
) -> FloatArray:
    """Return what the predictor's outcome asks of the corrector, per unit of slack."""
    dual_step = ratio * loss - duals
    reached = slack - _step_size(loss, slack, 1.0) * loss
    predicted = float(reached.dot(duals + _step_size(-dual_step, duals, 1.0) * dual_step))
    # Aiming far below the tolerance would only make the linear systems singular.
    target = max((predicted / gap) ** 3 * gap, 0.1 * tolerance) / slack.size
    centring: FloatArray = (target + loss * dual_step) / slack
    return centring


def _step_size(decrease: FloatArray, value: FloatArray, share: float) -> float:
    """Greatest step, at most one, that uses up no more than ``share`` of any value."""
    return share / max(share, float(np.maximum.reduce(decrease / value)))


def _newton(hessian: FloatArray, right_side: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.solve(hessian, right_side), np.float64)
