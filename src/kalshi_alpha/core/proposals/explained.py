"""Every market of a scan with all that was computed of it, from distribution to decision.

Nothing is decided here. The numbers are the arrays of the scan itself, laid out market by market;
only where a market was stopped before it was sized, the same function that sizes is asked what
its quote would have wanted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import isfinite, isnan

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.forecast.pooling import market_reading
from kalshi_alpha.core.proposals.explained_market import (
    CapLeft,
    ExplainedMarket,
    Quote,
    RestingOrder,
    Size,
)
from kalshi_alpha.core.proposals.legs import Legs
from kalshi_alpha.core.proposals.limits import unit_cap
from kalshi_alpha.core.proposals.rows import PLACEMENTS, SIDES, QuoteColumns
from kalshi_alpha.core.proposals.scan import ScanTrace
from kalshi_alpha.core.proposals.sizes import wanted_sizes
from kalshi_alpha.core.proposals.tick_table import ABSENT
from kalshi_alpha.core.risk.pal import PalLimits, ladder_exposure, strike_exposure
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Money, Price
from kalshi_alpha.core.types.money import E6_PER_DOLLAR


def explained_markets(trace: ScanTrace) -> tuple[ExplainedMarket, ...]:
    """Return every market of the scan, ladder after ladder, in the order of its table."""
    return tuple(_explained(trace))


def _explained(trace: ScanTrace) -> Iterator[ExplainedMarket]:
    priced, stopped = trace.priced, trace.allotment.stopped
    table = priced.table
    quotes, sizes, caps, orders = _Quotes(trace), _Sizes(trace), _Caps(trace), _orders(trace)
    model, pooled = priced.prob_yes.tolist(), priced.prob_pooled.tolist()
    pool = _Pool(trace)
    for row, mid in enumerate(_mids(table.yes_bid, table.no_bid)):
        market, quoted = table.markets[row], isfinite(sizes.prob_honest[row])
        yield ExplainedMarket(
            market=market,
            interval=table.intervals[row],
            book=table.snapshots[int(table.ladder_of[row])].books.get(market.ticker),
            prob_model=None if isnan(model[row]) else model[row],
            prob_market=mid,
            prob_heard=pool.heard(row),
            prob_pooled=None if isnan(pooled[row]) else pooled[row],
            pool_weight=None if isnan(model[row]) else pool.weight(row),
            quote=quotes.of(row, sizes.prob_honest[row]) if quoted else None,
            size=sizes.of(row) if quoted else None,
            caps=caps.of(row),
            order=orders.get(row),
            stopped=stopped[row],
        )


def _mids(yes_bid: IntArray, no_bid: IntArray) -> list[float | None]:
    return [
        None if ABSENT in (yes, no) else (yes + E4_PER_DOLLAR - no) / (2 * E4_PER_DOLLAR)
        for yes, no in zip(yes_bid.tolist(), no_bid.tolist(), strict=True)
    ]


class _Pool:
    """How every market was heard."""

    def __init__(self, trace: ScanTrace) -> None:
        self._table, self._pooling = trace.priced.table, trace.policy.pooling
        ours = trace.priced.prob_yes
        self._heard = np.full(ours.shape, np.nan)
        if self._pooling is None:
            return
        bid, no_bid = self._table.yes_bid, self._table.no_bid
        rows = np.flatnonzero((bid != ABSENT) & (no_bid != ABSENT) & ~np.isnan(ours))
        bid, ask, ours = bid[rows], E4_PER_DOLLAR - no_bid[rows], ours[rows]
        reading = market_reading(bid, ask, ours, self._pooling.wide_spread)
        # A wide book around our own probability gives it back: it has said nothing.
        echo = (reading == ours) & (reading != (bid + ask) / (2 * E4_PER_DOLLAR))
        self._heard[rows] = np.where(echo, np.nan, reading)

    def heard(self, row: int) -> float | None:
        heard = float(self._heard[row])
        return None if isnan(heard) else heard

    def weight(self, row: int) -> float | None:
        if self._pooling is None:
            return None
        event = self._table.markets[row].event_ticker
        return 1.0 if self.heard(row) is None else self._pooling.weights.get(event, 0.0)


class _Quotes:
    """The best quote of every row."""

    def __init__(self, trace: ScanTrace) -> None:
        rows = np.arange(len(trace.priced.table.markets))
        self._policy = trace.policy
        self._columns = QuoteColumns.of(trace.priced, rows)
        self._fees = trace.priced.quotes.fee.tolist()

    def of(self, row: int, prob_honest: float) -> Quote:
        columns = self._columns
        return Quote(
            side=SIDES[columns.side[row]],
            placement=PLACEMENTS[columns.placement[row]],
            price=Price(columns.price[row]),
            prob_model=columns.prob_model[row],
            prob_market=columns.prob_market[row],
            prob_pooled=columns.prob_pooled[row],
            prob_honest=prob_honest,
            shrink=self._policy.shrink,
            weight=columns.weight[row],
            adverse_selection=self._policy.adverse_selection,
            fee=self._fees[row],
            ev_raw=columns.ev_raw[row],
            ev_honest=columns.ev_honest[row],
            fill_ratio=columns.alpha[row],
        )


class _Sizes:
    """Sizes before caps of every row that has a quote; NaN elsewhere."""

    def __init__(self, trace: ScanTrace) -> None:
        priced, steps = trace.priced, trace.allotment.steps
        quoted = np.isfinite(priced.quotes.ev_honest) & (priced.quotes.price != ABSENT)
        quoted[steps.wanted.rows] = False
        other = np.flatnonzero(quoted)
        honest, kelly, staked = (np.full(quoted.shape, np.nan) for _ in range(3))
        contracts_e2 = np.zeros(quoted.shape, dtype=np.int64)
        unsized = wanted_sizes(priced, other, trace.holdings.exposures, trace.policy)
        for rows, sizes in ((steps.wanted.rows, steps.sizes), (other, unsized)):
            honest[rows], kelly[rows] = sizes.prob_honest, sizes.kelly
            staked[rows], contracts_e2[rows] = sizes.staked, sizes.contracts_e2
        self.prob_honest: list[float] = honest.tolist()
        self._kelly, self._staked = kelly.tolist(), staked.tolist()
        self._contracts_e2 = contracts_e2.tolist()

    def of(self, row: int) -> Size:
        return Size(
            kelly_fraction=self._kelly[row],
            staked_fraction=self._staked[row],
            contracts=Contracts(self._contracts_e2[row]),
        )


class _Caps:
    """The caps of every row, as its turn found them."""

    def __init__(self, trace: ScanTrace) -> None:
        self._trace, steps = trace, trace.allotment.steps
        self._positioned, self._scaled = _counts(steps.positioned), _counts(steps.scaled)
        self._final = _counts(trace.allotment.legs)
        rows = steps.positioned.rows.tolist()
        found = steps.position.ladder_rooms_e6.tolist()
        self._ladder_rooms_e6: Mapping[int, int] = dict(zip(rows, found, strict=True))
        table = trace.priced.table
        legs = trace.allotment.legs
        self._allotted_e6 = np.bincount(
            legs.ladders, legs.at_risk_e6, minlength=len(table.snapshots)
        ).astype(np.int64)
        self._units = [snapshot.ladder.risk_unit for snapshot in table.snapshots]
        self._before_e6, _ = self._taken(steps.positioned)
        self._of_news_e6 = self._taken(legs)[1]
        self._held_e6: dict[str, int] = defaultdict(int)
        for snapshot in table.snapshots:
            held = trace.holdings.exposures.get(snapshot.ladder.event_ticker, ())
            self._held_e6[snapshot.ladder.risk_unit] += ladder_exposure(held).e6

    def of(self, row: int) -> tuple[CapLeft, ...]:
        trace = self._trace
        table, steps = trace.priced.table, trace.allotment.steps
        market, ladder = table.markets[row], int(table.ladder_of[row])
        held = trace.holdings.exposures.get(market.event_ticker, ())
        limits = trace.holdings.limits.get(market.event_ticker, PalLimits(Money(0)))
        strike = limits.cap_of(market.ticker)
        strike_room = strike - strike_exposure(held, market.ticker)
        left_e6 = (limits.ladder_cap - ladder_exposure(held)).e6 - int(self._allotted_e6[ladder])
        ladder_room = self._ladder_rooms_e6.get(row, left_e6) / E6_PER_DOLLAR
        unit, sizing = self._units[ladder], trace.policy.sizing
        whole = sizing.kelly_cap * sizing.bankroll.dollars
        taken_e6 = self._held_e6[unit] + self._before_e6.get(row, self._of_news_e6[unit])
        unit_room = unit_cap(unit, trace.holdings, sizing) - taken_e6 / E6_PER_DOLLAR
        positioned = self._positioned.get(row)
        limit = trace.risk.limit
        return (
            CapLeft("strike", strike.dollars, strike_room.dollars, positioned),
            CapLeft("ladder", limits.ladder_cap.dollars, ladder_room, positioned),
            CapLeft("unit", whole, unit_room, self._scaled.get(row)),
            CapLeft("var", limit, limit - steps.var_before, self._final.get(row)),
        )

    def _taken(self, legs: Legs) -> tuple[dict[int, int], Mapping[str, int]]:
        """Return what orders put at risk of a piece of news: before each by row, and in all."""
        before_e6: dict[int, int] = {}
        in_all_e6: dict[str, int] = defaultdict(int)
        columns = (legs.rows.tolist(), legs.ladders.tolist(), legs.at_risk_e6.tolist())
        for row, ladder, at_risk_e6 in zip(*columns, strict=True):
            before_e6[row] = in_all_e6[self._units[ladder]]
            in_all_e6[self._units[ladder]] += at_risk_e6
        return before_e6, in_all_e6


def _counts(legs: Legs) -> dict[int, Contracts]:
    counts = zip(legs.rows.tolist(), legs.contracts_e2.tolist(), strict=True)
    return {row: Contracts(e2) for row, e2 in counts}


def _orders(trace: ScanTrace) -> dict[int, RestingOrder]:
    legs = trace.allotment.legs
    raw, honest = legs.edges()
    columns = (legs.rows, legs.contracts_e2, legs.fee_e6, legs.at_risk_e6, raw, honest)
    alpha = trace.priced.quotes.alpha
    return {
        row: RestingOrder(
            contracts=Contracts(e2),
            fee=Money(fee_e6),
            max_loss=Money(at_risk_e6),
            ev_raw=ev_raw,
            ev_honest=ev_honest,
            ev_order=Contracts(e2).count * float(alpha[row]) * ev_honest,
        )
        for row, e2, fee_e6, at_risk_e6, ev_raw, ev_honest in zip(
            *(each.tolist() for each in columns), strict=True
        )
    }
