"""From arrays and allotments to the rows that people and brokers read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from math import isfinite, isnan
from typing import Required, TypedDict

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.proposals.allotment import Allotment
from kalshi_alpha.core.proposals.not_proposed import NotProposed
from kalshi_alpha.core.proposals.policy import ScanPolicy
from kalshi_alpha.core.proposals.priced import PricedMarkets
from kalshi_alpha.core.proposals.proposal import EvShrink, Passed, Proposal
from kalshi_alpha.core.proposals.tick_table import ABSENT
from kalshi_alpha.core.types import Contracts, Money, Price, Side

_PLACEMENTS = ("join", "improve")
_SIDES = (Side.YES, Side.NO)


def proposal_rows(allotment: Allotment, policy: ScanPolicy) -> tuple[Proposal, ...]:
    """Return the proposals in order of preference."""
    return tuple(_proposals(allotment, policy))


def _proposals(allotment: Allotment, policy: ScanPolicy) -> Iterator[Proposal]:
    legs = allotment.legs
    table, rows = legs.priced.table, legs.rows
    quotes = _QuoteColumns.of(legs.priced, rows)
    edges = zip(*(each.tolist() for each in legs.edges()), strict=True)
    orders = zip(
        legs.contracts_e2.tolist(), legs.fee_e6.tolist(), legs.at_risk_e6.tolist(), strict=True
    )
    kelly, honest = allotment.sizes.kelly.tolist(), allotment.sizes.prob_honest.tolist()
    bankroll = policy.sizing.bankroll.dollars
    for at, (row, (raw, net), (e2, fee_e6, at_risk_e6)) in enumerate(
        zip(rows.tolist(), edges, orders, strict=True)
    ):
        market, contracts, fee = table.markets[row], Contracts(e2), Money(fee_e6)
        ladder = table.snapshots[table.ladder_of[row]].ladder
        yield Proposal(
            market_ticker=market.ticker,
            event_ticker=ladder.event_ticker,
            series_ticker=ladder.series_ticker,
            quantity=ladder.quantity,
            risk_unit=ladder.risk_unit,
            strike=str(market.strike),
            side=_SIDES[quotes.side[at]],
            placement=_PLACEMENTS[quotes.placement[at]],
            price=Price(quotes.price[at]),
            contracts=contracts,
            prob_model=quotes.prob_model[at],
            prob_market=quotes.prob_market[at],
            prob_honest=honest[at],
            ev_raw=raw,
            ev_honest=net,
            ev_order=contracts.count * quotes.alpha[at] * net,
            ev_shrink=EvShrink(
                s=policy.shrink,
                w_bin=policy.bin_weight,
                lambda_adv=policy.adverse_selection,
                phi=fee.dollars / contracts.count,
            ),
            fee=fee,
            max_loss=Money(at_risk_e6),
            pal_room=allotment.rooms[at],
            kelly_fraction=kelly[at],
            staked_fraction=Money(at_risk_e6).dollars / bankroll,
            fill_ratio=quotes.alpha[at],
            closes_at=market.close_at,
        )


def passed_rows(
    priced: PricedMarkets, allotment: Allotment, policy: ScanPolicy
) -> tuple[Passed, ...]:
    """Return every market that was not proposed, ladder by ladder, with its reason."""
    table = priced.table
    stopped = [(row, why) for row, why in enumerate(allotment.stopped) if why is not None]
    quotes = _QuoteColumns.of(priced, np.array([row for row, _ in stopped], dtype=np.int64))
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
    ev_raw: float
    ev_honest: float


def _quoted(quotes: _QuoteColumns, at: int, why: NotProposed, policy: ScanPolicy) -> _Quoted:
    honest = quotes.ev_honest[at]
    if quotes.price[at] == ABSENT or not isfinite(honest):
        return {"detail": why.meaning}
    detail = why.meaning
    if why is NotProposed.EV_BELOW_MINIMUM:
        detail = f"honest edge {100 * honest:+.2f} c a contract, {100 * policy.min_ev:.2f} c needed"
    return {
        "detail": detail,
        "side": _SIDES[quotes.side[at]],
        "price": Price(quotes.price[at]),
        "prob_market": quotes.prob_market[at],
        "ev_raw": quotes.ev_raw[at],
        "ev_honest": honest,
    }


@dataclass(frozen=True, slots=True)
class _QuoteColumns:
    """The best quotes of some rows as Python numbers, which rows are made of."""

    side: list[int]
    placement: list[int]
    price: list[int]
    prob_model: list[float]
    prob_market: list[float]
    ev_raw: list[float]
    ev_honest: list[float]
    alpha: list[float]

    @classmethod
    def of(cls, priced: PricedMarkets, rows: IntArray) -> _QuoteColumns:
        return cls(*(getattr(priced.quotes, each.name)[rows].tolist() for each in fields(cls)))
