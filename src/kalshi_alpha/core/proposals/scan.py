"""The scan: ladders, books and forecasts in, proposals and reasons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.ladder import batch_market_probabilities, stack_pmfs
from kalshi_alpha.core.proposals.allotment import allot
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.checks import check_ladders
from kalshi_alpha.core.proposals.evaluate import BestQuotes, best_quotes
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.proposal import ScanResult
from kalshi_alpha.core.proposals.rows import passed_rows, proposal_rows
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.proposals.tick_table import ABSENT

ForecastKey = tuple[str, date]


def scan(
    snapshots: Sequence[LadderSnapshot],
    forecasts: Mapping[ForecastKey, GridPmf],
    holdings: Holdings,
    policy: ScanPolicy,
    risk: RiskModel,
) -> ScanResult:
    """Price every market of the ladders and propose what is worth resting.

    Parameters
    ----------
    snapshots
        The ladders with their books and fees.
    forecasts
        By quantity and period; a ladder without one is passed over with that reason.
    holdings
        What is committed already, and the position limits.
    policy
        Thresholds, honesty and sizing.
    risk
        Value at risk and its limit.
    """
    if not snapshots:
        return ScanResult(at=policy.at, proposals=(), passed=(), checks=(), var=0.0)
    table = MarketTable.build(snapshots, policy.at)
    pmfs = [forecasts.get((s.ladder.quantity, s.period)) for s in snapshots]
    prob_yes = model_probabilities(table, pmfs)
    checks = check_ladders(table, prob_yes, policy.at)
    quotes = best_quotes(table, prob_yes, policy)
    stopped = first_stops(table, prob_yes, quotes, policy)
    for row, ladder in enumerate(table.ladder_of):
        if stopped[row] is None and not checks[ladder].model_monotone:
            stopped[row] = NotProposed.NON_MONOTONE_MODEL
        elif stopped[row] is None and checks[ladder].market_exec_violations_after_fees:
            stopped[row] = NotProposed.MARKET_INCONSISTENT
    allotment = allot(table, quotes, stopped, pmfs, holdings, policy, risk)
    return ScanResult(
        at=policy.at,
        proposals=proposal_rows(table, quotes, allotment, policy),
        passed=passed_rows(table, quotes, allotment, policy),
        checks=checks,
        var=allotment.var,
    )


def model_probabilities(table: MarketTable, pmfs: Sequence[GridPmf | None]) -> FloatArray:
    """Return our probability of YES for every market; NaN where its ladder has no forecast."""
    known = [i for i, pmf in enumerate(pmfs) if pmf is not None]
    prob = np.full(len(table.markets), np.nan)
    if not known:
        return prob
    present = [pmf for pmf in pmfs if pmf is not None]
    place = np.full(len(pmfs), -1, dtype=np.int64)
    place[known] = np.arange(len(known))
    rows = np.flatnonzero(place[table.ladder_of] >= 0)
    prob[rows] = batch_market_probabilities(
        stack_pmfs([pmf.probs for pmf in present]),
        np.array([pmf.lo for pmf in present], dtype=np.int64),
        place[table.ladder_of[rows]],
        table.lo[rows],
        table.hi[rows],
    )
    return prob


def first_stops(
    table: MarketTable, prob_yes: FloatArray, quotes: BestQuotes, policy: ScanPolicy
) -> list[NotProposed | None]:
    """Return for every market the first thing that stops it, or None."""
    empty = (table.yes_bid == ABSENT) | (table.no_bid == ABSENT)
    spread = 10_000 - table.no_bid - table.yes_bid
    tests = (
        (NotProposed.MARKET_CLOSED, ~table.is_open),
        (NotProposed.NO_FORECAST, np.isnan(prob_yes)),
        (NotProposed.NO_BOOK, ~table.has_book),
        (NotProposed.ONE_SIDED_BOOK, empty),
        (NotProposed.CROSSED_BOOK, spread <= 0),
        (NotProposed.WIDE_SPREAD, spread > policy.max_spread_e4),
        (NotProposed.NO_POST_ONLY_PRICE, quotes.price == ABSENT),
        # Stated as what must hold, so that a NaN stops too.
        (NotProposed.EV_BELOW_MINIMUM, ~(quotes.ev_honest >= policy.min_ev)),
    )
    code = np.select([mask for _, mask in tests], list(range(len(tests))), default=-1)
    return [None if c < 0 else tests[c][0] for c in code.tolist()]
