"""Survival functions and probability mass functions on atoms, and their sanity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf

SUM_TOLERANCE = 1e-9
RISE_TOLERANCE = 1e-9  # a survival curve may rise by this much and still be round-off
NEGATIVE_TOLERANCE = 1e-12


def require_pmf(pmf: FloatArray) -> None:
    """Refuse probabilities that are not a PMF along the last axis.

    Raises
    ------
    InvalidPmf
        If an entry is negative or NaN, there are none, or a sum is off by more than 1e-9.
    """
    if pmf.ndim == 0 or pmf.size == 0:
        raise InvalidPmf(f"a PMF needs at least one bin, had shape {pmf.shape}")
    low, off = float(pmf.min()), float(np.abs(pmf.sum(axis=-1) - 1.0).max())
    # Stated as what must hold, so that a NaN fails too.
    if not (low >= 0.0 and off <= SUM_TOLERANCE):
        raise InvalidPmf(f"smallest probability {low:.3g}, sum off by {off:.3g}")


def survival_from_pmf(pmf: FloatArray) -> FloatArray:
    """Return ``P(X >= edge)`` at each edge between atoms.

    Parameters
    ----------
    pmf : ndarray of shape (..., n_atoms)
        Probability of each atom, ascending.

    Returns
    -------
    ndarray of shape (..., n_atoms - 1)
        Dimensionless, non-increasing, in [0, 1].

    Raises
    ------
    InvalidPmf
        If the input is not a PMF.
    """
    require_pmf(pmf)
    tail: FloatArray = np.cumsum(pmf[..., :0:-1], axis=-1)[..., ::-1]
    return np.minimum(tail, 1.0)


def pmf_from_survival(survival: FloatArray) -> FloatArray:
    """Return the probability of each atom from ``P(X >= edge)`` at each edge.

    The first atom gets ``1 - S[0]``, the last ``S[-1]``, those between the drop from one edge
    to the next.

    Parameters
    ----------
    survival : ndarray of shape (..., n_edges)
        In [0, 1], non-increasing; a rise within round-off becomes a zero.

    Returns
    -------
    ndarray of shape (..., n_edges + 1)

    Raises
    ------
    InvalidPmf
        If the curve leaves [0, 1], rises by more than 1e-9, or holds a NaN.
    """
    edge_shape = (*survival.shape[:-1], 1)
    padded = np.concatenate((np.ones(edge_shape), survival, np.zeros(edge_shape)), axis=-1)
    pmf: FloatArray = padded[..., :-1] - padded[..., 1:]
    if not float(pmf.min()) >= -RISE_TOLERANCE:
        raise InvalidPmf(f"survival must fall from 1 to 0, smallest bin was {pmf.min():.3g}")
    return np.maximum(pmf, 0.0)


def mix_uniform(pmf: FloatArray, *, epsilon: float = 0.02) -> FloatArray:
    """Mix with the uniform distribution on the atoms, so that no bin scored by a log is zero.

    Pooling by isotonic regression leaves exact zeros, whose log score is infinite.

    Parameters
    ----------
    pmf : ndarray of shape (..., n_atoms)
    epsilon : float
        Weight of the uniform part, in [0, 1].

    Raises
    ------
    InvalidPmf
        If the input is not a PMF.
    BadParameter
        If epsilon lies outside [0, 1].
    """
    require_pmf(pmf)
    if not 0.0 <= epsilon <= 1.0:
        raise BadParameter(f"epsilon must lie in [0, 1], was {epsilon}")
    mixed: FloatArray = (1.0 - epsilon) * pmf + epsilon / pmf.shape[-1]
    return mixed


def is_monotone(survival: FloatArray, pmf: FloatArray) -> bool:
    """Say whether a model's curve is a survival function and its bins a PMF, before any repair.

    A rise above 1e-9, a bin below -1e-12, a sum off by more than 1e-9 or a NaN each say no.
    """
    falls = bool((np.diff(survival) <= RISE_TOLERANCE).all()) and bool(np.isfinite(survival).all())
    non_negative = bool((pmf >= -NEGATIVE_TOLERANCE).all())
    return falls and non_negative and bool(abs(pmf.sum() - 1.0) <= SUM_TOLERANCE)


def non_monotone_ladders(curves: Sequence[tuple[FloatArray, FloatArray]]) -> int:
    """Count the model's (survival, PMF) pairs, one per ladder, that are not monotone.

    The monitored tolerance for this count is zero. Markets' own inconsistencies are counted
    elsewhere: this one is always our fault.
    """
    return sum(not is_monotone(survival, pmf) for survival, pmf in curves)
