"""Value at risk from factor exposures, all losses taken as jointly normal.

The normal tail is far too thin for binary contracts, so this number never stands alone: the
limit applies to the larger of it and the scenario value at risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter

_NORMAL = NormalDist()
_EIGENVALUE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class FactorModel:
    """How the units' values move together.

    Parameters
    ----------
    betas : ndarray of shape (n_units, n_factors)
        Loadings B; a positive one means that the value of the unit's position rises with it.
    vols : ndarray of shape (n_factors,)
        Factor volatilities σ, as fractions of the dollars at risk.
    correlation : ndarray of shape (n_factors, n_factors)
        Correlation Ω of the factors.
    idio
        Volatility of a unit on its own, as a fraction of its dollars at risk.

    Raises
    ------
    BadParameter
        If the shapes disagree, a number is not finite, a volatility is negative, or Ω is not a
        correlation matrix.
    """

    betas: FloatArray
    vols: FloatArray
    correlation: FloatArray
    idio: float

    def __post_init__(self) -> None:
        k = self.vols.size
        if self.betas.ndim != 2 or self.betas.shape[1] != k or self.correlation.shape != (k, k):
            raise BadParameter(
                f"betas {self.betas.shape}, vols {self.vols.shape} and correlation "
                f"{self.correlation.shape} do not agree"
            )
        if not (np.isfinite(self.betas).all() and np.isfinite(self.vols).all()):
            raise BadParameter("betas and vols must be finite")
        if not ((self.vols >= 0.0).all() and 0.0 <= self.idio < np.inf):
            raise BadParameter("volatilities must be >= 0 and finite")
        _require_correlation(self.correlation)

    @property
    def factor_covariance(self) -> FloatArray:
        """Covariance of the factors, σσ'∘Ω."""
        covariance: FloatArray = np.outer(self.vols, self.vols) * self.correlation
        return covariance

    @property
    def n_units(self) -> int:
        """Number of units that the betas describe."""
        return int(self.betas.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class FactorVar:
    """Exposures e (dollars per factor), standard deviation s, VaR and ES, all in dollars."""

    exposures: FloatArray
    sd: float
    var: float
    es: float


def factor_var(model: FactorModel, at_risk: FloatArray, level: float) -> FactorVar:
    r"""Compute parametric VaR and ES from dollars at risk per unit.

    With :math:`e = B'x` and :math:`s^2 = e'(\sigma\sigma'\circ\Omega)e + \sum (i\,x_u)^2`,
    VaR is :math:`z_\alpha s` and ES is :math:`s\,\varphi(z_\alpha)/(1-\alpha)`; both are capped
    at the dollars at risk, beyond which nothing can be lost.

    Parameters
    ----------
    model
        Betas, volatilities, correlation and the idiosyncratic volatility.
    at_risk : ndarray of shape (n_units,)
        Dollars at risk x per unit, >= 0.
    level
        Confidence, such as 0.99; at least one half.

    Raises
    ------
    BadParameter
        If the level is outside [0.5, 1), or an amount is negative or not finite.
    """
    if at_risk.shape != (model.n_units,):
        raise BadParameter(f"{at_risk.shape} dollars at risk for {model.n_units} units")
    if not ((at_risk >= 0.0).all() and np.isfinite(at_risk).all()):
        raise BadParameter("dollars at risk must be >= 0 and finite")
    if not 0.5 <= level < 1.0:
        raise BadParameter(f"level must be in [0.5, 1), was {level}")
    e: FloatArray = model.betas.T @ at_risk
    # Rounding may leave a hair below zero when factors hedge each other exactly.
    systematic = max(0.0, float(e @ model.factor_covariance @ e))
    s = float(np.sqrt(systematic + model.idio**2 * float(at_risk @ at_risk)))
    z, most = _NORMAL.inv_cdf(level), float(at_risk.sum())
    shortfall = s * _NORMAL.pdf(z) / (1.0 - level)
    return FactorVar(exposures=e, sd=s, var=min(z * s, most), es=min(shortfall, most))


def _require_correlation(matrix: FloatArray) -> None:
    # A scan asks for one book after another, and the configured matrix is always the same.
    numbers = np.asarray(matrix, dtype=np.float64).tobytes()
    _require_correlation_of(matrix.shape[0], numbers)


@lru_cache(maxsize=32)
def _require_correlation_of(size: int, numbers: bytes) -> None:
    matrix = np.frombuffer(numbers, dtype=np.float64).reshape(size, size)
    # Stated as what must hold, so that a NaN fails too.
    if not (np.allclose(matrix, matrix.T, atol=1e-12) and np.allclose(np.diag(matrix), 1.0)):
        raise BadParameter("correlation must be symmetric with ones on its diagonal")
    if not np.linalg.eigvalsh(matrix).min(initial=0.0) >= -_EIGENVALUE_TOLERANCE:
        raise BadParameter("correlation must be positive semi-definite")
