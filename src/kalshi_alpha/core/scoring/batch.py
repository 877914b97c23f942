"""All scores of many PMFs in one pass over the probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.forecast.pmf import SUM_TOLERANCE
from kalshi_alpha.core.scoring.log_score import log_loss
from kalshi_alpha.core.scoring.support import require_outcomes

# Rows at a time: the transposed chunk stays in the cache, and no power of two, whose rows would
# all fall into the same few cache lines.
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class PmfScores:
    """Scores of n forecasts; all but the PIT are losses.

    Attributes
    ----------
    rps : ndarray of shape (n,)
        Ranked probability score, in steps; times the grid step it is the grid CRPS.
    brier : ndarray of shape (n, n_strikes)
        Brier score of each ``greater`` rung asked for.
    log : ndarray of shape (n,)
        Floored logarithmic score, in nats.
    mid_pit : ndarray of shape (n,)
        ``F(y-) + p_y / 2``.
    """

    rps: FloatArray
    brier: FloatArray
    log: FloatArray
    mid_pit: FloatArray


def score_pmfs(pmfs: FloatArray, outcomes: IntArray, strikes: Sequence[int] = ()) -> PmfScores:
    """Compute RPS, Brier, log score and mid-PIT of many PMFs together.

    Equal to ``rps``, ``brier_per_strike``, ``log_score`` and ``mid_pit`` one by one, in a
    fraction of the time.

    Parameters
    ----------
    pmfs : ndarray of shape (n, n_outcomes)
        One forecast per row, over one common support.
    outcomes : ndarray of int, shape (n,)
        Position in the support of what was printed.
    strikes : sequence of int, length n_strikes
        Positions of the ladder's ``greater`` strikes.

    Raises
    ------
    InvalidPmf
        If a row is no PMF.
    BadParameter
        If an outcome or a strike lies outside the support.
    """
    if pmfs.ndim != 2 or not pmfs.size:
        raise InvalidPmf(f"PMFs form a matrix, one per row; the shape was {pmfs.shape}")
    n, width = pmfs.shape
    require_outcomes(outcomes, pmfs)
    rungs = np.asarray(strikes, dtype=np.intp)
    if not all(0 <= strike < width for strike in strikes):
        raise BadParameter(f"strikes {tuple(strikes)} outside a support of {width} outcomes")
    # Each strike's column lies together in memory, as it is written.
    per_strike = np.empty((rungs.size, n)).T
    scores = PmfScores(np.empty(n), per_strike, np.empty(n), np.empty(n))
    buffer = np.empty((width, min(n, _CHUNK)))
    for start in range(0, n, _CHUNK):
        rows = slice(start, min(start + _CHUNK, n))
        _score_chunk(pmfs[rows], outcomes[rows], rungs, buffer, _rows_of(scores, rows))
    return scores


def _rows_of(scores: PmfScores, rows: slice) -> PmfScores:
    return PmfScores(scores.rps[rows], scores.brier[rows], scores.log[rows], scores.mid_pit[rows])


def _score_chunk(
    pmfs: FloatArray,
    outcomes: IntArray,
    rungs: IntArray,
    buffer: FloatArray,
    into: PmfScores,
) -> None:
    """Score a few rows, outcomes running down the buffer so that sums are over whole rows."""
    gaps = buffer[:, : len(pmfs)]
    np.copyto(gaps, pmfs.T)
    smallest = gaps.min()
    columns = np.arange(len(pmfs))
    at = gaps[outcomes, columns]
    # One taken from what happened before summing leaves F_k - 1{k >= y}, which every score is
    # made of: squared it is a rung's Brier score, and the sum of the squares is the RPS.
    gaps[outcomes, columns] -= 1.0
    for above, below in pairwise(gaps):
        np.add(below, above, out=below)
    miss = np.abs(gaps[-1]).max()
    # Stated as what must hold, so that a NaN fails too.
    if not (smallest >= 0.0 and miss <= SUM_TOLERANCE):
        raise InvalidPmf(f"smallest probability {smallest:.3g}, largest error of a sum {miss:.3g}")
    np.einsum("kc,kc->c", gaps, gaps, out=into.rps)
    np.square(gaps[rungs], out=into.brier.T)
    into.log[:] = log_loss(at)
    np.clip(1.0 + gaps[outcomes, columns] - 0.5 * at, 0.0, 1.0, out=into.mid_pit)
