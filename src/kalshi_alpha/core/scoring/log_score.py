"""Logarithmic score of PMFs."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.scoring.support import require_outcomes, require_pmfs

# One outcome a model thought impossible must not outweigh years of scores.
PROB_FLOOR = 1e-4


def log_score(pmfs: FloatArray, outcomes: IntArray) -> FloatArray:
    """Return ``-ln max(p_y, 1e-4)`` of each row, in nats (Good 1952, floored).

    Parameters
    ----------
    pmfs : ndarray of shape (n, n_outcomes)
        One forecast per row, over one common support.
    outcomes : ndarray of int, shape (n,)
        Position in the support of what was printed.

    Returns
    -------
    ndarray of shape (n,)
        Losses, between 0 and 9.21.

    Raises
    ------
    InvalidPmf
        If a row is no PMF.
    BadParameter
        If an outcome lies outside the support.
    """
    require_pmfs(pmfs)
    require_outcomes(outcomes, pmfs)
    return log_loss(pmfs[np.arange(outcomes.size), outcomes])


def log_loss(probs: FloatArray) -> FloatArray:
    """Return the floored loss of the probabilities given to what happened."""
    # The sum of a PMF may pass 1 by its tolerance; a loss below zero would be a reward.
    return -np.log(np.clip(probs, PROB_FLOOR, 1.0))
