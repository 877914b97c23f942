r"""Whether closing mids are calibrated enough to stand in for outcomes.

Replacing an outcome by the closing mid removes most of the noise from delta, and is unbiased
only while those mids are calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter

LEVEL = 0.90
_ITERATIONS = 50
_CONVERGED = 1e-10
_LOGIT_CLIP = 0.001  # a mid of 0 or 1 has no logit


@dataclass(frozen=True, slots=True)
class MidCalibration:
    """Logistic regression of outcomes on the logit of closing mids, errors clustered by unit.

    Its intervals hold 90 % by Student's law with one degree of freedom less than units: an error
    that rests on few units is itself uncertain, and the normal law's 1.645 of them would be too
    short. A long interval is no proof: how many units are enough, the ramp asks for itself.
    """

    intercept: float
    slope: float
    intercept_se: float
    slope_se: float
    n_units: int

    @property
    def is_calibrated(self) -> bool:
        """Whether slope 1 and intercept 0 both lie in their intervals; no if there are none."""
        from scipy.special import stdtrit

        if self.n_units < 2:
            return False
        errors = float(stdtrit(self.n_units - 1, 0.5 + LEVEL / 2.0))
        slope_fits = abs(self.slope - 1.0) <= errors * self.slope_se
        return slope_fits and abs(self.intercept) <= errors * self.intercept_se


def mid_calibration(
    outcomes: FloatArray, mids: FloatArray, units: Sequence[str]
) -> MidCalibration | None:
    """Regress outcomes on closing mids.

    Parameters
    ----------
    outcomes, mids : ndarray of shape (n_fills,)
        Whether our side paid (0 or 1), and its mid at the last valid snapshot before the close.
    units : sequence of length n_fills
        Risk unit of each fill.

    Returns
    -------
    MidCalibration or None
        None when the data cannot say: fewer than three units, mids all alike, or outcomes that
        the mids separate perfectly. None is no licence: without a calibration use ``beta`` 0.

    Raises
    ------
    BadParameter
        If the lengths differ, or a value is outside [0, 1].
    """
    if not outcomes.shape == mids.shape == (len(units),):
        raise BadParameter(f"shapes {outcomes.shape}, {mids.shape}, {len(units)} units differ")
    if mids.size and not (_in_unit(outcomes) and _in_unit(mids)):
        raise BadParameter("outcomes and mids must lie in [0, 1]")
    n_units = len(set(units))
    if n_units < 3 or float(np.ptp(mids)) < _LOGIT_CLIP:
        return None
    clipped = np.clip(mids, _LOGIT_CLIP, 1.0 - _LOGIT_CLIP)
    design = np.column_stack((np.ones(mids.size), np.log(clipped / (1.0 - clipped))))
    fit = _fit(design, outcomes)
    if fit is None:
        return None
    errors = _clustered_errors(design, outcomes, fit, units)
    return MidCalibration(float(fit[0]), float(fit[1]), errors[0], errors[1], n_units)


def control_coefficient(
    deltas: FloatArray, noise: FloatArray, weights: FloatArray, units: Sequence[str]
) -> float:
    r"""Coefficient of the control variate that left the least variance over past units.

    :math:`\hat\beta = \sum_g a_g b_g / \sum_g b_g^2`, where :math:`a_g` and :math:`b_g` are the
    units' weighted sums of delta and of noise about their means.

    Parameters
    ----------
    deltas, noise, weights : ndarray of shape (n_fills,)
        Deltas and settlement noise in bps, and contracts, of units settled *before* those it
        will be applied to.
    units : sequence of length n_fills

    Returns
    -------
    float
        Clipped to [0, 1]; 0 when the noise does not vary.

    Raises
    ------
    BadParameter
        If the lengths differ or a value is not finite.
    """
    shapes = {deltas.shape, noise.shape, weights.shape, (len(units),)}
    if len(shapes) > 1 or not np.isfinite([deltas, noise, weights]).all():
        raise BadParameter(f"deltas, noise and weights must be finite and alike, were {shapes}")
    if not weights.sum() > 0.0:
        return 0.0
    members = _membership(units)
    left = members @ (weights * (deltas - np.dot(weights, deltas) / weights.sum()))
    right = members @ (weights * (noise - np.dot(weights, noise) / weights.sum()))
    spread = float(np.dot(right, right))
    return min(max(float(np.dot(left, right)) / spread, 0.0), 1.0) if spread > 0.0 else 0.0


def _fit(design: FloatArray, outcomes: FloatArray) -> FloatArray | None:
    """Newton's method from the calibrated point; None if it does not settle."""
    coefficients: FloatArray = np.array([0.0, 1.0])
    for _ in range(_ITERATIONS):
        prob = _logistic(design @ coefficients)
        information = design.T @ (design * (prob * (1.0 - prob))[:, None])
        if not np.linalg.cond(information) < 1e12:
            return None
        step = np.asarray(np.linalg.solve(information, design.T @ (outcomes - prob)), np.float64)
        coefficients = coefficients + step
        if float(np.abs(step).max()) < _CONVERGED:
            return coefficients
    return None


def _clustered_errors(
    design: FloatArray, outcomes: FloatArray, fit: FloatArray, units: Sequence[str]
) -> tuple[float, float]:
    prob = _logistic(design @ fit)
    bread = np.linalg.inv(design.T @ (design * (prob * (1.0 - prob))[:, None]))
    scores = _membership(units) @ (design * (outcomes - prob)[:, None])
    n = scores.shape[0]
    variance = np.diag(bread @ (scores.T @ scores) @ bread) * n / (n - 1)
    return math.sqrt(max(variance[0], 0.0)), math.sqrt(max(variance[1], 0.0))


def _membership(units: Sequence[str]) -> FloatArray:
    """Return ones where a fill (column) belongs to a unit (row), in order of appearance."""
    order = {unit: row for row, unit in enumerate(dict.fromkeys(units))}
    members: FloatArray = np.zeros((len(order), len(units)))
    members[[order[unit] for unit in units], np.arange(len(units))] = 1.0
    return members


def _logistic(x: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-np.clip(x, -500.0, 500.0)))


def _in_unit(values: FloatArray) -> bool:
    return bool(values.min() >= 0.0 and values.max() <= 1.0)
