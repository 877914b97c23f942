"""The exact loss distribution of a book across units that share one or two factors.

Given the factors the units are independent, so their payoffs convolve on the contract grid;
the factors are then integrated out. Nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, gcd

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.cvar import LossDistribution
from kalshi_alpha.core.risk.unit_book import E6_PER_PAYOFF_E2, UnitBook

FACTORS_MAX = 2  # nodes grow as their power; beyond this, draw
SLOPE_MAX = 8.0
GRID_POINTS_MAX = 100_000  # times the nodes of a block this is 50 MB
MULTIPLY_ADDS_MAX = 50_000_000  # about 50 ms; a search for a size measures the book ten times
_REACH = 6.5  # beyond lies a probability of 1e-10
_STEP_AT_UNIT_SLOPE = 0.4
_NODES_PER_BLOCK = 64  # a block of grid times nodes should stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """One unit on the grid: steps above its worst payoff, and latent thresholds between them."""

    steps: IntArray
    thresholds: FloatArray
    loading: FloatArray


def conditional_slope(loadings: FloatArray) -> float:
    """Return the steepest |a| / sqrt(1 - |a|²) among units with loadings a, shape (units, k)."""
    explained = (loadings**2).sum(axis=1)
    if not (explained < 1.0).all():
        return float("inf")
    return float(np.sqrt(explained / (1.0 - explained)).max(initial=0.0))


def exact_losses(units: Sequence[UnitBook], loadings: FloatArray) -> LossDistribution:
    r"""Convolve the units' losses given the factors, and integrate the factors out.

    Unit u has the latent score :math:`z_u = a_u'f + \sqrt{1-|a_u|^2}\,\epsilon_u` with
    independent standard normal f and ε; the larger z, the larger its payoff. Nodes are equally
    spaced rather than Gauss-Hermite: the trapezoidal rule converges faster on integrands as
    steep as these (Trefethen and Weideman 2014), and most Gauss-Hermite nodes lie where
    the density vanishes. The spacing follows the steepest unit; probabilities come out within 1e-7.

    Parameters
    ----------
    units
        At least one unit.
    loadings : ndarray of shape (n_units, n_factors)
        Loadings a on standard, independent factors; zero to two columns, |a_u| < 1.

    Returns
    -------
    LossDistribution
        One entry per point of the contract grid between the worst and the best case.

    Raises
    ------
    BadParameter
        For the reasons that `why_not_exact` gives.
    """
    refusal = why_not_exact(units, loadings)
    if refusal is not None:
        raise BadParameter(refusal)
    slope, step_e2, width = conditional_slope(loadings), _grid_step(units), grid_points(units)
    # Narrow units first: each pass costs the width reached so far.
    order = sorted(range(len(units)), key=lambda u: units[u].payoff_e2[-1] - units[u].payoff_e2[0])
    stepped = [_on_grid(units[u], loadings[u], step_e2) for u in order]
    payoff_probs = _integrate(stepped, width, *_nodes(slope, loadings.shape[1]))
    worst_e6 = sum(u.max_loss.e6 for u in units)
    losses = (worst_e6 - np.arange(width, dtype=np.int64) * (step_e2 * E6_PER_PAYOFF_E2)) / 1e6
    return LossDistribution(losses[::-1].copy(), payoff_probs[::-1].copy())


def why_not_exact(units: Sequence[UnitBook], loadings: FloatArray) -> str | None:
    """Say why `exact_losses` would refuse, so that the caller draws instead; None if it would not.

    It refuses more than two factors, a unit that is all factor (its payoff jumps between two
    nodes), and a grid that costs more memory or time than draws would.
    """
    if loadings.ndim != 2 or loadings.shape[0] != len(units) or not units:
        return f"loadings {loadings.shape} for {len(units)} units"
    factors, slope = loadings.shape[1], conditional_slope(loadings)
    if factors > FACTORS_MAX:
        return f"{factors} factors: at most {FACTORS_MAX} are integrated"
    if not slope <= SLOPE_MAX:
        return f"units follow their factors too closely (slope {slope:.3g})"
    points = grid_points(units)
    if points > GRID_POINTS_MAX:
        return f"contract grid of {points} points, at most {GRID_POINTS_MAX}"
    outcomes = sum(len(unit.probs) for unit in units)
    if _nodes_per_factor(slope) ** factors * outcomes * points > MULTIPLY_ADDS_MAX:
        return f"{points} points by {outcomes} outcomes are too many for {factors} factors"
    return None


def grid_points(units: Sequence[UnitBook]) -> int:
    """Return the number of contract-grid points between the worst and the best case."""
    return 1 + sum(u.payoff_e2[-1] - u.payoff_e2[0] for u in units) // _grid_step(units)


def _grid_step(units: Sequence[UnitBook]) -> int:
    return gcd(*(p - u.payoff_e2[0] for u in units for p in u.payoff_e2)) or 1


def _on_grid(unit: UnitBook, loading: FloatArray, step_e2: int) -> _Steps:
    steps = (np.array(unit.payoff_e2, dtype=np.int64) - unit.payoff_e2[0]) // step_e2
    return _Steps(steps, latent_thresholds(unit), loading)


def latent_thresholds(unit: UnitBook) -> FloatArray:
    """Return the scores that separate a unit's payoffs, shape (n_payoffs - 1,)."""
    from scipy.special import ndtri

    below = np.clip(np.cumsum(unit.probs)[:-1], 0.0, 1.0)
    thresholds: FloatArray = ndtri(below)
    return thresholds


