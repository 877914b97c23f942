"""Market probabilities from forecasts on the settlement grid, for many ladders at once.

This is the inner loop of a scan: one reverse cumulative sum over the stacked PMFs, then two
gathers per market.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadLadder, BadParameter, BadStrike, InvalidPmf
from kalshi_alpha.core.ladder.grid_interval import INDEX_MAX, GridInterval
from kalshi_alpha.core.ladder.survival import SUM_TOLERANCE

UNBOUNDED_BELOW = -(1 << 61)  # stands for minus infinity in an array of lower ends
UNBOUNDED_ABOVE = 1 << 61  # stands for plus infinity in an array of upper ends


def interval_bounds(intervals: Sequence[GridInterval]) -> tuple[IntArray, IntArray]:
    """Return the inclusive lower and upper ends as arrays, sentinels standing for unbounded."""
    lo = [UNBOUNDED_BELOW if each.lo is None else each.lo for each in intervals]
    hi = [UNBOUNDED_ABOVE if each.hi is None else each.hi for each in intervals]
    return np.array(lo, dtype=np.int64), np.array(hi, dtype=np.int64)


def stack_pmfs(pmfs: Sequence[FloatArray]) -> FloatArray:
    """Stack PMFs of different lengths as rows, filled up with zeros on the right.

    Raises
    ------
    InvalidPmf
        If there are none.
    """
    if not pmfs:
        raise InvalidPmf("there are no PMFs to stack")
    stacked = np.zeros((len(pmfs), max(pmf.size for pmf in pmfs)))
    for row, pmf in zip(stacked, pmfs, strict=True):
        row[: pmf.size] = pmf
    return stacked


def market_probabilities(
    pmf: FloatArray, lo: int, market_lo: IntArray, market_hi: IntArray
) -> FloatArray:
    """Return P(YES) of every market of one ladder.

    The PMF is already on the grid, so no half-step correction applies.

    Parameters
    ----------
    pmf : ndarray of shape (n_bins,)
        Probability of the outcomes ``lo .. lo + n_bins - 1``.
    lo : int
        Grid index of the first bin.
    market_lo, market_hi : integer ndarrays of shape (n_markets,)
        Inclusive ends, as from `interval_bounds`.

    Returns
    -------
    ndarray of shape (n_markets,)
        In [0, 1]; exactly 0 for an interval outside the support, exactly 1 for one around it.

    Raises
    ------
    InvalidPmf, BadStrike, BadParameter
        As for `batch_market_probabilities`.
    """
    ladder_of = np.zeros(market_lo.shape, dtype=np.int64)
    first = np.array([lo], dtype=np.int64)
    return batch_market_probabilities(pmf[np.newaxis], first, ladder_of, market_lo, market_hi)


def batch_market_probabilities(
    pmfs: FloatArray,
    ladder_lo: IntArray,
    ladder_of: IntArray,
    market_lo: IntArray,
    market_hi: IntArray,
) -> FloatArray:
    """Return P(YES) of every market of many ladders.

    Parameters
    ----------
    pmfs : ndarray of shape (n_ladders, n_bins)
        One PMF a row, on each ladder's own grid; shorter ones end in zeros.
    ladder_lo : integer ndarray of shape (n_ladders,)
        Grid index of each row's first bin.
    ladder_of : integer ndarray of shape (n_markets,)
        The row that each market belongs to.
    market_lo, market_hi : integer ndarrays of shape (n_markets,)
        Inclusive ends; `UNBOUNDED_BELOW` and `UNBOUNDED_ABOVE` stand for the infinities.

    Returns
    -------
    ndarray of shape (n_markets,)
        In [0, 1]; exactly 0 for an interval outside the support, exactly 1 for one around it.

    Raises
    ------
    InvalidPmf
        If an entry is negative or NaN, or a row's sum is off by more than 1e-9.
    BadStrike
        If some interval is empty.
    BadLadder
        If a market points at a ladder that is not there.
    BadParameter
        If shapes differ, or grid indices are not integers below 2**60 in size.
    """
    _require_indices(pmfs, ladder_lo, ladder_of, market_lo, market_hi)
    tail = _upper_tails(pmfs)
    n_bins = pmfs.shape[1]
    shift = ladder_lo[ladder_of]
    row = ladder_of * (n_bins + 1)
    start, stop = market_lo - shift, market_hi - shift
    stop += 1
    for column in (start, stop):
        np.clip(column, 0, n_bins, out=column)
        np.add(column, row, out=column)
    flat = tail.ravel()
    prob: FloatArray = flat[start]
    prob -= flat[stop]
    # The first entry of a tail is exactly one while the next may exceed it by round-off.
    return np.clip(prob, 0.0, 1.0, out=prob)


def _upper_tails(pmfs: FloatArray) -> FloatArray:
    """Return P(X >= bin) for every bin and the end, of shape (n_ladders, n_bins + 1)."""
    if pmfs.size == 0:
        raise InvalidPmf(f"a PMF needs at least one bin, had shape {pmfs.shape}")
    tail = np.empty((pmfs.shape[0], pmfs.shape[1] + 1))
    tail[:, -1] = 0.0
    np.cumsum(pmfs[:, ::-1], axis=1, out=tail[:, -2::-1])
    low, off = float(pmfs.min()), float(np.abs(tail[:, 0] - 1.0).max())
    if not (low >= 0.0 and off <= SUM_TOLERANCE):
        raise InvalidPmf(f"smallest probability {low:.3g}, sum off by {off:.3g}")
    tail[:, 0] = 1.0
    return tail


def _require_indices(
    pmfs: FloatArray,
    ladder_lo: IntArray,
    ladder_of: IntArray,
    market_lo: IntArray,
    market_hi: IntArray,
) -> None:
    if any(each.dtype != np.int64 for each in (ladder_lo, ladder_of, market_lo, market_hi)):
        raise BadParameter("grid indices must be 64-bit integers: strikes are never floats")
    if pmfs.ndim != 2 or ladder_lo.shape != pmfs.shape[:1]:
        raise BadParameter(f"PMFs of shape {pmfs.shape} need one start each, had {ladder_lo.shape}")
    if ladder_of.ndim != 1 or not ladder_of.shape == market_lo.shape == market_hi.shape:
        raise BadParameter("markets need one ladder, one lower and one upper end each")
    if ladder_of.size == 0:
        return
    if not (ladder_of.min() >= 0 and ladder_of.max() < pmfs.shape[0]):
        raise BadLadder(f"a market points outside the {pmfs.shape[0]} ladders")
    if not -INDEX_MAX < ladder_lo.min() <= ladder_lo.max() < INDEX_MAX:
        raise BadParameter("a ladder's first index is out of range")
    if not (market_lo.min() >= UNBOUNDED_BELOW and market_hi.max() <= UNBOUNDED_ABOVE):
        raise BadParameter("a market's end lies beyond the sentinels")
    if not (market_lo <= market_hi).all():
        raise BadStrike("a market's lower end exceeds its upper end")
