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
from kalshi_alpha.core.types import E4_PER_DOLLAR

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
    prob, prob_market
        Probability that the side pays: what is believed, and the market's mid.
    fee
        Dollars per contract before rounding.
    weight
        Of the quote's honesty bin; 1 where a scan has none.
    ev_raw, ev_honest
        Dollars per contract.
    alpha
        Expected fill ratio of the placement.
    """

    side: IntArray
    placement: IntArray
    price: IntArray
    prob: FloatArray
    prob_market: FloatArray
    fee: FloatArray
    weight: FloatArray
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
        What is believed of YES; NaN where there is no forecast.
    policy
        Shrink, adverse selection and fill ratios.
    """
    price = quotable(table.yes_bid, table.no_bid, table.grid_of, table.ticks)
    known = (price != ABSENT) & ~np.isnan(prob_yes)
    quotable_e4 = np.where(known, price, ABSENT)
    weight = bin_weights(table, quotable_e4, policy)
    fee, raw, honest = _values(table, prob_yes, quotable_e4, weight, policy)
    alpha = np.array([policy.alpha_join, policy.alpha_improve])
    # A losing quote is not made better by being filled less often, so odds scale gains only.
    rank = np.where(honest > 0, alpha[:, np.newaxis] * honest, honest)
    best = rank.reshape(4, -1).argmax(axis=0)
    rows = np.arange(best.size)
    mid_yes = (table.yes_bid + E4_PER_DOLLAR - table.no_bid) / (2 * E4_PER_DOLLAR)
    side, placement = best // 2, best % 2
    return BestQuotes(
        side=side,
        placement=placement,
        price=price[side, placement, rows],
        prob=np.where(side == 0, prob_yes, 1.0 - prob_yes),
        prob_market=np.where(side == 0, mid_yes, 1.0 - mid_yes),
        fee=fee[side, placement, rows],
        weight=weight[side, placement, rows],
        ev_raw=raw[side, placement, rows],
        ev_honest=honest[side, placement, rows],
        alpha=alpha[placement],
    )


def bin_weights(table: MarketTable, price: IntArray, policy: ScanPolicy) -> FloatArray:
    """Return the honesty weight of every price, of shape (2, 2, n_markets) as in `quotable`."""
    if policy.bins is None:
        return np.ones(price.shape)
    side = np.array([0, 1])[:, np.newaxis, np.newaxis]
    return policy.bins.weights(lead_hours(table, policy), side, price)


def lead_hours(table: MarketTable, policy: ScanPolicy) -> FloatArray:
    """Return the hours from the scan to each market's close."""
    seconds = [(market.close_at - policy.at).total_seconds() for market in table.markets]
    return np.array(seconds, dtype=np.float64) / 3600


def _values(
    table: MarketTable,
    prob_yes: FloatArray,
    price: IntArray,
    weight: FloatArray,
    policy: ScanPolicy,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return fee, raw and honest edge of every price; minus infinity where there is none.

    All of shape (2, 2, n_markets), as in `quotable`.
    """
    known = price != ABSENT
    # Where nothing can be valued a harmless number stands in, and is masked out below.
    cost = np.where(known, price, E4_PER_DOLLAR // 2) / E4_PER_DOLLAR
    prob = np.where(known, np.stack((prob_yes, 1.0 - prob_yes))[:, np.newaxis], 0.5)
    fee = model_fee_per_contract(table.maker_rate / _RATE_UNIT, cost)
    raw = ev_raw(prob, cost, fee)
    honest = ev_honest(prob, cost, fee, policy.shrink, weight, policy.adverse_selection)
    none = np.full(price.shape, -np.inf)
    return np.where(known, fee, none), np.where(known, raw, none), np.where(known, honest, none)
