"""The prices that may be quoted in a market."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache

from kalshi_alpha.core.errors import BadMarket, BadPrice
from kalshi_alpha.core.types.price import E4_PER_DOLLAR, Price


@dataclass(frozen=True, slots=True, order=True)
class TickBand:
    """Prices from ``start_e4`` to ``end_e4`` by ``step_e4``, all in 1e-4 dollars."""

    start_e4: int
    end_e4: int
    step_e4: int

    def __post_init__(self) -> None:
        if not (0 <= self.start_e4 < self.end_e4 <= E4_PER_DOLLAR and self.step_e4 > 0):
            raise BadMarket(f"impossible tick band {self.start_e4}..{self.end_e4}/{self.step_e4}")
        if (self.end_e4 - self.start_e4) % self.step_e4:
            raise BadMarket(f"band {self.start_e4}..{self.end_e4} is no multiple of {self.step_e4}")


@dataclass(frozen=True, slots=True)
class TickGrid:
    """The bands of a market's ``price_ranges``, in order and without a gap, over [0, 1].

    The bands are the truth and the venue's label for them is ignored. Zero and one dollar are
    never prices of an order.

    Raises
    ------
    BadMarket
        If the bands do not cover [0, 1] without gap or overlap.
    """

    bands: tuple[TickBand, ...]
    _legal: tuple[int, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        edge = 0
        for band in self.bands:
            if band.start_e4 != edge:
                raise BadMarket(f"tick bands leave a gap at {edge}e-4 dollars")
            edge = band.end_e4
        if edge != E4_PER_DOLLAR:
            raise BadMarket(f"tick bands end at {edge}e-4 dollars")
        object.__setattr__(self, "_legal", _legal_prices(self.bands))

    @classmethod
    def linear_cent(cls) -> TickGrid:
        """Whole cents everywhere, the venue's usual grid."""
        return cls((TickBand(0, E4_PER_DOLLAR, 100),))

    @property
    def prices_e4(self) -> tuple[int, ...]:
        """Every quotable price in 1e-4 dollars, ascending, without 0 and 1 dollar."""
        return self._legal

    def allows(self, price: Price) -> bool:
        """Say whether an order may carry this YES price."""
        at = bisect_left(self._legal, price.e4)
        return at < len(self._legal) and self._legal[at] == price.e4

    def step_up(self, price: Price) -> Price | None:
        """Return the next quotable price above, or None at the top."""
        at = bisect_left(self._legal, price.e4 + 1)
        return Price(self._legal[at]) if at < len(self._legal) else None

    def step_down(self, price: Price) -> Price | None:
        """Return the next quotable price below, or None at the bottom."""
        at = bisect_left(self._legal, price.e4)
        return Price(self._legal[at - 1]) if at > 0 else None

    def require(self, price: Price) -> Price:
        """Return the price unchanged, or raise BadPrice if it is off the grid."""
        if not self.allows(price):
            raise BadPrice(f"{price} is not on the market's tick grid")
        return price


@lru_cache(maxsize=64)  # a venue has a handful of grids, shared by every market
def _legal_prices(bands: tuple[TickBand, ...]) -> tuple[int, ...]:
    legal = {e4 for band in bands for e4 in range(band.start_e4, band.end_e4 + 1, band.step_e4)}
    return tuple(sorted(legal - {0, E4_PER_DOLLAR}))
