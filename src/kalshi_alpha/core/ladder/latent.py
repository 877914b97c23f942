"""Market probabilities from a forecast of the unrounded value."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadDistribution, BadStrike
from kalshi_alpha.core.ladder.align import UNBOUNDED_ABOVE, UNBOUNDED_BELOW
from kalshi_alpha.core.ladder.survival import RISE_TOLERANCE
from kalshi_alpha.core.types import SettlementGrid


def latent_probabilities(
    cdf: Callable[[FloatArray], FloatArray],
    grid: SettlementGrid,
    market_lo: IntArray,
    market_hi: IntArray,
) -> FloatArray:
    r"""Return P(YES) of every market when the settlement value is the latent one, rounded.

    The printed value is :math:`k\delta` when the latent one lies in
    :math:`[(k - 1/2)\delta, (k + 1/2)\delta)`, so an inclusive interval of prints is worth
    :math:`F((hi + 1/2)\delta) - F((lo - 1/2)\delta)`.

    Parameters
    ----------
    cdf : callable
        F, in the grid's unit, of a continuous distribution; takes and returns float arrays.
    grid : SettlementGrid
        Its step is :math:`\delta`.
    market_lo, market_hi : integer ndarrays of shape (n_markets,)
        Inclusive ends; the sentinels of `kalshi_alpha.core.ladder.align` are the infinities.

    Returns
    -------
    ndarray of shape (n_markets,)
        Dimensionless, in [0, 1].

    Raises
    ------
    BadStrike
        If some interval is empty.
    BadDistribution
        If the function leaves [0, 1], decreases, or returns NaN.
    """
    if not (market_lo <= market_hi).all():
        raise BadStrike("a market's lower end exceeds its upper end")
    below = np.zeros(market_lo.shape)
    upto = np.ones(market_hi.shape)
    has_lo, has_hi = market_lo > UNBOUNDED_BELOW, market_hi < UNBOUNDED_ABOVE
    below[has_lo] = _cdf_at(cdf, half_steps(grid, 2 * market_lo[has_lo] - 1))
    upto[has_hi] = _cdf_at(cdf, half_steps(grid, 2 * market_hi[has_hi] + 1))
    prob: FloatArray = upto - below
    if not (prob >= -RISE_TOLERANCE).all():
        raise BadDistribution("a distribution function decreases")
    return np.clip(prob, 0.0, 1.0, out=prob)


def half_steps(grid: SettlementGrid, count: IntArray) -> FloatArray:
    """Return that many half grid steps, in the grid's unit, each rounded to a float only once."""
    numerator, denominator = grid.step.as_integer_ratio()
    return count * np.float64(numerator) / np.float64(2 * denominator)


def _cdf_at(cdf: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    value = cdf(at)
    if not ((value >= 0.0) & (value <= 1.0)).all():
        raise BadDistribution("a distribution function leaves [0, 1]")
    return value
