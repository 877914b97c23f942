"""Whether the venue's own ladder is consistent, counted apart from our model's errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadLadder, UnknownFee
from kalshi_alpha.core.ladder.arbitrage import best_riskless_portfolio
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.bounds import (
    best_no_set_profit,
    buy_all_yes_profit,
    threshold_pair_profit,
)
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.ladder_structure import LadderStructure, structure
from kalshi_alpha.core.ladder.mid_violations import mid_violations
from kalshi_alpha.core.ladder.quotes import Quote, QuotePolicy
from kalshi_alpha.core.ladder.thresholds import threshold_order
from kalshi_alpha.core.types import Price

PROFIT_TOLERANCE = 1e-9  # dollars; prices step by 1e-4 and fees by 1e-8 at the finest


@dataclass(frozen=True, slots=True)
class MarketConsistency:
    """What was found wrong with a ladder's quotes; every count is zero for a sound one.

    ``market_mid_violations`` counts mids that contradict each other and ``repair_l1`` (dollars)
    sums the changes that mend them; both only inform. ``market_exec_violations`` counts the sets
    of contracts on offer that lock in a profit before fees, and
    ``market_exec_violations_after_fees`` those that still do after taker fees, the best of which
    earns ``riskless_profit`` dollars per contract.
    """

    market_mid_violations: int
    repair_l1: float
    market_exec_violations: int
    market_exec_violations_after_fees: int
    riskless_profit: float

    @property
    def executable_after_fees(self) -> bool:
        """Whether the venue offers a riskless profit: the ladder is then refused.

        Free money on the screen means that a quote, a strike or a fee is not what we think.
        """
        return self.market_exec_violations_after_fees > 0


@dataclass(frozen=True, slots=True)
class _Offers:
    """Prices and fees of what may be bought now; NaN where nothing is."""

    bids: FloatArray
    asks: FloatArray
    yes_fees: FloatArray
    no_fees: FloatArray

    def without_fees(self) -> _Offers:
        none = np.zeros(self.bids.shape)
        return _Offers(self.bids, self.asks, none, none)

    def rungs(self, market_of: tuple[int, ...], *, pays_below: bool) -> _Offers:
        at = np.array(market_of)
        if pays_below:
            # NO of "below" is YES of "at least", so the two sides change places.
            return _Offers(
                1.0 - self.asks[at], 1.0 - self.bids[at], self.no_fees[at], self.yes_fees[at]
            )
        return _Offers(self.bids[at], self.asks[at], self.yes_fees[at], self.no_fees[at])


def market_consistency(
    intervals: Sequence[GridInterval],
    quotes: Sequence[Quote],
    at: datetime,
    *,
    yes_fees: FloatArray,
    no_fees: FloatArray,
    policy: QuotePolicy | None = None,
) -> MarketConsistency:
    """Test a ladder's quotes against each other, before and after fees.

    Nested thresholds are tested pair by pair (a market against itself too, which finds crossed
    quotes), a partition by buying every YES and by buying the NOs worth buying, and any other
    ladder by linear programming, where the count is one if a profitable set exists. Stale quotes
    are nobody's offer and are left out.

    Parameters
    ----------
    intervals, quotes : sequences of length n_markets
        In the same order, which may be any.
    at : datetime
        The instant of the test.
    yes_fees, no_fees : ndarrays of shape (n_markets,)
        Taker fee, in dollars per contract, of buying YES at the ask and NO at one less the bid.
        Where that side is absent the entry is not read.

    Raises
    ------
    BadLadder
        If the lengths differ or there are no markets.
    UnknownFee
        If the fee of a side on offer is negative or not finite.
    """
    if not len(intervals) == len(quotes) == yes_fees.size == no_fees.size:
        raise BadLadder(f"{len(intervals)} markets need one quote and one fee a side each")
    policy = policy or QuotePolicy()
    offers = _offers(quotes, at, yes_fees, no_fees, policy)
    mids = mid_violations(intervals, quotes, at, policy)
    after = _profits(intervals, offers)
    before = _profits(intervals, offers.without_fees())
    return MarketConsistency(
        market_mid_violations=mids.count,
        repair_l1=mids.repair_l1,
        market_exec_violations=int((before > PROFIT_TOLERANCE).sum()),
        market_exec_violations_after_fees=int((after > PROFIT_TOLERANCE).sum()),
        riskless_profit=float(after[after > PROFIT_TOLERANCE].max(initial=0.0)),
    )


def _offers(
    quotes: Sequence[Quote],
    at: datetime,
    yes_fees: FloatArray,
    no_fees: FloatArray,
    policy: QuotePolicy,
) -> _Offers:
    fresh = [policy.is_fresh(each, at) for each in quotes]
    bids = _on_offer([each.bid for each in quotes], fresh)
    asks = _on_offer([each.ask for each in quotes], fresh)
    for prices, fees in ((asks, yes_fees), (bids, no_fees)):
        due = fees[~np.isnan(prices)]
        if not (np.isfinite(due) & (due >= 0.0)).all():
            raise UnknownFee("a side on offer has no fee, so its profit cannot be told")
    return _Offers(bids, asks, yes_fees, no_fees)


def _on_offer(prices: Sequence[Price | None], fresh: Sequence[bool]) -> FloatArray:
    """Return dollars, with NaN for a side that is absent, or stale."""
    return np.array(
        [
            np.nan if price is None or not is_fresh else price.dollars
            for price, is_fresh in zip(prices, fresh, strict=True)
        ],
        dtype=np.float64,
    )


def _profits(intervals: Sequence[GridInterval], offers: _Offers) -> FloatArray:
    """Return the sure profit of each set of contracts that the ladder's structure suggests."""
    match structure(intervals):
        case LadderStructure.PARTITION:
            return _partition_profits(offers)
        case LadderStructure.ABOVE | LadderStructure.BELOW:
            order = threshold_order(intervals)
            return _pair_profits(offers.rungs(order.market_of, pays_below=order.pays_below))
        case LadderStructure.MIXED:
            payoff = AtomGrid.from_intervals(intervals).payoff(intervals)
            yes, no = offers.asks + offers.yes_fees, 1.0 - offers.bids + offers.no_fees
            return np.array([best_riskless_portfolio(payoff, yes, no).profit])


def _partition_profits(offers: _Offers) -> FloatArray:
    sets = (
        buy_all_yes_profit(offers.asks, offers.yes_fees),
        best_no_set_profit(offers.bids, offers.no_fees),
    )
    crossed = offers.bids - offers.asks - (offers.yes_fees + offers.no_fees)
    return np.append(crossed, sets)


def _pair_profits(offers: _Offers) -> FloatArray:
    """Return the profit of YES of each rung with NO of the same rung and of every higher one."""
    low, high = np.triu_indices(offers.bids.size)
    return threshold_pair_profit(
        offers.asks[low], offers.bids[high], offers.yes_fees[low], offers.no_fees[high]
    )
