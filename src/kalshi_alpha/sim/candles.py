"""Candles, minute by minute, from what the exchange told.

A minute in which neither the best prices moved nor anything traded has no candle, as at the
venue; the next one begins with the quotes that stood meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kalshi_alpha.core.types import E4_PER_DOLLAR, Side
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import BookDelta, EngineEvent, PublicTrade
from kalshi_alpha.sim.rest_values import count_text, epoch_s, price_text

MINUTES = (1, 60, 1440)
_MINUTE_S = 60


class Range:
    """Open, low, high and close of a price, 1e-4 dollars."""

    __slots__ = ("close", "high", "low", "open")

    def __init__(self, first_e4: int) -> None:
        self.open = self.low = self.high = self.close = first_e4

    def see(self, price_e4: int) -> None:
        """Take in the next price."""
        self.low, self.high = min(self.low, price_e4), max(self.high, price_e4)
        self.close = price_e4

    def join(self, later: Range) -> None:
        """Take in a later range."""
        self.low, self.high = min(self.low, later.low), max(self.high, later.high)
        self.close = later.close

    def row(self) -> dict[str, object]:
        """Return it as the venue writes it."""
        return {
            "open_dollars": price_text(self.open),
            "low_dollars": price_text(self.low),
            "high_dollars": price_text(self.high),
            "close_dollars": price_text(self.close),
        }


@dataclass(slots=True)
class Candle:
    """One period, named by the second at which it ends; ``value`` is price times contracts."""

    ends_s: int
    bid: Range
    ask: Range
    previous_e4: int | None
    open_interest_e2: int
    price: Range | None = None
    volume_e2: int = 0
    value: int = 0

    def trade(self, price_e4: int, count_e2: int) -> None:
        """Take in a print."""
        if self.price is None:
            self.price = Range(price_e4)
        self.price.see(price_e4)
        self.volume_e2 += count_e2
        self.value += price_e4 * count_e2

    def join(self, later: Candle) -> None:
        """Take in a later candle of the same longer period."""
        self.bid.join(later.bid)
        self.ask.join(later.ask)
        if later.price is not None:
            if self.price is None:
                self.price = Range(later.price.open)
            self.price.join(later.price)
        self.volume_e2 += later.volume_e2
        self.value += later.value
        self.open_interest_e2 = later.open_interest_e2

    def row(self) -> dict[str, object]:
        """Return it as the venue writes it; without a print the price has no range."""
        price: dict[str, object] = {}
        if self.previous_e4 is not None:
            price["previous_dollars"] = price_text(self.previous_e4)
        if self.price is not None:
            price |= self.price.row()
            price["mean_dollars"] = price_text(self.value // self.volume_e2)
            price["min_dollars"] = price["low_dollars"]
            price["max_dollars"] = price["high_dollars"]
        return {
            "end_period_ts": self.ends_s,
            "yes_bid": self.bid.row(),
            "yes_ask": self.ask.row(),
            "price": price,
            "volume_fp": count_text(self.volume_e2),
            "open_interest_fp": count_text(self.open_interest_e2),
        }


@dataclass(slots=True)
class _Tape:
    """What is known of one market: its levels, its quotes, its candles of a minute."""

    sizes: dict[Side, dict[int, int]] = field(default_factory=lambda: {s: {} for s in Side})
    bid_e4: int = 0
    ask_e4: int = E4_PER_DOLLAR
    last_e4: int | None = None
    open_interest_e2: int = 0
    candles: list[Candle] = field(default_factory=list)

    def at(self, at: datetime) -> Candle:
        """Return the candle of an instant; one at the full minute is of the minute it ends."""
        ends_s = -(-_ceil_s(at) // _MINUTE_S) * _MINUTE_S
        if not self.candles or self.candles[-1].ends_s < ends_s:
            quotes = Range(self.bid_e4), Range(self.ask_e4)
            self.candles.append(Candle(ends_s, *quotes, self.last_e4, self.open_interest_e2))
        return self.candles[-1]

    def level(self, event: BookDelta) -> None:
        """Take in a change of a level; only one that moves the best price is of interest."""
        sizes, yes = self.sizes[event.side], event.side is Side.YES
        best = known = self.bid_e4 if yes else E4_PER_DOLLAR - self.ask_e4
        left = sizes.get(event.price_e4, 0) + event.delta_e2
        if left > 0:
            sizes[event.price_e4] = left
            best = max(best, event.price_e4)
        elif sizes.pop(event.price_e4, 0) and event.price_e4 == best:
            best = max(sizes, default=0)
        if best == known:
            return
        candle = self.at(event.at)
        if yes:
            self.bid_e4 = best
            candle.bid.see(best)
        else:
            self.ask_e4 = E4_PER_DOLLAR - best
            candle.ask.see(self.ask_e4)

    def print(self, event: PublicTrade, open_interest_e2: int) -> None:
        """Take in a print."""
        candle = self.at(event.at)
        candle.trade(event.yes_price_e4, event.count_e2)
        self.last_e4 = event.yes_price_e4
        self.open_interest_e2 = candle.open_interest_e2 = open_interest_e2


class CandleTapes:
    """The candles of every market, from the exchange's beginning on.

    Parameters
    ----------
    engine
        Asked for open interest.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tapes: dict[str, _Tape] = {}

    def note(self, events: Iterable[EngineEvent]) -> None:
        """Take in what the exchange told."""
        for event in events:
            if isinstance(event, BookDelta):
                self._tape(event.ticker).level(event)
            elif isinstance(event, PublicTrade):
                interest_e2 = self._engine.market(event.ticker).open_interest_e2
                self._tape(event.ticker).print(event, interest_e2)

    def rows(
        self, ticker: str, minutes: int, since: datetime | None, until: datetime | None
    ) -> list[dict[str, object]]:
        """Return a market's candles that end within a span, both ends included, oldest first."""
        tape = self._tapes.get(ticker)
        candles: Sequence[Candle] = () if tape is None else tape.candles
        return [
            candle.row()
            for candle in _longer(candles, minutes * _MINUTE_S)
            if (since is None or candle.ends_s >= _ceil_s(since))
            and (until is None or candle.ends_s <= epoch_s(until))
        ]

    def _tape(self, ticker: str) -> _Tape:
        return self._tapes.setdefault(ticker, _Tape())


def _longer(candles: Iterable[Candle], period_s: int) -> list[Candle]:
    """Join candles into longer ones; those given are left as they are."""
    joined: list[Candle] = []
    for each in candles:
        ends_s = -(-each.ends_s // period_s) * period_s
        if not joined or joined[-1].ends_s != ends_s:
            quotes = Range(each.bid.open), Range(each.ask.open)
            joined.append(Candle(ends_s, *quotes, each.previous_e4, each.open_interest_e2))
        joined[-1].join(each)
    return joined


def _ceil_s(at: datetime) -> int:
    return epoch_s(at) + bool(at.microsecond)
