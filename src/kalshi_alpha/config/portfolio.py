"""``configs/portfolio.yaml``: bankroll, Kelly, value-at-risk limit and the factor model."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Literal

import msgspec

from kalshi_alpha.core.errors import BadParameter

if TYPE_CHECKING:
    from kalshi_alpha.core.risk.factor_var import FactorModel


class Kelly(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much of the Kelly stake is used.

    Attributes
    ----------
    multiplier
        Fraction of the full Kelly stake.
    cap
        Largest share of the bankroll at risk on one piece of news.
    min_probability_se
        Least standard error that our probabilities are credited with.
    """

    multiplier: float
    cap: float
    min_probability_se: float

    def __post_init__(self) -> None:
        if not (0.0 < self.multiplier <= 1.0 and 0.0 < self.cap <= 1.0):
            raise BadParameter("kelly multiplier and cap must lie in (0, 1]")
        if not 0.0 <= self.min_probability_se < 0.5:
            raise BadParameter("kelly min_probability_se must lie in [0, 0.5)")


class ValueAtRisk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The limit on value at risk: its level in (0.5, 1), and dollars."""

    level: float
    limit_usd: int

    def __post_init__(self) -> None:
        if not (0.5 < self.level < 1.0 and self.limit_usd >= 0):
            raise BadParameter("value_at_risk needs a level in (0.5, 1) and a limit >= 0")


class Correlation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Correlation of two factors; pairs that are not named have none."""

    between: tuple[str, str]
    rho: float


class Portfolio(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Bankroll and risk model.

    Attributes
    ----------
    bankroll_usd
        What Kelly fractions are of, and the cap of one piece of news: never more than the capital.
    factor_vols
        Volatility of each factor, as a fraction of the dollars at risk.
    correlations
        Of factors.
    betas
        Exposure group to factor to loading; a factor that is not named has none.
    idio_vol
        Volatility of a unit on its own, as a fraction of its dollars at risk.
    """

    schema: Literal[1]
    bankroll_usd: int
    kelly: Kelly
    value_at_risk: ValueAtRisk
    factor_vols: dict[str, float]
    correlations: tuple[Correlation, ...]
    betas: dict[str, dict[str, float]]
    idio_vol: float

    def __post_init__(self) -> None:
        if self.bankroll_usd <= 0:
            raise BadParameter("bankroll_usd must be positive")
        vols = [self.idio_vol, *self.factor_vols.values()]
        if not all(0.0 <= vol < 10.0 for vol in vols):
            raise BadParameter("volatilities are fractions of the dollars at risk, in [0, 10)")
        named = {factor for loadings in self.betas.values() for factor in loadings}
        named |= {factor for pair in self.correlations for factor in pair.between}
        if strangers := sorted(named - set(self.factor_vols)):
            raise BadParameter(f"factor {strangers[0]} has no volatility in factor_vols")
        if not all(isfinite(b) for loadings in self.betas.values() for b in loadings.values()):
            raise BadParameter("betas must be finite")
        pairs = [frozenset(pair.between) for pair in self.correlations]
        if len(set(pairs)) != len(pairs) or any(len(pair) != 2 for pair in pairs):
            raise BadParameter("correlations must name each pair of two factors once")
        if not all(-1.0 < pair.rho < 1.0 for pair in self.correlations):
            raise BadParameter("correlations must lie in (-1, 1)")

    def rho(self, one: str, other: str) -> float:
        """Return the correlation of two factors."""
        pair = {one, other}
        return next((c.rho for c in self.correlations if set(c.between) == pair), 0.0)

    def factor_model(self, groups: Sequence[str]) -> FactorModel:
        """Return the factor model of units, one row per exposure group, in the order given.

        Raises
        ------
        BadParameter
            If a group has no betas, or the correlations are not those of any factors.
        """
        import numpy as np

        from kalshi_alpha.core.risk.factor_var import FactorModel

        if strangers := [group for group in groups if group not in self.betas]:
            raise BadParameter(f"exposure group {strangers[0]} has no betas in portfolio.yaml")
        factors = list(self.factor_vols)
        return FactorModel(
            betas=np.array(
                [[self.betas[group].get(f, 0.0) for f in factors] for group in groups]
            ).reshape(len(groups), len(factors)),
            vols=np.array([self.factor_vols[f] for f in factors]),
            correlation=np.array(
                [[1.0 if f == g else self.rho(f, g) for g in factors] for f in factors]
            ),
            idio=self.idio_vol,
        )
