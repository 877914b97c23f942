"""Kelly sizes of many partitions in one call, each bin with an ask and a bid."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.sizing.partition import (
    PartitionSizes,
    checked_partition,
    positions,
    without_negative_ev,
)
from kalshi_alpha.core.sizing.root import falling_root


def partition_kelly_batch(
    prob: FloatArray, bid: FloatArray, ask: FloatArray, *, positive_ev_only: bool = True
) -> PartitionSizes:
    """Log-optimal positions on many partitions: row by row what `partition_kelly` returns.

    Parameters
    ----------
    prob, bid, ask : ndarray of shape (n_ladders, n_bins)
        As in `partition_kelly`. Pad a shorter ladder with probability zero, bid zero, ask one.
    positive_ev_only : bool
        As in `partition_kelly`.

    Raises
    ------
    InvalidPmf, BadParameter, Arbitrage
        As in `partition_kelly`; one bad row refuses the call.
    """
    p, b, a = checked_partition(prob, bid, ask, n_axes=2)
    if positive_ev_only:
        b, a = without_negative_ev(p, b, a)

    def excess_and_slope(u: FloatArray, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        everyone = rows.size == p.shape[0]
        p_now, b_now, a_now = (p, b, a) if everyone else (p[rows], b[rows], a[rows])
        unbounded = p_now * u[:, np.newaxis]
        share = np.minimum(unbounded, a_now)
        np.maximum(share, b_now, out=share)
        free = (unbounded == share).astype(np.float64)
        return 1.0 - share.sum(axis=1), -np.einsum("ij,ij->i", p_now, free)

    low, high = inverse_cash_bounds(p, b, a)
    u = falling_root(excess_and_slope, low, high, np.ones_like(low))
    return positions(p, b, a, u[:, np.newaxis])


def inverse_cash_bounds(
    p: FloatArray, b: FloatArray, a: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Bounds on one over the cash: shares sum to at most one at the lower, more at the upper."""
    return 1.0 - b.sum(axis=1), np.divide(a, p, out=np.zeros_like(p), where=p > 0.0).max(axis=1)
