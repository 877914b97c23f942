"""One event as it could be seen at an instant: touches, books, queues and prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.ladder import interval
from kalshi_alpha.core.replay.chain import KnownForecast, ReplayEvent, ReplayRules
from kalshi_alpha.core.replay.clocks import from_us, to_us
from kalshi_alpha.core.replay.depth import DepthView, gaps_of, known_levels
from kalshi_alpha.core.replay.fills import (
    UNKNOWN,
    Fills,
    MarketPrints,
    RestingOrder,
    resting_fills,
)
from kalshi_alpha.core.replay.tape import DepthColumns, Fidelity
from kalshi_alpha.core.replay.touches import (
    ABSENT,
    MarketTouch,
    Touch,
    inferred_touch,
    quoted_touches,
)
from kalshi_alpha.core.types import E4_PER_DOLLAR, Side

if TYPE_CHECKING:
    from kalshi_alpha.core.replay.book_rows import BookRows

_SOME_E2 = 1  # a size that is not known: something rests there


class Refusal(StrEnum):
    """Why a post-only order does not come to rest."""

    CROSSES = "the market had come to its price"
    LOCKED = "the book was locked or crossed"
    UNKNOWN = "the book was not known"


class SeenTouch(NamedTuple):
    """One market's touch at an instant: YES scale, `ABSENT` and -1 where there is none."""

    bid_e4: int
    ask_e4: int
    bid_size_e2: int
    ask_size_e2: int
    seen_us: int


