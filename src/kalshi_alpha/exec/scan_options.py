"""What a scan may be told on the command line, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from math import inf

from kalshi_alpha.config import baselines
from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.execution.expected_fill import SlippageMode, cold_start_curve
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA, FillAlpha
from kalshi_alpha.core.execution.slippage import SlippageCurve
from kalshi_alpha.core.fees.rounding import DIRECT_STEP_E6
from kalshi_alpha.core.forecast.pooling import PoolWeight
from kalshi_alpha.core.proposals.bins import BinTable
from kalshi_alpha.core.proposals.policy import Pooling, ScanPolicy, SizingPolicy, SizingRule
from kalshi_alpha.core.types import E2_PER_CONTRACT, E6_PER_DOLLAR, Contracts, Money
from kalshi_alpha.exec.fill_odds import given_ratio

ADVERSE_SELECTION = 0.005  # dollars a contract, before any mark-out has been measured


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOptions:
    """The flags of a scan; None means that the configuration or the state file decides.

    Attributes
    ----------
    sizing, contracts, kelly_cap, bankroll_usd
        How proposals are sized; ``contracts`` is the count of fixed sizing and a ceiling of
        Kelly's.
    min_ev
        Smallest honest edge in dollars per contract.
    ev_honesty_shrink
        Share of the gross edge that is believed.
    fill_alpha
        A number, ``auto``, or None for the state file.
    slippage_mode, impact_cap
        How fills that no tape shows are priced.
    max_var_usd
        Limit of the value at risk; never above the configured one.
    pool
        Whether our probabilities are pooled with the market's before anything is valued.
    bins
        Weights and caps of the ramp, which bind in pilots; no flag sets them.
    """

    sizing: SizingRule = SizingRule.KELLY
    contracts: Decimal | None = None
    kelly_cap: float | None = None
    bankroll_usd: Decimal | None = None
    min_ev: float = 0.005
    ev_honesty_shrink: float = 0.9
    fill_alpha: str | None = None
    slippage_mode: SlippageMode = SlippageMode.TOP
    impact_cap: float | None = None
    max_var_usd: float | None = None
    pool: bool = True
    bins: BinTable | None = None

    def require_allowed(self, settings: Settings) -> None:
        """Return if every option can be used, so that a bad one is refused before work begins.

        Raises
        ------
        UsageError
            If one is out of range, or would loosen a configured cap.
        """
        self.policy(settings, COLD_START_ALPHA, datetime.now(UTC))
        self.var_limit(settings)
        self.slippage_curve()
        given_ratio(self.fill_alpha)

    def slippage_curve(self, stored: SlippageCurve | None = None) -> SlippageCurve:
        """Return the depth curve, flat beyond the impact cap.

        Parameters
        ----------
        stored
            The fitted curve, or None for that before any observation.

        Raises
        ------
        UsageError
            If the cap is not positive.
        """
        if self.impact_cap is None:
            return stored or cold_start_curve()
        if not 0.0 < self.impact_cap < inf:
            raise UsageError(f"--impact-cap must be above zero, was {self.impact_cap:g}")
        return stored.capped_at(self.impact_cap) if stored else cold_start_curve(self.impact_cap)

    def bankroll(self, settings: Settings) -> Money:
        """Return what Kelly fractions are of.

        Raises
        ------
        UsageError
            If the flag is no amount of money above zero, or more than is configured.
        """
        # A loosened file is the gate's to refuse; sizes are worked out as if it were not.
        configured = min(settings.portfolio.bankroll_usd, baselines.PORTFOLIO.bankroll_usd)
        most = Money(configured * E6_PER_DOLLAR)
        if self.bankroll_usd is None:
            return most
        given = _money("--bankroll", self.bankroll_usd)
        if given > most:
            raise UsageError(
                f"--bankroll {self.bankroll_usd} is above {configured} dollars, the bankroll of "
                "configs/portfolio.yaml"
            )
        return given

    def var_limit(self, settings: Settings) -> float:
        """Return the limit of the value at risk in dollars.

        Raises
        ------
        UsageError
            If the flag would loosen the configured limit, or is negative.
        """
        configured = float(settings.portfolio.value_at_risk.limit_usd)
        if self.max_var_usd is None:
            return configured
        if not 0.0 <= self.max_var_usd <= configured:
            raise UsageError(
                f"--max-var {self.max_var_usd:g} must lie in [0, {configured:g}], "
                "the limit of configs/portfolio.yaml"
            )
        return self.max_var_usd

    def policy(
        self,
        settings: Settings,
        alpha: FillAlpha,
        at: datetime,
        weights: Mapping[str, PoolWeight] | None = None,
    ) -> ScanPolicy:
        """Return the scan's policy.

        Parameters
        ----------
        settings, alpha, at
            Configured caps, the expected fill ratio and the decision clock.
        weights
            By event: how much our forecast weighs in the pool with the market.

        Raises
        ------
        UsageError
            If a flag is out of range, or would loosen a configured cap.
        """
        if not self.min_ev >= 0.0:
            raise UsageError(f"--min-ev must be >= 0 dollars a contract, was {self.min_ev}")
        if not 0.0 <= self.ev_honesty_shrink <= 1.0:
            raise UsageError(
                f"--ev-honesty-shrink must lie in [0, 1], was {self.ev_honesty_shrink}"
            )
        return ScanPolicy(
            at=at,
            sizing=self._sizing(settings),
            min_ev=self.min_ev,
            shrink=self.ev_honesty_shrink,
            adverse_selection=ADVERSE_SELECTION,
            alpha_join=alpha.alpha,
            alpha_improve=alpha.alpha,
            balance_step_e6=DIRECT_STEP_E6,
            pooling=self._pooling(weights or {}),
            bins=self.bins,
        )

    def _pooling(self, weights: Mapping[str, PoolWeight]) -> Pooling | None:
        if not self.pool:
            return None
        return Pooling(weights={event: each.weight for event, each in weights.items()})

    def _sizing(self, settings: Settings) -> SizingPolicy:
        kelly = settings.portfolio.kelly
        cap = kelly.cap if self.kelly_cap is None else self.kelly_cap
        if not 0.0 < cap <= kelly.cap:
            raise UsageError(
                f"--kelly-cap {cap:g} must lie in (0, {kelly.cap:g}], the cap of "
                "configs/portfolio.yaml"
            )
        contracts = None if self.contracts is None else _contracts(self.contracts)
        if self.sizing is SizingRule.FIXED and contracts is None:
            contracts = Contracts.whole(1)
        agreed = baselines.PORTFOLIO.kelly
        # A loosened file is the gate's to refuse; sizes are worked out as if it were not.
        return SizingPolicy(
            rule=self.sizing,
            bankroll=self.bankroll(settings),
            contracts=contracts,
            kelly_multiplier=min(kelly.multiplier, agreed.multiplier),
            kelly_cap=min(cap, agreed.cap),
            probability_se=max(kelly.min_probability_se, agreed.min_probability_se),
        )


def decimal_option(name: str, text: str | None) -> Decimal | None:
    """Read a flag's number exactly.

    Raises
    ------
    UsageError
        If it is none.
    """
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise UsageError(f"{name} takes a number, was {text!r}") from error


def _money(name: str, amount: Decimal) -> Money:
    scaled = amount * E6_PER_DOLLAR
    if not (scaled.is_finite() and scaled > 0 and scaled % 1 == 0):
        raise UsageError(f"{name} must be an amount of dollars above zero, was {amount}")
    return Money(int(scaled))


def _contracts(count: Decimal) -> Contracts:
    scaled = count * E2_PER_CONTRACT
    if not (scaled.is_finite() and scaled > 0 and scaled % 1 == 0):
        raise UsageError(f"--contracts must be above zero, by 0.01, was {count}")
    return Contracts(int(scaled))
