"""A snapshot of one market's book, on integers.

The venue publishes bids only: a NO bid at d is a YES ask at one dollar less d.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kalshi_alpha.core.errors import BadContracts, BadMarket, BadPrice
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Price, Side


class Level(NamedTuple):
    """A price in 1e-4 dollars and the hundredths of contracts that rest there."""

    price_e4: int
    size_e2: int


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Bids for YES and for NO, best first, as they stood at one instant.

    Levels are sorted at construction, whatever order they arrive in; an empty side is legal
    and its best price is None.

    Raises
    ------
    BadPrice
        If a price is not an integer strictly between zero and one dollar.
    BadContracts
        If a size is not a positive integer: an empty level is no level.
    BadMarket
        If a side quotes one price twice, or the instant carries no zone.
    """

    ticker: str
    as_of: datetime
    yes_bids: tuple[Level, ...]
    no_bids: tuple[Level, ...]

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise BadMarket(f"book of {self.ticker} carries no zone: {self.as_of}")
        object.__setattr__(self, "yes_bids", _best_first(self.ticker, self.yes_bids))
        object.__setattr__(self, "no_bids", _best_first(self.ticker, self.no_bids))

    @classmethod
    def of(
        cls,
        ticker: str,
        as_of: datetime,
        yes_bids: Iterable[tuple[int, int]],
        no_bids: Iterable[tuple[int, int]],
    ) -> OrderBook:
        """Build from pairs (price in 1e-4 dollars, hundredths of contracts)."""
        sides = (tuple(Level(*pair) for pair in side) for side in (yes_bids, no_bids))
        return cls(ticker, as_of, *sides)

    def bids(self, side: Side) -> tuple[Level, ...]:
        """Return the bids for a side, best (highest) first."""
        return self.yes_bids if side is Side.YES else self.no_bids

    def asks(self, side: Side) -> tuple[Level, ...]:
        """Return the asks for a side, best (lowest) first: the other side's bids, mirrored."""
        return tuple(Level(E4_PER_DOLLAR - p, size) for p, size in self.bids(side.other))

    def best_bid(self, side: Side) -> Price | None:
        """Return the highest price bid for a side."""
        bids = self.bids(side)
        return Price(bids[0].price_e4) if bids else None

    def best_ask(self, side: Side) -> Price | None:
        """Return the lowest price at which a side is offered."""
        other = self.best_bid(side.other)
        return None if other is None else other.complement()

    def bid_size(self, side: Side) -> Contracts | None:
        """Return the contracts resting at the best bid for a side."""
        bids = self.bids(side)
        return Contracts(bids[0].size_e2) if bids else None

    def ask_size(self, side: Side) -> Contracts | None:
        """Return the contracts offered at the best ask for a side."""
        return self.bid_size(side.other)

    @property
    def best_yes_bid(self) -> Price | None:
        """The highest YES bid."""
        return self.best_bid(Side.YES)

    @property
    def best_yes_ask(self) -> Price | None:
        """One dollar less the highest NO bid."""
        return self.best_ask(Side.YES)

    @property
    def spread_e4(self) -> int | None:
        """Best ask less best bid in 1e-4 dollars, the same for both sides; None if one is empty."""
        if not self.yes_bids or not self.no_bids:
            return None
        return E4_PER_DOLLAR - self.no_bids[0].price_e4 - self.yes_bids[0].price_e4

    @property
    def mid(self) -> float | None:
        """Half way between the best YES bid and ask, in dollars; None if a side is empty."""
        if not self.yes_bids or not self.no_bids:
            return None
        twice_e4 = self.yes_bids[0].price_e4 + E4_PER_DOLLAR - self.no_bids[0].price_e4
        return twice_e4 / (2 * E4_PER_DOLLAR)

    @property
    def is_crossed(self) -> bool:
        """Whether bid and ask touch or overlap, which a matching venue never shows at rest."""
        return self.spread_e4 is not None and self.spread_e4 <= 0


def _best_first(ticker: str, levels: Iterable[tuple[int, int]]) -> tuple[Level, ...]:
    ordered = tuple(sorted((Level(*level) for level in levels), reverse=True))
    for price_e4, size_e2 in ordered:
        if type(price_e4) is not int or not 0 < price_e4 < E4_PER_DOLLAR:
            raise BadPrice(f"{ticker} bids at {price_e4!r}e-4 dollars")
        if type(size_e2) is not int or size_e2 <= 0:
            raise BadContracts(f"{ticker} rests {size_e2!r} hundredths at {price_e4}e-4 dollars")
    if len({level.price_e4 for level in ordered}) != len(ordered):
        raise BadMarket(f"{ticker} quotes one price twice on a side")
    return ordered
