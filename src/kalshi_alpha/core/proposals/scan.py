"""The scan: ladders, books and forecasts in, proposals and reasons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.proposals.allotment import Allotment, allot
from kalshi_alpha.core.proposals.book_risk import RiskModel
from kalshi_alpha.core.proposals.checks import check_ladders
from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.priced import ForecastKey, PricedMarkets, price_markets
from kalshi_alpha.core.proposals.proposal import LadderCheck, ScanResult
from kalshi_alpha.core.proposals.rows import passed_rows, proposal_rows
from kalshi_alpha.core.proposals.snapshot import LadderSnapshot
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.proposals.tick_table import ABSENT
from kalshi_alpha.core.types import E4_PER_DOLLAR


@dataclass(frozen=True, slots=True, eq=False)
class ScanTrace:
    """Everything that a scan computed on its way, kept for whoever is to explain it.

    Parameters
    ----------
    priced
        Every market with its probabilities and its best quote.
    allotment
        The sizes, what each cap left of them, and what stopped each market.
    holdings, policy, risk
        What the scan was given.
    """

    priced: PricedMarkets
    allotment: Allotment
    holdings: Holdings
    policy: ScanPolicy
    risk: RiskModel


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
    return traced_scan(snapshots, forecasts, holdings, policy, risk)[0]


def traced_scan(
    snapshots: Sequence[LadderSnapshot],
    forecasts: Mapping[ForecastKey, GridPmf],
    holdings: Holdings,
    policy: ScanPolicy,
    risk: RiskModel,
) -> tuple[ScanResult, ScanTrace | None]:
    """Do the same as `scan`, and return beside it what was computed; None without any ladder."""
    if not snapshots:
        return ScanResult(at=policy.at, proposals=(), passed=(), checks=(), var=0.0), None
    table = MarketTable.build(snapshots, policy.at)
    priced = price_markets(table, forecasts, policy)
    checks = check_ladders(table, priced.prob_yes, policy.at)
    allotment = allot(priced, first_stops(priced, checks, policy), holdings, policy, risk)
    result = ScanResult(
        at=policy.at,
        proposals=proposal_rows(allotment, policy),
        passed=passed_rows(priced, allotment, policy),
        checks=checks,
        var=allotment.var,
    )
    return result, ScanTrace(priced, allotment, holdings, policy, risk)


def first_stops(
    priced: PricedMarkets, checks: Sequence[LadderCheck], policy: ScanPolicy
) -> list[NotProposed | None]:
    """Return for every market the first thing that stops it, or None."""
    table, quotes = priced.table, priced.quotes
    empty = (table.yes_bid == ABSENT) | (table.no_bid == ABSENT)
    spread = E4_PER_DOLLAR - table.no_bid - table.yes_bid
    contradictory = np.array([not check.model_monotone for check in checks])
    arbitrage = np.array([check.market_exec_violations_after_fees > 0 for check in checks])
    idle = np.array([each.ladder.event_ticker in policy.no_skill for each in table.snapshots])
    tests = (
        (NotProposed.MARKET_CLOSED, ~table.is_open),
        (NotProposed.NO_FORECAST, np.isnan(priced.prob_yes)),
        (NotProposed.NO_BOOK, ~table.has_book),
        (NotProposed.ONE_SIDED_BOOK, empty),
        (NotProposed.CROSSED_BOOK, spread <= 0),
        (NotProposed.WIDE_SPREAD, spread > policy.max_spread_e4),
        (NotProposed.NON_MONOTONE_MODEL, contradictory[table.ladder_of]),
        (NotProposed.MARKET_INCONSISTENT, arbitrage[table.ladder_of]),
        (NotProposed.NO_SKILL, idle[table.ladder_of]),
        (NotProposed.NO_POST_ONLY_PRICE, quotes.price == ABSENT),
        # Stated as what must hold, so that a NaN stops too.
        (NotProposed.EV_BELOW_MINIMUM, ~(quotes.ev_honest >= policy.min_ev)),
    )
    code = np.select([mask for _, mask in tests], list(range(len(tests))), default=-1)
    return [None if c < 0 else tests[c][0] for c in code.tolist()]
