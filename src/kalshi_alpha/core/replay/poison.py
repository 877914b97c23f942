"""A tape whose future is absurd, and the text of what was decided: nothing before may change."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.engine import DayReplay
from kalshi_alpha.core.replay.results import result_known_at
from kalshi_alpha.core.replay.tape import (
    DepthColumns,
    EventTape,
    GapColumns,
    QuoteColumns,
    TapeMarket,
    TradeColumns,
)
from kalshi_alpha.core.types import E4_PER_DOLLAR

_FRACTION = re.compile(r"(-?\b\d+(?:\.\d+(?:e[+-]\d+)?|e[+-]\d+))")


def poisoned_tape(tape: EventTape, cut_us: int, family: str) -> EventTape:
    """Return a tape in which everything after an instant is absurd, what markets paid included.

    Prices are mirrored, sizes multiplied, takers and sides exchanged; what was to be known by
    the cut keeps its value. When the markets open and close was announced before and stays.

    Parameters
    ----------
    tape
        The true tape.
    cut_us
        Microseconds since 1970; what happened in that very microsecond is kept.
    family
        Whose source publishes results: those not yet out at the cut are changed.
    """
    known_us = to_us(result_known_at(tape, family))
    markets = tape.markets
    if known_us > cut_us:
        markets = tuple(_other_payout(each) for each in markets)
    return replace(
        tape,
        markets=markets,
        settlement_value=tape.settlement_value if known_us <= cut_us else "-999",
        trades=None if tape.trades is None else _trades(tape.trades, cut_us),
        quotes=None if tape.quotes is None else _quotes(tape.quotes, cut_us),
        depth=None if tape.depth is None else _depth(tape.depth, cut_us),
        gaps=None if tape.gaps is None else _gaps(tape.gaps, cut_us),
    )


def _other_payout(market: TapeMarket) -> TapeMarket:
    if market.yes_payout_e4 is None:
        return market
    return replace(market, yes_payout_e4=E4_PER_DOLLAR - market.yes_payout_e4)


def _trades(trades: TradeColumns, cut_us: int) -> TradeColumns:
    late = trades.at_us > cut_us
    return replace(
        trades,
        yes_price_e4=_mirrored(trades.yes_price_e4, late),
        count_e2=np.where(late, 7 * trades.count_e2, trades.count_e2),
        taker_yes=np.where(late, 1 - trades.taker_yes, trades.taker_yes),
    )


def _quotes(quotes: QuoteColumns, cut_us: int) -> QuoteColumns:
    late = quotes.at_us > cut_us
    return replace(
        quotes,
        yes_bid_e4=np.where(late, quotes.no_bid_e4, quotes.yes_bid_e4),
        no_bid_e4=np.where(late, quotes.yes_bid_e4, quotes.no_bid_e4),
        yes_size_e2=np.where(late, 7 * quotes.no_size_e2, quotes.yes_size_e2),
        no_size_e2=np.where(late, 7 * quotes.yes_size_e2, quotes.no_size_e2),
    )


def _depth(depth: DepthColumns, cut_us: int) -> DepthColumns:
    late = depth.at_us > cut_us
    return replace(
        depth,
        is_yes=np.where(late, 1 - depth.is_yes, depth.is_yes),
        size_e2=np.where(late, 7 * depth.size_e2, depth.size_e2),
    )


def _gaps(gaps: GapColumns, cut_us: int) -> GapColumns:
    """Leave out gaps that were still to come."""
    early = gaps.at_us <= cut_us
    return GapColumns(gaps.at_us[early], gaps.market[early])


def _mirrored(prices_e4: IntArray, late: BoolArray) -> IntArray:
    return np.where(late, E4_PER_DOLLAR - prices_e4, prices_e4)


def decision_texts(day: DayReplay, until_us: int) -> dict[int, str]:
    """Return the text of every decision up to an instant, by its clock in microseconds.

    It covers what was proposed with every number of it, what was passed over and why, the value at
    risk, and what the gate said.
    """
    withheld = dict(day.withheld)
    return {
        to_us(result.at): repr((result, withheld.get(result.at)))
        for result in day.results
        if to_us(result.at) <= until_us
    }


def is_same_decision(one: str | None, other: str | None) -> bool:
    """Say whether two texts of decisions agree: whole numbers and words to the byte.

    Fractions agree to nine digits. Their last ones hang on how many rows an array has, for sums
    and exponentials are computed some lanes at a time; prices, counts and money are whole.
    """
    if one is None or other is None or one == other:
        return one == other
    parts, others = _FRACTION.split(one), _FRACTION.split(other)
    return len(parts) == len(others) and all(
        own == its or (n % 2 == 1 and math.isclose(float(own), float(its), rel_tol=1e-9))
        for n, (own, its) in enumerate(zip(parts, others, strict=True))
    )
