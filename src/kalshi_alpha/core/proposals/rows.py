"""From arrays and allotments to the rows that people and brokers read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kalshi_alpha.core.proposals.allotment import Allotment, exact_ev
from kalshi_alpha.core.proposals.evaluate import BestQuotes
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.proposal import EvShrink, Passed, Proposal
from kalshi_alpha.core.proposals.table import MarketTable
from kalshi_alpha.core.proposals.tick_table import ABSENT
from kalshi_alpha.core.types import Price, Side

_PLACEMENTS = ("join", "improve")
_SIDES = (Side.YES, Side.NO)


def proposal_rows(
    table: MarketTable, quotes: BestQuotes, allotment: Allotment, policy: ScanPolicy
) -> tuple[Proposal, ...]:
    """Return the proposals in order of preference."""
    return tuple(_proposals(table, quotes, allotment, policy))


def _proposals(
    table: MarketTable, quotes: BestQuotes, allotment: Allotment, policy: ScanPolicy
) -> Iterator[Proposal]:
    for row, leg in allotment.legs.items():
        ladder = table.snapshots[int(table.ladder_of[row])].ladder
        at = allotment.place[row]
        raw, honest = exact_ev(leg, quotes)
        at_risk = leg.exposure.at_risk
        alpha = float(quotes.alpha[row])
        yield Proposal(
            market_ticker=leg.market.ticker,
            event_ticker=ladder.event_ticker,
            series_ticker=ladder.series_ticker,
            quantity=ladder.quantity,
            risk_unit=ladder.risk_unit,
            strike=str(leg.market.strike),
            side=leg.side,
            placement=_PLACEMENTS[int(quotes.placement[row])],
            price=leg.price,
            contracts=leg.contracts,
            prob_model=float(quotes.prob_model[row]),
            prob_market=float(quotes.prob_market[row]),
            prob_honest=float(allotment.sizes.prob_honest[at]),
            ev_raw=raw,
            ev_honest=honest,
            ev_order=leg.contracts.count * alpha * honest,
            ev_shrink=EvShrink(
                s=policy.shrink,
                w_bin=policy.bin_weight,
                lambda_adv=policy.adverse_selection,
                phi=leg.fee.dollars / leg.contracts.count,
            ),
            fee=leg.fee,
            max_loss=at_risk,
            pal_room=allotment.rooms[row],
            kelly_fraction=float(allotment.sizes.kelly[at]),
            staked_fraction=at_risk.dollars / policy.sizing.bankroll.dollars,
            fill_ratio=alpha,
            closes_at=leg.market.close_at,
        )


def passed_rows(
    table: MarketTable, quotes: BestQuotes, allotment: Allotment, policy: ScanPolicy
) -> tuple[Passed, ...]:
    """Return every market that was not proposed, ladder by ladder, with its reason."""
    priced = [
        _passed(table, quotes, row, why, policy)
        for row, why in enumerate(allotment.stopped)
        if why is not None
    ]
    unreadable = [
        Passed(
            market_ticker=ticker,
            event_ticker=snapshot.ladder.event_ticker,
            strike="",
            reason=NotProposed.BAD_MARKET,
            detail=why,
        )
        for snapshot in table.snapshots
        for ticker, why in snapshot.unreadable.items()
    ]
    return tuple(priced + unreadable)


def _passed(
    table: MarketTable, quotes: BestQuotes, row: int, why: NotProposed, policy: ScanPolicy
) -> Passed:
    market = table.markets[row]
    quoted = quotes.price[row] != ABSENT and np.isfinite(quotes.ev_honest[row])
    prob = float(quotes.prob_model[row])
    return Passed(
        market_ticker=market.ticker,
        event_ticker=market.event_ticker,
        strike=str(market.strike),
        reason=why,
        detail=_detail(quotes, row, why, policy) if quoted else why.meaning,
        side=_SIDES[int(quotes.side[row])] if quoted else None,
        price=Price(int(quotes.price[row])) if quoted else None,
        prob_model=None if np.isnan(prob) else prob,
        prob_market=float(quotes.prob_market[row]) if quoted else None,
        ev_raw=float(quotes.ev_raw[row]) if quoted else None,
        ev_honest=float(quotes.ev_honest[row]) if quoted else None,
    )


def _detail(quotes: BestQuotes, row: int, why: NotProposed, policy: ScanPolicy) -> str:
    if why is NotProposed.EV_BELOW_MINIMUM:
        cents, least = 100 * float(quotes.ev_honest[row]), 100 * policy.min_ev
        return f"honest edge {cents:+.2f} c a contract, {least:.2f} c needed"
    return why.meaning
