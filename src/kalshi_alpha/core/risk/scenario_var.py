"""Value at risk of the whole book from scenarios: exact where it can be, else drawn.

The limit holds for the larger of this and the factor value at risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.cvar import LossDistribution
from kalshi_alpha.core.risk.factor_var import FactorModel, FactorVar
from kalshi_alpha.core.risk.loss_grid import exact_losses, latent_thresholds, why_not_exact
from kalshi_alpha.core.risk.unit_book import UnitBook

DRAWS = 20_000


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
    """Measure the book: exactly if at most two factors move it, by draws otherwise.

    Parameters
    ----------
    units
        One book per row of the model's betas, in that order.
    model
        Betas, volatilities, correlation, and the idiosyncratic volatility.
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
    loadings = factor_loadings(model)
    if why_not_exact(units, loadings) is None:
        distribution, method = exact_losses(units, loadings), Method.EXACT
    else:
        losses = copula_losses(units, latent_correlation(model), rng, draws)
        distribution, method = LossDistribution.from_draws(losses), Method.DRAWN
    return ScenarioVar(
        var=distribution.value_at_risk(level),
        es=distribution.expected_shortfall(level),
        max_loss=sum(unit.max_loss.e6 for unit in units) / 1e6,
        method=method,
    )


def governing_var(factor: FactorVar, scenario: ScenarioVar) -> float:
    """Return the larger value at risk, which is the one that a limit applies to."""
    return max(factor.var, scenario.var)


def latent_correlation(model: FactorModel) -> FloatArray:
    """Return R, the units' latent covariance BΣB' + idio² I scaled to a unit diagonal.

    A unit without any volatility has no score to scale; it is taken as independent.
    """
    covariance = model.betas @ model.factor_covariance @ model.betas.T
    variance = np.diag(covariance) + model.idio**2
    scale = np.sqrt(np.where(variance > 0.0, variance, 1.0))
    correlation: FloatArray = covariance / np.outer(scale, scale)
    np.fill_diagonal(correlation, 1.0)
    return correlation


def factor_loadings(model: FactorModel) -> FloatArray:
    """Return the loadings on independent standard factors that reproduce `latent_correlation`.

    Factors that no unit loads on are left out, so shape is (n_units, n_active_factors).
    """
    active: BoolArray = (model.betas != 0.0).any(axis=0) & (model.vols > 0.0)
    betas = model.betas[:, active]
    values, vectors = np.linalg.eigh(model.factor_covariance[np.ix_(active, active)])
    raw = betas @ vectors * np.sqrt(np.maximum(values, 0.0))
    variance = (raw**2).sum(axis=1) + model.idio**2
    loadings: FloatArray = raw / np.sqrt(np.where(variance > 0.0, variance, 1.0))[:, None]
    return loadings


def copula_losses(
    units: Sequence[UnitBook], correlation: FloatArray, rng: np.random.Generator, draws: int = DRAWS
) -> FloatArray:
    """Draw the book's loss under a Gaussian copula of the units' payoffs.

    Each unit's standard normal score is mapped through the distribution of its own payoff, so
    a higher score never pays less and positive correlation is correlation of fortunes.

    Parameters
    ----------
    units
        The units' books.
    correlation : ndarray of shape (n_units, n_units)
        Correlation R of the latent scores.
    rng
        Seeded generator.
    draws
        Number of draws.

    Returns
    -------
    ndarray of shape (draws,)
        Losses in dollars, in the order drawn.
    """
    if correlation.shape != (len(units), len(units)):
        raise BadParameter(f"correlation {correlation.shape} for {len(units)} units")
    if draws < 1:
        raise BadParameter(f"draws must be at least 1, was {draws}")
    values, vectors = np.linalg.eigh(correlation)
    if not values.min() >= -1e-9:
        raise BadParameter("latent correlation must be positive semi-definite")
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    scores = root @ rng.standard_normal((len(units), draws))
    total = np.zeros(draws)
    for unit, score in zip(units, scores, strict=True):
        total += unit.losses[np.searchsorted(latent_thresholds(unit), score)]
    return total
