"""Value at risk of the whole book from scenarios: exact where it can be, else drawn.

The limit holds for the larger of this and the factor value at risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import BoolArray, FloatArray, IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.cvar import LossDistribution
from kalshi_alpha.core.risk.factor_var import FactorModel, FactorVar
from kalshi_alpha.core.risk.loss_grid import exact_losses, latent_thresholds, why_not_exact
from kalshi_alpha.core.risk.unit_book import UnitBook

Float32Array = npt.NDArray[np.float32]

DRAWS = 20_000
_COUNTED_MAX = 100


class Method(StrEnum):
    """How the loss distribution was found."""

    EXACT = "exact"
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class ScenarioVar:
    """VaR, ES and the largest possible loss, in dollars."""

    var: float
    es: float
    max_loss: float
    method: Method


def scenario_var(
    units: Sequence[UnitBook],
    model: FactorModel,
    level: float,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> ScenarioVar:
    """Measure the book: exactly if it is one unit or few factors move it, by draws otherwise.

    Parameters
    ----------
    units
        One book per row of the model's betas, in that order.
    model
        Betas, volatilities, correlation, and the idiosyncratic volatility. The betas are those
        of the books' fortunes: of a book that gains when its value falls, the value's negated.
    level
        Confidence, such as 0.99.
    rng
        Source of the draws; unused where the exact method applies.
    draws
        Number of draws.

    Raises
    ------
    BadParameter
        If units and model do not match, or the level is not in (0, 1).
    """
    if len(units) != model.n_units or not units:
        raise BadParameter(f"{len(units)} units for {model.n_units} rows of betas")
    distribution, method = _losses(units, model, rng, draws)
    return ScenarioVar(
        var=distribution.value_at_risk(level),
        es=distribution.expected_shortfall(level),
        max_loss=sum(unit.max_loss.e6 for unit in units) / 1e6,
        method=method,
    )


def _losses(
    units: Sequence[UnitBook], model: FactorModel, rng: np.random.Generator, draws: int
) -> tuple[LossDistribution, Method]:
    if len(units) == 1:
        # A unit by itself loses what its own outcomes say, whatever the factors do.
        alone = units[0]
        return LossDistribution(alone.losses[::-1], np.array(alone.probs[::-1])), Method.EXACT
    loadings = factor_loadings(model)
    if why_not_exact(units, loadings) is None:
        return exact_losses(units, loadings), Method.EXACT
    losses = copula_losses(units, loadings, rng, draws)
    return LossDistribution.from_draws(losses), Method.DRAWN


def governing_var(factor: FactorVar, scenario: ScenarioVar) -> float:
    """Return the larger value at risk, which is the one that a limit applies to."""
    return max(factor.var, scenario.var)


def factor_loadings(model: FactorModel) -> FloatArray:
    """Return the loadings on independent standard factors, of shape (n_units, n_active_factors).

    With them, and an own part that fills up to unit variance, the units' latent scores have the
    correlation of BΣB' + idio² I. A factor that no unit loads on is left out; a unit without any
    volatility has no score to scale, and is taken as independent.
    """
    active: BoolArray = (model.betas != 0.0).any(axis=0) & (model.vols > 0.0)
    betas = model.betas[:, active]
    values, vectors = np.linalg.eigh(model.factor_covariance[np.ix_(active, active)])
    raw = betas @ vectors * np.sqrt(np.maximum(values, 0.0))
    variance = (raw**2).sum(axis=1) + model.idio**2
    loadings: FloatArray = raw / np.sqrt(np.where(variance > 0.0, variance, 1.0))[:, None]
    return loadings


def copula_losses(
    units: Sequence[UnitBook], loadings: FloatArray, rng: np.random.Generator, draws: int = DRAWS
) -> FloatArray:
    r"""Draw the book's loss under a Gaussian copula of the units' payoffs.

    Unit u has the score :math:`z_u = a_u'f + \sqrt{1-|a_u|^2}\,\epsilon_u`, mapped through the
    distribution of its own payoff, so a higher score never pays less and positive correlation is
    correlation of fortunes. Drawing factors and own parts, instead of a root of the units'
    correlation, keeps the cost linear in the units.

    Parameters
    ----------
    units
        The units' books.
    loadings : ndarray of shape (n_units, n_factors)
        Loadings a on standard, independent factors, ``|a_u| <= 1``.
    rng
        Seeded generator.
    draws
        Number of draws.

    Returns
    -------
    ndarray of shape (draws,)
        Losses in dollars, in the order drawn.

    Raises
    ------
    BadParameter
        If loadings and units do not match, a unit is explained more than wholly, or nothing is
        to be drawn.
    """
    explained = _explained(units, loadings)
    if draws < 1:
        raise BadParameter(f"draws must be at least 1, was {draws}")
    own = np.sqrt(np.maximum(1.0 - explained, 0.0)).astype(np.float32)
    factors = rng.standard_normal((loadings.shape[1], draws), dtype=np.float32)
    quantiles = _normal_quantiles()
    total = np.zeros(draws)
    for unit, loading, rest in zip(units, loadings.astype(np.float32), own, strict=True):
        bits = rng.integers(0, quantiles.size, draws, dtype=np.uint16, endpoint=False)
        score = loading @ factors + rest * quantiles[bits]
        total += unit.losses[_payoffs_reached(latent_thresholds(unit), score)]
    return total


def _explained(units: Sequence[UnitBook], loadings: FloatArray) -> FloatArray:
    """Return the share of each unit's variance that the factors explain, at most one."""
    if loadings.ndim != 2 or loadings.shape[0] != len(units):
        raise BadParameter(f"loadings {loadings.shape} for {len(units)} units")
    explained: FloatArray = (loadings**2).sum(axis=1)
    if not (explained <= 1.0 + 1e-9).all():
        raise BadParameter("a unit's loadings must not explain more than its variance")
    return explained


def _normal_quantiles() -> Float32Array:
    """Return 65,536 equally likely standard normal scores.

    Sixteen bits a score are drawn ten times faster than a normal deviate, and their grain, a
    probability of 1.5e-5, is below the sampling error of any number of draws used here.
    """
    from scipy.special import ndtri

    middles = (np.arange(1 << 16) + 0.5) / (1 << 16)
    scores: Float32Array = ndtri(middles).astype(np.float32)
    return scores


def _payoffs_reached(thresholds: FloatArray, scores: Float32Array) -> IntArray:
    """Return how many thresholds lie below each score."""
    if thresholds.size > _COUNTED_MAX:
        return np.asarray(np.searchsorted(thresholds, scores), dtype=np.int64)
    # Comparing with every threshold is branch-free, and so beats a search in a short list.
    above = scores > thresholds.astype(np.float32)[:, np.newaxis]
    count: IntArray = above.sum(axis=0, dtype=np.uint8).astype(np.int64)
    return count
