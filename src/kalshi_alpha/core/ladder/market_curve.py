"""What the venue's quotes say as a distribution on atoms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadLadder, BadParameter
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.isotonic import pool_non_increasing
from kalshi_alpha.core.ladder.ladder_structure import LadderStructure, structure
from kalshi_alpha.core.ladder.quotes import Quote, QuotePolicy, quoted_probabilities
from kalshi_alpha.core.ladder.survival import pmf_from_survival
from kalshi_alpha.core.ladder.thresholds import threshold_order


@dataclass(frozen=True, slots=True)
class MarketDistribution:
    """The market's probabilities on the atoms cut by the rungs that had a usable mid.

    ``pmf`` has shape (grid.size,), sums to one, and may hold exact zeros where quotes were
    pooled: mix it with the uniform before taking logs. ``repair_l1`` is the sum of the absolute
    changes, in dollars, that made the mids consistent.
    """

    grid: AtomGrid
    pmf: FloatArray
    repair_l1: float


def repaired_survival(mids: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the survival curve nearest to the mids: non-increasing and within [0, 1].

    Parameters
    ----------
    mids, weights : ndarrays of shape (n_rungs,)
        In order of increasing strike; the weights are positive.

    Raises
    ------
    BadParameter
        As for `pool_non_increasing`.
    """
    return np.clip(pool_non_increasing(mids, weights), 0.0, 1.0)


def nearest_partition(mids: FloatArray, weights: FloatArray) -> FloatArray:
    r"""Return the probabilities nearest to a partition's mids in weighted least squares.

    Minimises :math:`\sum_j w_j (p_j - m_j)^2` over the simplex; the minimum is
    :math:`p_j = \max(0, m_j - \lambda / w_j)` for the one multiplier that makes the sum one, found
    exactly from the order in which the terms reach zero (the weighted form of Held, Wolfe and
    Crowder 1974). A wide quote gives way more than a narrow one.

    Raises
    ------
    BadParameter
        If the shapes differ, a mid is not finite, or a weight is not positive and finite.
    """
    if mids.ndim != 1 or mids.size == 0 or mids.shape != weights.shape:
        raise BadParameter(f"mids {mids.shape} and weights {weights.shape} must match")
    if not (np.isfinite(mids).all() and np.isfinite(weights).all() and (weights > 0.0).all()):
        raise BadParameter("the projection needs finite mids and positive weights")
    # A term is positive while the multiplier is below mid * weight, so the active set is a
    # prefix of this order, and the right prefix is the last whose multiplier keeps it active.
    order = np.argsort(-mids * weights, kind="stable")
    multipliers = (np.cumsum(mids[order]) - 1.0) / np.cumsum(1.0 / weights[order])
    active = np.flatnonzero((mids * weights)[order] > multipliers)
    pmf = np.maximum(mids - multipliers[active[-1]] / weights, 0.0)
    nearest: FloatArray = pmf / pmf.sum()
    return nearest


def market_distribution(
    intervals: Sequence[GridInterval],
    quotes: Sequence[Quote],
    at: datetime,
    policy: QuotePolicy | None = None,
) -> MarketDistribution:
    """Turn a ladder's quotes into probabilities of its atoms.

    Thresholds without a usable mid are left out and their neighbours' atoms join. A partition
    needs a mid on every market, because what one bin leaves out nobody else states.

    Raises
    ------
    BadLadder
        If the ladder is mixed, lacks the mids it needs, or quotes and markets differ in number.
    """
    if len(intervals) != len(quotes):
        raise BadLadder(f"{len(intervals)} markets came with {len(quotes)} quotes")
    if structure(intervals) is LadderStructure.PARTITION:
        return _from_partition(intervals, quotes, at, policy)
    return _from_thresholds(intervals, quotes, at, policy)


def _from_partition(
    intervals: Sequence[GridInterval],
    quotes: Sequence[Quote],
    at: datetime,
    policy: QuotePolicy | None,
) -> MarketDistribution:
    grid = AtomGrid.from_intervals(intervals)
    ascending = np.argsort(grid.spans(intervals)[0])
    said = quoted_probabilities([quotes[market] for market in ascending], at, policy)
    if not said.has_mid.all():
        raise BadLadder(f"only {int(said.has_mid.sum())} of {len(quotes)} bins have a mid")
    pmf = nearest_partition(said.mid, said.weight)
    return MarketDistribution(grid, pmf, float(np.abs(pmf - said.mid).sum()))


def _from_thresholds(
    intervals: Sequence[GridInterval],
    quotes: Sequence[Quote],
    at: datetime,
    policy: QuotePolicy | None,
) -> MarketDistribution:
    order = threshold_order(intervals)
    rungs = [quotes[market] for market in order.market_of]
    if order.pays_below:
        rungs = [each.complement() for each in rungs]
    said = quoted_probabilities(rungs, at, policy)
    if not said.has_mid.any():
        raise BadLadder("no rung has a usable mid")
    kept = np.flatnonzero(said.has_mid)
    mids = said.mid[kept]
    survival = repaired_survival(mids, said.weight[kept])
    grid = AtomGrid(tuple(order.edges[rung] for rung in kept))
    pmf = pmf_from_survival(survival)
    return MarketDistribution(grid, pmf, float(np.abs(survival - mids).sum()))
