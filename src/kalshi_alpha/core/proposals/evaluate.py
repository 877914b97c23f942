"""Expected value of every quotable price, and the best of them for each market."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.pricing import ev_honest, ev_raw, model_fee_per_contract
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.quotes import quotable
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.proposals.tick_table import ABSENT

_RATE_UNIT = 1e10


@dataclass(frozen=True, slots=True, eq=False)
class BestQuotes:
    """For each market the quote with the largest expected value of its order, and its numbers.

    All arrays have shape (n_markets,). Probabilities and prices are on the side quoted; where a
    market has no quotable price, ``price`` is ``ABSENT`` and the values are minus infinity.

    Parameters
    ----------
    side, placement
        Indices as in `quotes`: YES or NO, JOIN or IMPROVE.
    price
        1e-4 dollars.
    prob_model, prob_market
        Probability that the side pays: ours, and the market's mid.
    fee
        Dollars per contract before rounding.
    ev_raw, ev_honest
        Dollars per contract.
    alpha
        Expected fill ratio of the placement.
    """

    side: IntArray
    placement: IntArray
    price: IntArray
    prob_model: FloatArray
    prob_market: FloatArray
    fee: FloatArray
    ev_raw: FloatArray
    ev_honest: FloatArray
    alpha: FloatArray


def best_quotes(table: MarketTable, prob_yes: FloatArray, policy: ScanPolicy) -> BestQuotes:
    """Price every side and placement of every market and keep the best.

    Candidates of one market are compared by fill ratio times honest edge, because an order that
    is never filled earns nothing; unrounded fees are used, since the size is not known yet.

    Parameters
    ----------
    table
        The markets.
    prob_yes : ndarray of shape (n_markets,)
        Our probability of YES; NaN where there is no forecast.
    policy
        Shrink, adverse selection and fill ratios.
    """
    price = quotable(table.yes_bid, table.no_bid, table.grid_of, table.ticks)
    known = (price != ABSENT) & ~np.isnan(prob_yes)
    # Where nothing can be valued a harmless number stands in, and is masked out below.
    cost = np.where(known, price, 5_000) / 1e4
    prob = np.where(known, np.stack((prob_yes, 1.0 - prob_yes))[:, np.newaxis], 0.5)
    fee = model_fee_per_contract(table.maker_rate / _RATE_UNIT, cost)
    raw = ev_raw(prob, cost, fee)
    honest = ev_honest(prob, cost, fee, policy.shrink, policy.bin_weight, policy.adverse_selection)
    alpha = np.array([policy.alpha_join, policy.alpha_improve])[:, np.newaxis]
    # A losing quote is not made better by being filled less often, so odds scale gains only.
    rank = np.where(known, np.where(honest > 0, alpha * honest, honest), -np.inf).reshape(4, -1)
    best = rank.argmax(axis=0)
    rows = np.arange(rank.shape[1])

    def pick(values: FloatArray) -> FloatArray:
        every = np.where(known, values, -np.inf).reshape(4, -1)
        return np.asarray(every[best, rows])

    mid_yes = (table.yes_bid + 10_000 - table.no_bid) / 2e4
    side = best // 2
    return BestQuotes(
        side=side,
        placement=best % 2,
        price=price.reshape(4, -1)[best, rows],
        prob_model=np.where(side == 0, prob_yes, 1.0 - prob_yes),
        prob_market=np.where(side == 0, mid_yes, 1.0 - mid_yes),
        fee=pick(fee),
        ev_raw=pick(raw),
        ev_honest=pick(honest),
        alpha=np.broadcast_to(alpha, (2, 2, 1)).reshape(4, 1)[best, 0],
    )
