"""The shape of a day's change: a Student t, and on days of the Fed a mixture of two.

A decision is mostly what was expected, and sometimes is not; one spread for both would be too
wide for the one and too narrow for the other.
"""

from __future__ import annotations

import math

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.forecast import Distribution, Mixture, StudentT
from kalshi_alpha.core.forecast.special import student_t_cdf

DOF = 20
"""Chosen, not fitted: the CRPS prefers a normal by a hair, the log score 8 to 12."""

SURPRISE_WEIGHT = 0.25
SURPRISE_RATIO = 2.0  # spread of a surprise over that of an expected decision
WINDOW_BP = 200
"""A forecast of a change reaches this far to both sides; what lies beyond is in the end bins."""

_EXPECTED_SD = 1.0 / math.sqrt(1.0 + SURPRISE_WEIGHT * (SURPRISE_RATIO**2 - 1.0))
_SCALE_OF_SD = math.sqrt((DOF - 2) / DOF)


def latent(mean: float, sd: float, *, decision: bool) -> Distribution:
    """Return the distribution of a close before rounding, with this mean and deviation.

    Raises
    ------
    BadDistribution
        If the deviation is not positive and finite.
    """
    if not decision:
        return StudentT.from_sd(mean, sd, DOF)
    expected = sd * _EXPECTED_SD
    parts = (
        StudentT.from_sd(mean, expected, DOF),
        StudentT.from_sd(mean, SURPRISE_RATIO * expected, DOF),
    )
    return Mixture((1.0 - SURPRISE_WEIGHT, SURPRISE_WEIGHT), parts)


def change_pmfs(sds_bp: FloatArray, decisions: BoolArray) -> FloatArray:
    """Return the probabilities of each change from -200 to 200 basis points.

    Parameters
    ----------
    sds_bp : ndarray of shape (n,)
        Standard deviations.
    decisions : ndarray of bool, shape (n,)
        Whether a decision of the Fed falls into the change.

    Returns
    -------
    ndarray of shape (n, 401)
        One PMF a row, the tails in its ends; equal to rounding `latent` around zero.
    """
    edges = np.arange(-WINDOW_BP, WINDOW_BP, dtype=np.float64) + 0.5
    pmfs = np.empty((sds_bp.size, edges.size + 1))
    plain = ~decisions
    pmfs[plain] = _with_tails(_cdf(edges, sds_bp[plain]))
    expected = sds_bp[decisions] * _EXPECTED_SD
    pmfs[decisions] = _with_tails(
        (1.0 - SURPRISE_WEIGHT) * _cdf(edges, expected)
        + SURPRISE_WEIGHT * _cdf(edges, SURPRISE_RATIO * expected)
    )
    return pmfs


def _cdf(edges: FloatArray, sds: FloatArray) -> FloatArray:
    return student_t_cdf(edges / (sds[:, None] * _SCALE_OF_SD), DOF)


def _with_tails(cdfs: FloatArray) -> FloatArray:
    rows = cdfs.shape[0]
    whole = np.concatenate((np.zeros((rows, 1)), cdfs, np.ones((rows, 1))), axis=1)
    return np.maximum(np.diff(whole, axis=1), 0.0)
