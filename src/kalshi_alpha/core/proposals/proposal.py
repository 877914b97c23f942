"""What a scan returns: proposals, and for every other market why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.types import Contracts, Money, Price, Side


@dataclass(frozen=True, slots=True)
class EvShrink:
    """What stands between the raw and the honest edge, per contract."""

    s: float
    w_bin: float
    lambda_adv: float
    phi: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A post-only order worth resting, and the numbers that say so.

    Price and probabilities are those of the side to buy. ``fee``, ``max_loss`` and ``ev_order``
    are of the whole order in dollars; ``ev_raw`` and ``ev_honest`` are dollars per contract,
    with the fee of an order of exactly this size.

    Parameters
    ----------
    placement
        ``join`` the best bid, or ``improve`` it by a tick.
    prob_model, prob_market, prob_pooled, prob_honest
        Our model's, the market's mid, the two pooled, and the pool after shrinking its edge.
    kelly_fraction
        Full Kelly fraction of the bankroll, given a fill.
    staked_fraction
        Share of the bankroll that the order puts at risk.
    pal_room
        Dollars that were free under the position limits before this order.
    fill_ratio
        Expected share of the order that fills.
    """

    market_ticker: str
    event_ticker: str
    series_ticker: str
    quantity: str
    risk_unit: str
    strike: str
    side: Side
    placement: str
    price: Price
    contracts: Contracts
    prob_model: float
    prob_market: float
    prob_pooled: float
    prob_honest: float
    ev_raw: float
    ev_honest: float
    ev_order: float
    ev_shrink: EvShrink
    fee: Money
    max_loss: Money
    pal_room: Money
    kelly_fraction: float
    staked_fraction: float
    fill_ratio: float
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A market that was looked at and not proposed.

    The best quote's numbers are given as far as they were worked out; None otherwise.
    """

    market_ticker: str
    event_ticker: str
    strike: str
    reason: NotProposed
    detail: str
    side: Side | None = None
    price: Price | None = None
    prob_model: float | None = None
    prob_market: float | None = None
    prob_pooled: float | None = None
    ev_raw: float | None = None
    ev_honest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderCheck:
    """What was found of one ladder before pricing it.

    Parameters
    ----------
    model_monotone
        Whether our own probabilities of its markets are consistent.
    market_mid_violations, market_exec_violations, market_exec_violations_after_fees
        Contradictions in the venue's quotes: of mids, on offer, and on offer after fees.
    repair_l1
        How far the mids had to be moved to agree, in dollars.
    """

    event_ticker: str
    model_monotone: bool
    market_mid_violations: int
    market_exec_violations: int
    market_exec_violations_after_fees: int
    repair_l1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Everything a scan found.

    ``var`` is the governing value at risk of what is held and proposed, in dollars, with every
    proposal filled.
    """

    at: datetime
    proposals: tuple[Proposal, ...]
    passed: tuple[Passed, ...]
    checks: tuple[LadderCheck, ...]
    var: float

    @property
    def non_monotone_ladders(self) -> int:
        """Ladders whose model survival curve is not monotone; must be zero."""
        return sum(not check.model_monotone for check in self.checks)

    @property
    def inconsistent_ladders(self) -> tuple[str, ...]:
        """Events whose quotes admit a riskless profit after fees."""
        return tuple(c.event_ticker for c in self.checks if c.market_exec_violations_after_fees)

    @property
    def negative_ev_after_fees(self) -> int:
        """Proposals whose honest edge is not positive; must be zero."""
        return sum(proposal.ev_honest <= 0 for proposal in self.proposals)
