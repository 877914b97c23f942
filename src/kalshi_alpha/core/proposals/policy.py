"""What a scan is told: thresholds, honesty, fill odds and how to size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast.pooling import GAP_MAX
from kalshi_alpha.core.proposals.bins import BinTable
from kalshi_alpha.core.sizing.fractional import KELLY_CAP_MAX
from kalshi_alpha.core.types import E2_PER_CONTRACT, Contracts, Money

_WHOLE = Contracts(E2_PER_CONTRACT)


class SizingRule(StrEnum):
    """A fixed count for every proposal, or a fraction of Kelly's."""

    FIXED = "fixed"
    KELLY = "kelly"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingPolicy:
    """How many contracts a proposal asks for, before any cap.

    Parameters
    ----------
    rule
        ``FIXED`` asks for ``contracts``; ``KELLY`` asks for the truncated fraction and treats
        ``contracts``, when given, as a ceiling.
    bankroll
        What the fractions are of.
    share
        How much of ``contracts``, or of what an order's bin allows of them, may be asked for, in
        [0, 1]: whole lots, and one at least unless it is 0.
    kelly_multiplier
        Fraction of the full Kelly stake that is used.
    kelly_cap
        Largest share of the bankroll that one piece of news may cost.
    probability_se
        Standard error of our probability, for the shrinkage of Baker & McHale 2013; below 0.02
        it counts as 0.02.
    lot
        Smallest step of an order.
    """

    rule: SizingRule
    bankroll: Money
    contracts: Contracts | None = None
    share: float = 1.0
    kelly_multiplier: float = 0.25
    kelly_cap: float = 0.25
    probability_se: float = 0.02
    lot: Contracts = _WHOLE

    def __post_init__(self) -> None:
        if self.bankroll.e6 <= 0:
            raise BadParameter(f"bankroll must be positive, was {self.bankroll}")
        if not 0.0 <= self.share <= 1.0:
            raise BadParameter(f"share outside [0, 1]: {self.share}")
        if not 0.0 < self.kelly_multiplier <= 1.0:
            raise BadParameter(f"Kelly multiplier outside (0, 1]: {self.kelly_multiplier}")
        if not 0.0 < self.kelly_cap <= KELLY_CAP_MAX:
            raise BadParameter(f"Kelly cap outside (0, {KELLY_CAP_MAX}]: {self.kelly_cap}")
        if not 0.0 <= self.probability_se < float("inf"):
            raise BadParameter(f"standard error must be >= 0, was {self.probability_se}")
        if self.lot.e2 == 0:
            raise BadParameter("a lot must be some part of a contract")
        if self.rule is SizingRule.FIXED and (self.contracts is None or self.contracts.e2 == 0):
            raise BadParameter("fixed sizing needs a number of contracts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling:
    """How our probabilities are pooled with the market's before anything is valued.

    Parameters
    ----------
    weights
        By event: the weight of ours in log-odds, in [0, 1]; an event that is not named has 0,
        which is the market alone.
    gap
        How far the pool may stray from the market, in probability.
    wide_spread
        Spread in dollars above which quotes only bound the market's opinion.
    observed
        Events whose forecast rests on an observation, for which the gap does not hold.
    """

    weights: Mapping[str, float]
    gap: float = GAP_MAX
    wide_spread: float = 0.10
    observed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not all(0.0 <= weight <= 1.0 for weight in self.weights.values()):
            raise BadParameter(f"pool weights must lie in [0, 1], were {dict(self.weights)}")
        if not (0.0 <= self.gap <= 1.0 and 0.0 <= self.wide_spread <= 1.0):
            raise BadParameter(f"gap {self.gap} and spread {self.wide_spread} must lie in [0, 1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPolicy:
    """Everything a scan decides by, apart from the data.

    Parameters
    ----------
    at
        The decision clock.
    min_ev
        Smallest honest edge after fees that is proposed, in dollars per contract.
    shrink
        Share of the gross edge that is believed, in [0, 1].
    bins
        How much less of it is believed, and how small an order must be, by side, price and lead
        time; None believes and allows all alike.
    adverse_selection
        Expected loss in dollars per contract from being filled by somebody who knows more.
    alpha_join, alpha_improve
        Expected fill ratios at the best bid and one tick above it.
    max_spread_e4
        Widest spread, in 1e-4 dollars, whose mid counts as the market's probability.
    balance_step_e6
        The account's balance precision, by which fees are rounded.
    sizing
        How proposals are sized.
    pooling
        How our probabilities meet the market's; None takes the model at its word.
    no_skill
        Events whose forecast is no better than its own baseline, and so is no reason to trade.
    """

    at: datetime
    sizing: SizingPolicy
    pooling: Pooling | None = None
    min_ev: float = 0.005
    shrink: float = 0.9
    bins: BinTable | None = None
    adverse_selection: float = 0.005
    alpha_join: float = 0.5
    alpha_improve: float = 0.5
    max_spread_e4: int = 2000
    balance_step_e6: int = 100
    no_skill: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise BadParameter("the decision clock carries no zone")
        unit = (self.shrink, self.alpha_join, self.alpha_improve)
        # Stated as what must hold, so that a NaN fails too.
        if not all(0.0 <= each <= 1.0 for each in unit):
            raise BadParameter(f"shrink and fill ratios must lie in [0, 1], were {unit}")
        if not (self.min_ev >= 0.0 and 0.0 <= self.adverse_selection < 1.0):
            raise BadParameter(
                f"minimum edge and adverse selection must be >= 0, were {self.min_ev}, "
                f"{self.adverse_selection}"
            )
        if not self.balance_step_e6 > 0:
            raise BadParameter(f"balance step must be positive, was {self.balance_step_e6}e-6")
