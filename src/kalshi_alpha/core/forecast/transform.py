"""The PMF of a printed value that is a monotone function of the latent."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast.distributions import Distribution
from kalshi_alpha.core.forecast.mixture import plus_normal_error
from kalshi_alpha.core.forecast.pmf import GridPmf
from kalshi_alpha.core.forecast.rounding import half_step_edges, pmf_between
from kalshi_alpha.core.types import SettlementGrid


def on_grid_through(
    dist: Distribution,
    inverse: Callable[[FloatArray], FloatArray],
    grid: SettlementGrid,
    lo: int,
    hi: int,
    *,
    error_sd: float = 0.0,
) -> GridPmf:
    """Round Y = g(X + e) to the settlement grid, half up, for a strictly monotone g.

    ``P(k) = F(g⁻¹((k + 1/2) step)) - F(g⁻¹((k - 1/2) step))``, reversed where g decreases. This is
    how a year-on-year print follows from the month-on-month latent: one draw settles both ladders.

    Parameters
    ----------
    dist : Distribution
        Latent X, in its own unit.
    inverse : callable
        g⁻¹, from an ascending array of values of Y to values of X + e; ±inf where g never gets.
    grid : SettlementGrid
        Grid of the printed Y.
    lo, hi : int
        First and last outcome; they take the tails.
    error_sd : float
        Standard deviation of a further independent normal error e, in X's unit.

    Raises
    ------
    BadParameter
        If ``inverse`` is not strictly monotone over the edges, or ``error_sd`` is negative.
    """
    # One edge more on each side: between two outcomes lies a single edge, and a single point does
    # not show which way g runs.
    preimages = inverse(half_step_edges(grid, lo - 1, hi + 1))
    cumulative = plus_normal_error(dist, error_sd).cdf(preimages[1:-1])
    if _runs(np.less, preimages):
        return pmf_between(grid, lo, cumulative)
    if _runs(np.greater, preimages):
        return pmf_between(grid, lo, 1.0 - cumulative)
    raise BadParameter("the transform is not strictly monotone over the support")


def _runs(relation: np.ufunc, values: FloatArray) -> bool:
    """Say whether each finite value relates so to the next; a NaN relates to nothing."""
    ordered = relation(values[:-1], values[1:])
    beyond = np.isinf(values[:-1]) & (values[:-1] == values[1:])
    return bool((ordered | beyond).all() and ordered.any())
