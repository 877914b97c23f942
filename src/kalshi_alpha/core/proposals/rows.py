"""From arrays and allotments to the rows that people and brokers read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, isnan
from typing import NamedTuple, Required, TypedDict

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.proposals.allotment import Allotment
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.priced import PricedMarkets
from kalshi_alpha.core.proposals.proposal import EvShrink, Passed, Proposal
from kalshi_alpha.core.proposals.tick_table import ABSENT
from kalshi_alpha.core.types import Contracts, Money, Price, Side

PLACEMENTS = ("join", "improve")
SIDES = (Side.YES, Side.NO)


def proposal_rows(allotment: Allotment, policy: ScanPolicy) -> tuple[Proposal, ...]:
    """Return the proposals in order of preference."""
    return tuple(_proposals(allotment, policy))


def _proposals(allotment: Allotment, policy: ScanPolicy) -> Iterator[Proposal]:
    legs, kelly = allotment.legs, allotment.sizes.kelly.tolist()
    honest_probs, edges = allotment.sizes.prob_honest.tolist(), legs.edges()
    quotes = QuoteColumns.of(legs.priced, legs.rows)
    orders = _OrderColumns(*(each.tolist() for each in (legs.fee_e6, legs.at_risk_e6, *edges)))
    for at, (row, e2) in enumerate(
        zip(legs.rows.tolist(), legs.contracts_e2.tolist(), strict=True)
    ):
        market, alpha = legs.priced.table.markets[row], quotes.alpha[at]
        contracts, fee = Contracts(e2), Money(orders.fee_e6[at])
        at_risk, honest = Money(orders.at_risk_e6[at]), orders.ev_honest[at]
        yield Proposal(
            **_ladder_names(legs.priced, row),
            market_ticker=market.ticker,
            strike=str(market.strike),
            side=SIDES[quotes.side[at]],
            placement=PLACEMENTS[quotes.placement[at]],
            price=Price(quotes.price[at]),
            contracts=contracts,
            prob_model=quotes.prob_model[at],
            prob_market=quotes.prob_market[at],
            prob_pooled=quotes.prob_pooled[at],
            prob_honest=honest_probs[at],
            ev_raw=orders.ev_raw[at],
            ev_honest=honest,
            ev_order=contracts.count * alpha * honest,
            ev_shrink=_shrink(policy, quotes.weight[at], fee.dollars / contracts.count),
            fee=fee,
            max_loss=at_risk,
            pal_room=allotment.rooms[at],
            kelly_fraction=kelly[at],
            staked_fraction=at_risk.dollars / policy.sizing.bankroll.dollars,
            fill_ratio=alpha,
            closes_at=market.close_at,
        )


class _OrderColumns(NamedTuple):
    """The orders' money and edges as Python numbers."""

    fee_e6: list[int]
    at_risk_e6: list[int]
    ev_raw: list[float]
    ev_honest: list[float]


class _LadderNames(TypedDict):
    """The fields of `Proposal` that are the same for a whole ladder."""

    event_ticker: str
    series_ticker: str
    quantity: str
    risk_unit: str


def _ladder_names(priced: PricedMarkets, row: int) -> _LadderNames:
    ladder = priced.table.snapshots[priced.table.ladder_of[row]].ladder
    return {
        "event_ticker": ladder.event_ticker,
        "series_ticker": ladder.series_ticker,
        "quantity": ladder.quantity,
        "risk_unit": ladder.risk_unit,
    }


def _shrink(policy: ScanPolicy, weight: float, phi: float) -> EvShrink:
    return EvShrink(s=policy.shrink, w_bin=weight, lambda_adv=policy.adverse_selection, phi=phi)


def passed_rows(
    priced: PricedMarkets, allotment: Allotment, policy: ScanPolicy
) -> tuple[Passed, ...]:
    """Return every market that was not proposed, ladder by ladder, with its reason."""
    table = priced.table
    stopped = [(row, why) for row, why in enumerate(allotment.stopped) if why is not None]
    quotes = QuoteColumns.of(priced, np.array([row for row, _ in stopped], dtype=np.int64))
    looked_at = [
        Passed(
            market_ticker=table.markets[row].ticker,
            event_ticker=table.markets[row].event_ticker,
            strike=str(table.markets[row].strike),
            reason=why,
            prob_model=None if isnan(quotes.prob_model[at]) else quotes.prob_model[at],
            **_quoted(quotes, at, why, policy),
        )
        for at, (row, why) in enumerate(stopped)
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
    return tuple(looked_at + unreadable)


class _Quoted(TypedDict, total=False):
    """The fields of `Passed` that tell of a quote."""

    detail: Required[str]
    side: Side
    price: Price
    prob_market: float
    prob_pooled: float
    ev_raw: float
    ev_honest: float


def _quoted(quotes: QuoteColumns, at: int, why: NotProposed, policy: ScanPolicy) -> _Quoted:
    honest = quotes.ev_honest[at]
    if quotes.price[at] == ABSENT or not isfinite(honest):
        return {"detail": why.meaning}
    detail = why.meaning
    if why is NotProposed.EV_BELOW_MINIMUM:
        detail = f"honest edge {100 * honest:+.2f} c a contract, {100 * policy.min_ev:.2f} c needed"
    return {
        "detail": detail,
        "side": SIDES[quotes.side[at]],
        "price": Price(quotes.price[at]),
        "prob_market": quotes.prob_market[at],
        "prob_pooled": quotes.prob_pooled[at],
        "ev_raw": quotes.ev_raw[at],
        "ev_honest": honest,
    }


@dataclass(frozen=True, slots=True)
class QuoteColumns:
    """The best quotes of some rows as Python numbers, which rows are made of.

    The fields are those of `BestQuotes`; probabilities are of the side quoted.
    """

    side: list[int]
    placement: list[int]
    price: list[int]
    weight: list[float]
    prob_market: list[float]
    ev_raw: list[float]
    ev_honest: list[float]
    alpha: list[float]
    prob_model: list[float]
    prob_pooled: list[float]

    @classmethod
    def of(cls, priced: PricedMarkets, rows: IntArray) -> QuoteColumns:
        """Take some rows' best quotes out of the arrays."""
        quotes = priced.quotes
        is_yes, model_yes = quotes.side[rows] == 0, priced.prob_yes[rows]
        return cls(
            side=quotes.side[rows].tolist(),
            placement=quotes.placement[rows].tolist(),
            price=quotes.price[rows].tolist(),
            weight=quotes.weight[rows].tolist(),
            prob_market=quotes.prob_market[rows].tolist(),
            ev_raw=quotes.ev_raw[rows].tolist(),
            ev_honest=quotes.ev_honest[rows].tolist(),
            alpha=quotes.alpha[rows].tolist(),
            prob_model=np.where(is_yes, model_yes, 1.0 - model_yes).tolist(),
            prob_pooled=quotes.prob[rows].tolist(),
        )