def _nodes_per_factor(slope: float) -> int:
    return 2 * ceil(_REACH * max(1.0, slope) / _STEP_AT_UNIT_SLOPE) + 1


def _nodes(slope: float, factors: int) -> tuple[FloatArray, FloatArray]:
    line = np.linspace(-_REACH, _REACH, _nodes_per_factor(slope))
    density = np.exp(-0.5 * line**2)
    axes = np.meshgrid(*[line] * factors, indexing="ij")
    weights = np.ones(1)
    for _ in range(factors):
        weights = np.outer(weights, density).ravel()
    points = np.stack([axis.ravel() for axis in axes]) if factors else np.zeros((0, 1))
    kept = weights > weights.max() * 1e-16
    return points[:, kept], weights[kept] / weights[kept].sum()


def _integrate(
    stepped: Sequence[_Steps], width: int, points: FloatArray, weights: FloatArray
) -> FloatArray:
    total = np.zeros(width)
    for start in range(0, weights.size, _NODES_PER_BLOCK):
        block = slice(start, start + _NODES_PER_BLOCK)
        total += _convolve(stepped, points[:, block]) @ weights[block]
    normalised: FloatArray = total / total.sum()
    return normalised


def _convolve(stepped: Sequence[_Steps], points: FloatArray) -> FloatArray:
    """Return the payoff distribution at each node, shape (grid points, nodes)."""
    reached = np.ones((1, points.shape[1]))
    for unit in stepped:
        probs = _conditional_probs(unit, points)
        width = reached.shape[0]
        wider = np.zeros((width + int(unit.steps[-1]), points.shape[1]))
        for step, prob in zip(unit.steps.tolist(), probs, strict=True):
            wider[step : step + width] += reached * prob
        reached = wider
    return reached


def _conditional_probs(unit: _Steps, points: FloatArray) -> FloatArray:
    """Return the probability of each payoff at each node, shape (payoffs, nodes)."""
    from scipy.special import ndtr

    own = np.sqrt(1.0 - unit.loading @ unit.loading)
    below = ndtr((unit.thresholds[:, None] - unit.loading @ points) / own)
    edges = np.vstack([np.zeros(points.shape[1]), below, np.ones(points.shape[1])])
    probs: FloatArray = np.diff(edges, axis=0)
    return probs
