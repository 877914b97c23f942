"""What was recorded of one event: its markets, and columns of what happened in them.

What a source does not carry is absent: a table is None, not empty, where nobody recorded it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types import Strike


class Fidelity(StrEnum):
    """How much of a market was recorded, the most first."""

    DEPTH = "depth"
    QUOTES = "quotes"
    TRADES = "trades"


@dataclass(frozen=True, slots=True)
class TapeMarket:
    """A market of a recorded event.

    Attributes
    ----------
    ticker, strike
        Its name and what it pays on.
    yes_payout_e4
        What one YES contract paid, in 1e-4 dollars; None while or where it is not known.
    """

    ticker: str
    strike: Strike
    yes_payout_e4: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TradeColumns:
    """Prints in time order; arrays of one shape (n_trades,).

    Attributes
    ----------
    at_us
        Microseconds since 1970, UTC.
    market
        Index into the event's markets.
    yes_price_e4, count_e2
        1e-4 dollars and hundredths of contracts.
    taker_yes
        1 where the taker bought YES, 0 where it bought NO.
    """

    at_us: IntArray
    market: IntArray
    yes_price_e4: IntArray
    count_e2: IntArray
    taker_yes: IntArray

    def __post_init__(self) -> None:
        _require_columns("trades", self.at_us, self.market, self.yes_price_e4, self.count_e2)


@dataclass(frozen=True, slots=True, eq=False)
class QuoteColumns:
    """Best bids at every change, in time order; arrays of one shape (n_changes,).

    Prices are in 1e-4 dollars on each side's own scale, 0 for an empty side; sizes in hundredths
    of contracts, -1 where the source does not carry them.
    """

    at_us: IntArray
    market: IntArray
    yes_bid_e4: IntArray
    no_bid_e4: IntArray
    yes_size_e2: IntArray
    no_size_e2: IntArray

    def __post_init__(self) -> None:
        _require_columns("quotes", self.at_us, self.market, self.yes_bid_e4, self.no_bid_e4)


@dataclass(frozen=True, slots=True, eq=False)
class DepthColumns:
    """Book levels as they were set, in time order; arrays of one shape (n_changes,).

    Attributes
    ----------
    is_yes
        1 for a level of YES bids, 0 for NO bids.
    price_e4, size_e2
        The level's price on its own side's scale, and what rests there afterwards.
    opens
        1 where a snapshot begins: everything known of the market's book goes before it.
    """

    at_us: IntArray
    market: IntArray
    is_yes: IntArray
    price_e4: IntArray
    size_e2: IntArray
    opens: IntArray

    def __post_init__(self) -> None:
        _require_columns("depth", self.at_us, self.market, self.price_e4, self.size_e2)


@dataclass(frozen=True, slots=True, eq=False)
class GapColumns:
    """From when on a market's book was not known, in time order; arrays of one shape (n_gaps,).

    Something was missed at that instant, such as a connection that was lost. What had been shown
    before says nothing from then on, until the market's next snapshot or, where none are
    recorded, until quotes or prints have told both its sides anew. A snapshot of that very
    instant comes after it.
    """

    at_us: IntArray
    market: IntArray

    def __post_init__(self) -> None:
        _require_columns("gaps", self.at_us, self.market)


@dataclass(frozen=True, slots=True, eq=False)
class EventTape:
    """Everything that was recorded of one event.

    Attributes
    ----------
    series, event_ticker
        Its names.
    opens_at, closes_at
        When its markets traded.
    settled_at
        When their outcome was known; None where no source says it: see `results`.
    settlement_value
        The value in the family's units, as written by the source; None where it carries none.
    markets
        In the order of their strikes.
    trades, quotes, depth
        None where the source does not carry them.
    result_source
        Where results come from, in the source's own word.
    gaps
        Where the recording missed something of the books; None where it tells of nothing.
    """

    series: str
    event_ticker: str
    opens_at: datetime
    closes_at: datetime
    settled_at: datetime | None
    settlement_value: str | None
    markets: tuple[TapeMarket, ...]
    trades: TradeColumns | None = None
    quotes: QuoteColumns | None = None
    depth: DepthColumns | None = None
    result_source: str = ""
    gaps: GapColumns | None = None

    @property
    def fidelity(self) -> Fidelity:
        """The finest thing that was recorded.

        Raises
        ------
        BadMarket
            If nothing was.
        """
        if self.depth is not None:
            return Fidelity.DEPTH
        if self.quotes is not None:
            return Fidelity.QUOTES
        if self.trades is not None:
            return Fidelity.TRADES
        raise BadMarket(f"nothing was recorded of {self.event_ticker}")


def _require_columns(name: str, at_us: IntArray, *others: IntArray) -> None:
    if any(each.shape != at_us.shape for each in others):
        raise BadMarket(f"columns of {name} differ in length")
    if at_us.size and not bool((np.diff(at_us) >= 0).all()):
        raise BadMarket(f"{name} are not in time order")
