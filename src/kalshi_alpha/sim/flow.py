"""Background flow: seeded makers and takers, as measured on a tape of real trades.

Each arriving taker is informed with a fixed probability. An informed one knows the market's next
value: it takes what is stale at its own limit, and everybody else learns the value from it. All
others buy or sell by the toss of a coin. So a maker earns its distance from the value from most
takers and loses the jump, less that distance, to the informed ones (Glosten and Milgrom 1985,
"Bid, ask and transaction prices in a specialist market with heterogeneously informed traders").
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from math import isfinite, log

import numpy as np

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, MarketStatus, Money, Price
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.orders import BookSide, NewOrder, TimeInForce
from kalshi_alpha.sim.refusals import Rejected

MAKER, TAKER = "background maker", "background taker"
_CASH = Money(10**15)  # a thousand million dollars: background flow never runs dry
_E4_PER_CENT = 100
_GONE = frozenset({MarketStatus.CLOSED, MarketStatus.DETERMINED, MarketStatus.FINALIZED})


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTerms:
    """What the flow is like; the defaults are the measured ones.

    They were measured on the public trades of five daily-temperature series (New York, Chicago,
    Miami, Austin, Denver; 1,086,414 prints, 25 December 2023 to 28 February 2025). Prints of one
    millisecond, market and taker side were joined into 706,163 taker orders. A market's mid was
    taken halfway between the last prices bought and sold at; impact is how far that mid is, later
    on, in the taker's direction from where it was before the order (559,089 orders between 5 and
    95 cents).

    Attributes
    ----------
    gap_log_mean, gap_log_sd
        Seconds between a market's taker orders are lognormal: median 75 s, mean 641 s since
        November 2024 (5.6 orders an hour). Predicted quartiles are 19 and 305 s, seen were 16 and
        305 s; 90 in 100 are within 1,070 s, seen 1,100 s.
    size_log_mean, size_log_sd
        Contracts of a taker order are lognormal. Over all orders the log has mean 3.49 and
        standard deviation 1.86 (median 38 contracts, 95 in 100 within 595); the mean here is that
        of the uninformed ones.
    size_max
        Largest taker order, in contracts; the tape's 999th thousandth.
    informed_share
        How much more often the mid moved with the taker than against it, 5 to 15 minutes later:
        0.205 and 0.202.
    informed_size_ratio
        How much larger informed orders are: weighing orders by size raises the impact, to
        settlement, from 1.51 to 2.27 cents.
    jump_cents_mean
        Mean jump that an informed taker knows of, of a value of 50 cents: there the mid is 2.07
        cents further in a taker's direction after an hour, and the informed share alone carries
        it. Its shape is taken to be exponential.
    jump_taper
        The jump shrinks as ``(4 v (1 - v)) ** taper`` towards the ends. The impact was 2.07,
        1.96, 1.70, 1.49, 0.73 and 0.40 cents at 45, 35, 25, 15, 7.5 and 3.5 cents from the nearer
        end; this gives 2.06, 1.94, 1.68, 1.26, 0.80 and 0.46.
    half_spread_cents
        Distance of the background makers from the value: half of the median distance, 6 cents,
        between the last prices bought and sold at.
    depth
        Contracts at each level of the background makers, best first; medians of 36 order books of
        the same kind of market (July 2026).
    reach_cents
        How far from the value an uninformed taker still trades.
    pace
        By how much all arrivals are quickened; 1 is the tape's own pace.

    Raises
    ------
    BadParameter
        If a share is outside [0, 1] or another number not positive.

    Notes
    -----
    A maker ``h`` cents from a value of 50 earns ``0.8 h - 0.2 * 10.4 * exp(-h / 10.4)`` cents a
    fill: minus 1.1 at one cent, 1.5 at the 3.65 cents that takers paid from the mid on the tape.
    """

    gap_log_mean: float = 4.32
    gap_log_sd: float = 2.07
    size_log_mean: float = 3.38
    size_log_sd: float = 1.86
    size_max: int = 9_350
    informed_share: float = 0.20
    informed_size_ratio: float = 1.7
    jump_cents_mean: float = 10.4
    jump_taper: float = 0.75
    half_spread_cents: float = 3.0
    depth: tuple[int, ...] = (40, 75, 75)
    reach_cents: float = 10.0
    pace: float = 1.0

    def __post_init__(self) -> None:
        arrivals = (self.gap_log_sd, self.size_log_sd, self.size_max, self.informed_size_ratio)
        values = (self.jump_cents_mean, self.jump_taper, self.half_spread_cents, self.reach_cents)
        positive = (*arrivals, *values, self.pace, *self.depth)
        numbers = (*positive, self.gap_log_mean, self.size_log_mean)
        if not (
            0 <= self.informed_share <= 1
            and all(number > 0 for number in positive)
            and all(map(isfinite, numbers))
        ):
            raise BadParameter(f"impossible background flow {self}")


WEATHER_FLOW = FlowTerms()


@dataclass(slots=True)
class _Traded:
    ticker: str
    legal_e4: tuple[int, ...]
    fair_e4: int
    outcome: Price | None
    order_ids: list[str]


class BackgroundFlow:
    """Makers and takers who trade in an engine, each arrival at its own instant.

    Parameters
    ----------
    engine
        Where they trade; they bring their own accounts, which are silent.
    fair
        The value of each market at the start, which its makers quote around.
    rng
        Where all chance comes from.
    start
        When the flow begins.
    terms
        What it is like.
    outcomes
        What markets will settle at, where that is known. The value then jumps towards it as a
        martingale that is conditioned on its end; without, the value is a plain martingale.

    Raises
    ------
    BadParameter
        If a value is not between 0 and 1 dollar, or the engine has a background flow already.
    """

    def __init__(
        self,
        engine: Engine,
        fair: Mapping[str, Price],
        *,
        rng: np.random.Generator,
        start: datetime,
        terms: FlowTerms = WEATHER_FLOW,
        outcomes: Mapping[str, Price] | None = None,
    ) -> None:
        self._engine = engine
        self._rng = rng
        self._terms = terms
        self._arrivals: list[tuple[datetime, int, str]] = []
        self._drawn = 0
        self._traded: dict[str, _Traded] = {}
        for account_id in (MAKER, TAKER):
            engine.add_account(account_id, _CASH, silent=True)
        for ticker, price in fair.items():
            if not 0 < price.e4 < E4_PER_DOLLAR:
                raise BadParameter(f"{ticker} cannot be worth {price} while it trades")
            legal = engine.market(ticker).listed.market.tick_grid.prices_e4
            outcome = (outcomes or {}).get(ticker)
            self._traded[ticker] = _Traded(ticker, legal, price.e4, outcome, [])
            self._expect(ticker, start)
            self._quote(self._traded[ticker], start)

    def fair(self, ticker: str) -> Price:
        """Return the value that everybody but the next informed taker goes by."""
        return Price(self._traded[ticker].fair_e4)

    def next_at(self) -> datetime | None:
        """Return when the next taker arrives; None when every market is closed."""
        return self._arrivals[0][0] if self._arrivals else None

    def advance(self, at: datetime) -> int:
        """Let everybody trade who arrives by an instant; return how many arrived.

        To be called before the engine itself is told of that instant: each arrival moves the
        engine to its own, and the engine's time never goes back.
        """
        arrived = 0
        while self._arrivals and self._arrivals[0][0] <= at:
            now, _, ticker = heappop(self._arrivals)
            self._engine.advance(now)
            if self._engine.market(ticker).status in _GONE:
                continue
            self._arrive(self._traded[ticker], now)
            self._expect(ticker, now)
            arrived += 1
        return arrived

    def draw_outcome(self, ticker: str) -> Price:
        """Return what a market settles at: as was known from the start, or by its value's odds."""
        traded = self._traded[ticker]
        if traded.outcome is not None:
            return traded.outcome
        wins = self._rng.random() * E4_PER_DOLLAR < traded.fair_e4
        return Price(E4_PER_DOLLAR if wins else 0)

    def _expect(self, ticker: str, after: datetime) -> None:
        gap_s = self._rng.lognormal(self._terms.gap_log_mean, self._terms.gap_log_sd)
        self._drawn += 1
        try:
            due = after + timedelta(seconds=gap_s / self._terms.pace)
        except OverflowError:
            # After the end of the calendar: nobody comes.
            return
        heappush(self._arrivals, (due, self._drawn, ticker))

    def _arrive(self, traded: _Traded, at: datetime) -> None:
        if self._rng.random() < self._terms.informed_share:
            self._inform(traded, at)
        else:
            self._toss(traded, at)
        self._quote(traded, at)

    def _inform(self, traded: _Traded, at: datetime) -> None:
        value = traded.fair_e4 / E4_PER_DOLLAR
        mean_cents = (
            self._terms.jump_cents_mean * (4 * value * (1 - value)) ** self._terms.jump_taper
        )
        jump_e4 = _E4_PER_CENT * round(self._rng.exponential(mean_cents))
        # No further than to the nearer end, so that up and down are equally far.
        room_e4 = min(traded.fair_e4, E4_PER_DOLLAR - traded.fair_e4) - _E4_PER_CENT
        jump_e4 = max(0, min(jump_e4, room_e4))
        if not self._rng.random() < _chance_up(traded, jump_e4):
            jump_e4 = -jump_e4
        traded.fair_e4 += jump_e4
        ratio = log(self._terms.informed_size_ratio)
        side = BookSide.BID if jump_e4 > 0 else BookSide.ASK
        self._take(traded, side, traded.fair_e4, ratio, at)

    def _toss(self, traded: _Traded, at: datetime) -> None:
        reach_e4 = round(_E4_PER_CENT * self._terms.reach_cents)
        if self._rng.random() < 0.5:
            self._take(traded, BookSide.BID, traded.fair_e4 + reach_e4, 0.0, at)
        else:
            self._take(traded, BookSide.ASK, traded.fair_e4 - reach_e4, 0.0, at)

    def _take(
        self, traded: _Traded, side: BookSide, limit_e4: int, log_more: float, at: datetime
    ) -> None:
        drawn = self._rng.lognormal(self._terms.size_log_mean + log_more, self._terms.size_log_sd)
        count = min(self._terms.size_max, max(1, round(drawn)))
        price = _within(traded.legal_e4, limit_e4, side)
        self._send(TAKER, traded.ticker, side, price, count, at)

    def _quote(self, traded: _Traded, at: datetime) -> None:
        for order_id in traded.order_ids:
            self._withdraw(order_id, at)
        traded.order_ids = []
        half_e4 = round(_E4_PER_CENT * self._terms.half_spread_cents)
        for level, count in enumerate(self._terms.depth):
            away_e4 = half_e4 + level * _E4_PER_CENT
            for side, at_e4 in (
                (BookSide.BID, traded.fair_e4 - away_e4),
                (BookSide.ASK, traded.fair_e4 + away_e4),
            ):
                if traded.legal_e4[0] <= at_e4 <= traded.legal_e4[-1]:
                    price = _within(traded.legal_e4, at_e4, side)
                    made = self._send(MAKER, traded.ticker, side, price, count, at)
                    traded.order_ids += [made] if made is not None else []

    def _send(
        self, account: str, ticker: str, side: BookSide, price: Price, count: int, at: datetime
    ) -> str | None:
        makes = account == MAKER
        rests = TimeInForce.GOOD_TILL_CANCELED if makes else TimeInForce.IMMEDIATE_OR_CANCEL
        new = NewOrder(
            ticker=ticker,
            side=side,
            price=price,
            contracts=Contracts.whole(count),
            time_in_force=rests,
            post_only=makes,
        )
        try:
            return self._engine.create(account, new, at).order_id
        except Rejected:  # a stale order is in the way, or nothing trades now: they stay away
            return None

    def _withdraw(self, order_id: str, at: datetime) -> None:
        try:
            self._engine.cancel(MAKER, order_id, at)
        except Rejected:  # it was filled, or its market is closed
            return


def _within(legal_e4: tuple[int, ...], limit_e4: int, side: BookSide) -> Price:
    if side is BookSide.BID:
        return Price(legal_e4[max(0, bisect_right(legal_e4, limit_e4) - 1)])
    return Price(legal_e4[min(len(legal_e4) - 1, bisect_left(legal_e4, limit_e4))])


def _chance_up(traded: _Traded, jump_e4: int) -> float:
    # Doob's transform of a symmetric jump: given that it ends at one dollar, the value goes up
    # with odds in proportion to where it gets to; given zero, to what is missing from a dollar.
    if traded.outcome is None or not 0 < traded.fair_e4 < E4_PER_DOLLAR:
        return 0.5
    ends_up = traded.outcome.e4 / E4_PER_DOLLAR
    given_yes = (traded.fair_e4 + jump_e4) / traded.fair_e4
    given_no = (E4_PER_DOLLAR - traded.fair_e4 - jump_e4) / (E4_PER_DOLLAR - traded.fair_e4)
    return 0.5 * (ends_up * given_yes + (1.0 - ends_up) * given_no)
