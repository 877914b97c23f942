"""From a latent distribution to the PMF of what will be printed."""

from __future__ import annotations

import math

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast.distributions import Distribution
from kalshi_alpha.core.forecast.pmf import GridPmf
from kalshi_alpha.core.types import SettlementGrid

_OUTCOMES_MAX = 100_000


def half_step_edges(grid: SettlementGrid, lo: int, hi: int) -> FloatArray:
    """Return the latent values at which the printed value changes, between lo and hi.

    The publisher rounds half up, so outcome k is printed for a latent in
    ``[(k - 1/2) step, (k + 1/2) step)``.

    Returns
    -------
    ndarray of shape (hi - lo,)
        ``(k + 1/2) step`` for k = lo .. hi - 1, each rounded once from the exact ratio.

    Raises
    ------
    BadParameter
        If ``lo > hi``, or the support has more than 100,000 outcomes.
    """
    if not 0 <= hi - lo < _OUTCOMES_MAX:
        raise BadParameter(f"support {lo}..{hi}")
    numerator, denominator = grid.step.as_integer_ratio()
    return np.arange(2 * lo + 1, 2 * hi + 1, 2, dtype=np.float64) * numerator / (2 * denominator)


def pmf_between(grid: SettlementGrid, lo: int, inner_cdf: FloatArray) -> GridPmf:
    """Return the PMF whose CDF at the edges between its outcomes is given.

    Everything below the first edge belongs to ``lo`` and everything above the last to the last
    outcome, so the tails are never lost.
    """
    cumulative = np.concatenate(([0.0], inner_cdf, [1.0]))
    # A CDF computed in floats may step back by one unit in the last place; a NaN passes through
    # and is refused by the PMF.
    return GridPmf(grid, lo, np.maximum(np.diff(cumulative), 0.0))


def on_grid(dist: Distribution, grid: SettlementGrid, lo: int, hi: int) -> GridPmf:
    """Round a latent distribution to the settlement grid, half up.

    ``P(k) = F((k + 1/2) step) - F((k - 1/2) step)`` for lo < k < hi; the end outcomes take the
    tails. A latent in another unit than the grid's gives nonsense: convert it first.

    Raises
    ------
    BadParameter
        If ``lo > hi``, or the support has more than 100,000 outcomes.
    InvalidPmf
        If the distribution returns something that is no CDF.
    """
    return pmf_between(grid, lo, dist.cdf(half_step_edges(grid, lo, hi)))


def grid_support(dist: Distribution, grid: SettlementGrid, tail: float = 1e-9) -> tuple[int, int]:
    """Return the first and last outcome worth listing.

    Parameters
    ----------
    dist : Distribution
        Latent distribution, in the grid's unit.
    grid : SettlementGrid
        The family's grid.
    tail : float
        Probability that may lie beyond each end, and is then put into the end outcome.

    Raises
    ------
    BadParameter
        If ``tail`` does not lie strictly between 0 and 1/2.
    """
    if not 0.0 < tail < 0.5:
        raise BadParameter(f"tail probability must lie inside (0, 1/2), was {tail}")
    step = float(grid.step)
    lo = math.floor(dist.quantile(tail) / step + 0.5)
    hi = math.floor(dist.quantile(1.0 - tail) / step + 0.5)
    return lo, hi
