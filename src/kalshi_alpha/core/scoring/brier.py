"""Brier score of binary forecasts, such as the rungs of a ladder."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring.support import require_outcomes, require_pmfs


def brier(probs: FloatArray, happened: BoolArray) -> FloatArray:
    """Score probabilities of yes-or-no events: ``(p - 1{happened})**2`` (Brier 1950).

    Parameters
    ----------
    probs : ndarray of any shape
        Forecast probabilities.
    happened : ndarray of bool, same shape
        Whether each event came true.

    Returns
    -------
    ndarray of the same shape
        Losses in [0, 1].

    Raises
    ------
    BadParameter
        If the shapes differ or a probability lies outside [0, 1].
    """
    if probs.shape != happened.shape:
        raise BadParameter(f"{probs.shape} probabilities for {happened.shape} outcomes")
    if not ((probs >= 0.0) & (probs <= 1.0)).all():
        raise BadParameter("a probability lies outside [0, 1]")
    return np.square(probs - happened)


def brier_per_strike(pmfs: FloatArray, outcomes: IntArray) -> FloatArray:
    """Score every ``greater`` rung of PMFs: ``(S_k - 1{y > k})**2`` for each position k.

    The scores of a row add up to its ranked probability score.

    Parameters
    ----------
    pmfs : ndarray of shape (n, n_outcomes)
        One forecast per row, over one common support.
    outcomes : ndarray of int, shape (n,)
        Position in the support of what was printed.

    Returns
    -------
    ndarray of shape (n, n_outcomes)
        Losses in [0, 1]; column k is the rung whose strike is the k-th outcome.

    Raises
    ------
    InvalidPmf
        If a row is no PMF.
    BadParameter
        If an outcome lies outside the support.
    """
    require_pmfs(pmfs)
    require_outcomes(outcomes, pmfs)
    survival, above = survival_and_above(pmfs, outcomes)
    return np.square(survival - above)


def survival_and_above(pmfs: FloatArray, outcomes: IntArray) -> tuple[FloatArray, BoolArray]:
    """Return S_k and whether y > k, both of shape (n, n_outcomes)."""
    survival = np.clip(1.0 - np.cumsum(pmfs, axis=1), 0.0, 1.0)
    survival[:, -1] = 0.0
    return survival, outcomes[:, None] > np.arange(pmfs.shape[1])