@dataclass(frozen=True)
class MarketView:
    """An event's markets, prepared for questions about any instant."""

    event: ReplayEvent
    rules: ReplayRules

    @cached_property
    def prints(self) -> tuple[MarketPrints, ...]:
        """Prints of each market."""
        return MarketPrints.by_market(self.event.tape.trades, len(self.event.tape.markets))

    @cached_property
    def depth(self) -> DepthView | None:
        """Levels of every market, where the source carries them."""
        tape, columns = self.event.tape, self._levels
        return None if columns is None else DepthView.of(columns, len(tape.markets), tape.gaps)

    @cached_property
    def _levels(self) -> DepthColumns | None:
        tape = self.event.tape
        return None if tape.depth is None else known_levels(tape.depth, tape.gaps)

    @cached_property
    def touches(self) -> tuple[MarketTouch, ...]:
        """Touch of each market, by the finest thing that was recorded."""
        tape, n_markets = self.event.tape, len(self.event.tape.markets)
        if self.depth is not None:
            return self.depth.touches
        if tape.quotes is not None:
            found = quoted_touches(tape.quotes, n_markets)
        else:
            found = tuple(inferred_touch(each) for each in self.prints)
        return tuple(
            replace(touch, gaps_us=gaps_of(tape.gaps, market)) for market, touch in enumerate(found)
        )

    @cached_property
    def _book_rows(self) -> BookRows | None:
        tape, columns = self.event.tape, self._levels
        if columns is None:
            return None
        # The kernels are looked for only where there are books: they take a while to load.
        from kalshi_alpha.core.replay.book_rows import BookRows

        return BookRows.of(columns, tape.trades, len(tape.markets), tape.gaps)

    def fills(self, market: int, order: RestingOrder) -> Fills:
        """Return what an order of ours fills with: by the kernels where books were recorded."""
        rows = self._book_rows
        if rows is None:
            return resting_fills(self.prints[market], order)
        return rows.fills(market, order, self.rules.queue)

    @property
    def is_inferred(self) -> bool:
        """Whether touches were read out of prints."""
        return self.event.tape.fidelity is Fidelity.TRADES

    @property
    def any_taker(self) -> bool:
        """Whether a print through a price fills a bid there whichever side its taker bought."""
        return self.rules.any_taker and self.is_inferred

    @property
    def age_max_us(self) -> int:
        """How old a touch may be."""
        return self.rules.inferred_age_us if self.is_inferred else self.rules.quote_age_us

    @cached_property
    def close_us(self) -> int:
        """When the event closed."""
        return to_us(self.event.tape.closes_at)

    def touch(self, market: int, times_us: IntArray) -> Touch:
        """Return a market's touch strictly before each instant."""
        return self.touches[market].at(times_us, self.age_max_us)

    def touches_at(self, at_us: int) -> list[SeenTouch]:
        """Return what each market's touch was at an instant."""
        if at_us not in self._seen:
            when = np.array([at_us], dtype=np.int64)
            found = [self.touch(market, when) for market in range(len(self.touches))]
            self._seen[at_us] = [
                SeenTouch(
                    *(
                        int(column[0])
                        for column in (
                            each.bid_e4,
                            each.ask_e4,
                            each.bid_size_e2,
                            each.ask_size_e2,
                            each.seen_us,
                        )
                    )
                )
                for each in found
            ]
        return self._seen[at_us]

    @cached_property
    def _seen(self) -> dict[int, list[SeenTouch]]:
        return {}

    def books(self, touches: Sequence[SeenTouch], at_us: int) -> dict[str, OrderBook]:
        """Return the books that a scan is shown: the touch alone, as of when it was seen.

        A recorded quote stands until it changes, so its book is as of the instant asked for.
        """
        found: dict[str, OrderBook] = {}
        for market, (bid, ask, bid_size, ask_size, seen_us) in zip(
            self.event.ladder.markets, touches, strict=True
        ):
            if bid == ABSENT:
                continue
            as_of = from_us(seen_us if self.is_inferred else at_us)
            found[market.ticker] = OrderBook.of(
                market.ticker,
                as_of,
                [(bid, max(bid_size, _SOME_E2))],
                [(E4_PER_DOLLAR - ask, max(ask_size, _SOME_E2))],
            )
        return found

    def ahead_e2(self, market: int, side: Side, price_e4: int, at_us: int) -> int:
        """Return the contracts ahead of an order that comes to rest; `UNKNOWN` if nobody knows.

        With depth the size shown at its price, with quotes the size at the best bid if that is
        its price. A bid above the best one has nobody ahead. With prints alone nothing is known.
        """
        if self.is_inferred:
            return UNKNOWN
        if self.depth is not None:
            shown = self.depth.size_at(market, side, price_e4, at_us)
        else:
            shown = self._quoted_ahead(market, side, price_e4, at_us)
        return shown if shown == UNKNOWN else int(-(-shown * self.rules.ahead_share // 1))

    def _quoted_ahead(self, market: int, side: Side, price_e4: int, at_us: int) -> int:
        touch = self.touch(market, np.array([at_us], dtype=np.int64))
        if touch.bid_e4[0] == ABSENT:
            return UNKNOWN
        is_yes = side is Side.YES
        best = int(touch.bid_e4[0]) if is_yes else E4_PER_DOLLAR - int(touch.ask_e4[0])
        if price_e4 > best:
            return 0
        size = int((touch.bid_size_e2 if is_yes else touch.ask_size_e2)[0])
        return size if price_e4 == best else UNKNOWN

    def would_cross(self, market: int, side: Side, price_e4: int, at_us: int) -> bool:
        """Say whether a post-only order would be refused on arrival."""
        return self.refusal(market, side, price_e4, at_us) is not None

    def refusal(self, market: int, side: Side, price_e4: int, at_us: int) -> Refusal | None:
        """Say why a post-only order would be refused on arrival; None if it would rest.

        Where books or quotes were recorded, a lone offer is crossed as one with a bid beside it
        is, an empty side cannot be, and an order whose book is not known or is locked is taken to
        be refused. With prints alone there is no book: only the offer of a touch that is believed
        refuses, and what rests fills on a print through its price alone.
        """
        when, touch, is_yes = np.array([at_us]), self.touches[market], side is Side.YES
        if self.is_inferred:
            seen = self.touch(market, when)
            bid, ask = int(seen.bid_e4[0]), int(seen.ask_e4[0])
        elif not touch.is_known(when, self.age_max_us)[0]:
            return Refusal.UNKNOWN
        else:
            bid, ask = (int(each.before(when)[0][0]) for each in (touch.bids, touch.asks))
            if bid >= ask > ABSENT:
                return Refusal.LOCKED
        other = ask if is_yes else bid
        if other == ABSENT:
            return None
        offered = other if is_yes else E4_PER_DOLLAR - other
        return Refusal.CROSSES if price_e4 >= offered else None

    def model_prob(self, known: KnownForecast) -> FloatArray:
        """Return the forecast's probability of YES for each market."""
        grid = self.event.ladder.grid
        pays = [interval(market.strike, grid) for market in self.event.ladder.markets]
        return np.array([known.pmf.prob(each.lo, each.hi) for each in pays])

    def known_at(self, at: datetime) -> KnownForecast | None:
        """Return the forecast that decides at an instant."""
        return self.event.forecast_at(at)
