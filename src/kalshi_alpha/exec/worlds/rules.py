"""What a desk in a world trades under and is judged by: the repository's own configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from kalshi_alpha.config.ramp import load_ramp
from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.policy import SizingPolicy, SizingRule
from kalshi_alpha.core.ramp.statistic import Declaration
from kalshi_alpha.core.risk.pal import PalLimits
from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.core.worlds.looks import RampRule
from kalshi_alpha.core.worlds.terms import FAMILY, SERIES, DeskTerms

ORDER_CONTRACTS = 100
"""Ceiling of an order, so that no single print decides a life."""

_E6 = 1_000_000
_BEFORE_ANY_ORDER = datetime(2023, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rules:
    """Terms of trade, the ramp's policy, and the honest run length that the guard is set to."""

    terms: DeskTerms
    ramp: RampRule


def read_rules(configs: Path) -> Rules:
    """Read caps, sizing, risk and ramp policy of the family that the worlds trade.

    Raises
    ------
    ConfigError
        If a file is wrong.
    """
    settings, ramp = load_settings(configs), load_ramp(configs).value
    return Rules(
        terms=desk_terms(settings),
        ramp=RampRule(
            limits=ramp.limits(FAMILY, ramp.policy),
            declaration=Declaration(ramp.families[FAMILY].statistic, _BEFORE_ANY_ORDER),
        ),
    )


def desk_terms(settings: Settings) -> DeskTerms:
    """Return caps, sizing and risk of the configuration, with the venue's maker fee."""
    portfolio, policy = settings.portfolio, settings.pal_policy
    caps = policy.series.get(SERIES, policy.default)
    factors = list(portfolio.factor_vols)
    return DeskTerms(
        limits=PalLimits(Money(caps.ladder_cap_usd * _E6), Money(caps.strike_cap_usd * _E6)),
        sizing=SizingPolicy(
            rule=SizingRule.KELLY,
            bankroll=Money(portfolio.bankroll_usd * _E6),
            contracts=Contracts.whole(ORDER_CONTRACTS),
            kelly_multiplier=portfolio.kelly.multiplier,
            kelly_cap=portfolio.kelly.cap,
            probability_se=portfolio.kelly.min_probability_se,
        ),
        risk=RiskModel(
            betas={
                group: [loadings.get(factor, 0.0) for factor in factors]
                for group, loadings in portfolio.betas.items()
            },
            vols=np.array([portfolio.factor_vols[factor] for factor in factors]),
            correlation=np.array(
                [[1.0 if f == g else portfolio.rho(f, g) for g in factors] for f in factors]
            ),
            idio=portfolio.idio_vol,
            level=portfolio.value_at_risk.level,
            limit=float(portfolio.value_at_risk.limit_usd),
        ),
        fees=FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1)),
    )
