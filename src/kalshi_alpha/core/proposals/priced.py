"""Markets with our probabilities and their best quotes: what sizing starts from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.forecast.pooling import market_reading, near_market, pool_log_odds
from kalshi_alpha.core.ladder import batch_market_probabilities, stack_pmfs
from kalshi_alpha.core.proposals.evaluate import BestQuotes, best_quotes
from kalshi_alpha.core.proposals.policy import Pooling, ScanPolicy
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.proposals.tick_table import ABSENT

ForecastKey = tuple[str, date]


@dataclass(frozen=True, slots=True, eq=False)
class PricedMarkets:
    """Every market of a scan with what we think of it.

    Parameters
    ----------
    table
        The markets.
    pmfs
        One forecast per ladder, or None.
    prob_yes, prob_pooled : ndarrays of shape (n_markets,)
        Our model's probability of YES, and what is believed once the market has been heard; NaN
        where there is no forecast.
    quotes
        The best quote of every market.
    """

    table: MarketTable
    pmfs: tuple[GridPmf | None, ...]
    prob_yes: FloatArray
    prob_pooled: FloatArray
    quotes: BestQuotes


def price_markets(
    table: MarketTable, forecasts: Mapping[ForecastKey, GridPmf], policy: ScanPolicy
) -> PricedMarkets:
    """Align every ladder with its forecast and value every price that a maker may quote.

    Parameters
    ----------
    table
        The markets.
    forecasts
        By quantity and period.
    policy
        Shrink, adverse selection and fill ratios.

    Raises
    ------
    BadLadder
        If a forecast lives on another settlement grid than its ladder: the same number would
        mean another value.
    """
    pmfs = tuple(forecasts.get((s.ladder.quantity, s.period)) for s in table.snapshots)
    for snapshot, pmf in zip(table.snapshots, pmfs, strict=True):
        if pmf is not None and pmf.grid.step != snapshot.ladder.grid.step:
            raise BadLadder(
                f"{snapshot.ladder.event_ticker} settles in steps of {snapshot.ladder.grid.step}, "
                f"its forecast in steps of {pmf.grid.step}"
            )
    prob_yes = model_probabilities(table, pmfs)
    believed = prob_yes
    if policy.pooling is not None:
        believed = pooled_probabilities(table, prob_yes, policy.pooling)
    return PricedMarkets(table, pmfs, prob_yes, believed, best_quotes(table, believed, policy))


def pooled_probabilities(table: MarketTable, prob_yes: FloatArray, pooling: Pooling) -> FloatArray:
    """Return what is believed of YES once the market has been heard.

    A market with one side empty says nothing that could be pooled; its model probability is
    kept, and nothing will be quoted there.

    Parameters
    ----------
    table
        The markets with their quotes.
    prob_yes : ndarray of shape (n_markets,)
        The model's probability; NaN where there is no forecast.
    pooling
        Weights by event, and the gap that holds the pool near the market.
    """
    heard = (table.yes_bid != ABSENT) & (table.no_bid != ABSENT) & ~np.isnan(prob_yes)
    events = [snapshot.ladder.event_ticker for snapshot in table.snapshots]
    weights = np.array([pooling.weights.get(event, 0.0) for event in events])
    observed = np.array([event in pooling.observed for event in events])
    ours, ladder = prob_yes[heard], table.ladder_of[heard]
    bid_e4, ask_e4 = table.yes_bid[heard], 10_000 - table.no_bid[heard]
    market = market_reading(bid_e4, ask_e4, ours, pooling.wide_spread)
    # A torn book may cross; what stands there is refused later and must not stop the scan.
    pool = pool_log_odds(ours, np.clip(market, 0.0, 1.0), weights[ladder])
    held = np.where(observed[ladder], pool, near_market(pool, market, pooling.gap))
    believed = prob_yes.copy()
    believed[heard] = np.clip(held, 0.0, 1.0)
    return believed


def model_probabilities(table: MarketTable, pmfs: Sequence[GridPmf | None]) -> FloatArray:
    """Return our probability of YES for every market; NaN where its ladder has no forecast."""
    prob = np.full(len(table.markets), np.nan)
    present = [pmf for pmf in pmfs if pmf is not None]
    if not present:
        return prob
    known = np.array([pmf is not None for pmf in pmfs])
    place = np.cumsum(known) - 1
    rows = np.flatnonzero(known[table.ladder_of])
    prob[rows] = batch_market_probabilities(
        stack_pmfs([pmf.probs for pmf in present]),
        np.array([pmf.lo for pmf in present], dtype=np.int64),
        place[table.ladder_of[rows]],
        table.lo[rows],
        table.hi[rows],
    )
    return prob
