"""Ladders: strikes to intervals to atoms, survival and PMF, repair, no-arbitrage tests."""

from kalshi_alpha.core.ladder.align import (
    UNBOUNDED_ABOVE,
    UNBOUNDED_BELOW,
    batch_market_probabilities,
    interval_bounds,
    market_probabilities,
    stack_pmfs,
)
from kalshi_alpha.core.ladder.arbitrage import (
    RisklessPortfolio,
    best_riskless_portfolio,
    probability_bounds,
)
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.consistency import MarketConsistency, market_consistency
from kalshi_alpha.core.ladder.grid_interval import (
    GridInterval,
    LadderIntervals,
    interval,
    ladder_intervals,
    require_stated_type,
)
from kalshi_alpha.core.ladder.isotonic import pool_non_increasing
from kalshi_alpha.core.ladder.ladder_structure import LadderStructure, structure
from kalshi_alpha.core.ladder.latent import latent_probabilities
from kalshi_alpha.core.ladder.legacy_ticker import legacy_strike
from kalshi_alpha.core.ladder.market_curve import (
    MarketDistribution,
    market_distribution,
    nearest_partition,
    repaired_survival,
)
from kalshi_alpha.core.ladder.quotes import (
    Quote,
    QuotedProbabilities,
    QuotePolicy,
    quoted_probabilities,
)
from kalshi_alpha.core.ladder.survival import (
    is_monotone,
    mix_uniform,
    non_monotone_ladders,
    pmf_from_survival,
    survival_from_pmf,
)

__all__ = [
    "UNBOUNDED_ABOVE",
    "UNBOUNDED_BELOW",
    "AtomGrid",
    "GridInterval",
    "LadderIntervals",
    "LadderStructure",
    "MarketConsistency",
    "MarketDistribution",
    "Quote",
    "QuotePolicy",
    "QuotedProbabilities",
    "RisklessPortfolio",
    "batch_market_probabilities",
    "best_riskless_portfolio",
    "interval",
    "interval_bounds",
    "is_monotone",
    "ladder_intervals",
    "latent_probabilities",
    "legacy_strike",
    "market_consistency",
    "market_distribution",
    "market_probabilities",
    "mix_uniform",
    "nearest_partition",
    "non_monotone_ladders",
    "pmf_from_survival",
    "pool_non_increasing",
    "probability_bounds",
    "quoted_probabilities",
    "repaired_survival",
    "require_stated_type",
    "stack_pmfs",
    "structure",
    "survival_from_pmf",
]
