"""What a set of quotes was worked out from, and whether it has moved enough to work them out anew.

A book flickers many times a second and a solution costs a second's thought; so quotes are
re-solved when their basis moved by more than a stated threshold, and at once when something
happened that no threshold may delay: a fill, a change of the gate, a book that cannot be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter


class Why(StrEnum):
    """Why quotes are worked out anew."""

    FIRST = "first"
    """Nothing was worked out yet."""
    GATE = "gate"
    """The gate opened, closed, or gives other reasons."""
    DOUBT = "doubt"
    """A book became dirty, stale or whole again, or a market was locked or unlocked."""
    FILL = "fill"
    """We hold something else than before."""
    FORECAST = "forecast"
    """The distribution moved."""
    BOOK = "book"
    """The best price of others moved."""
    AGE = "age"
    """The solution is older than it may become."""


@dataclass(frozen=True, slots=True)
class MarketBasis:
    """What the quote of one market rests on.

    Attributes
    ----------
    prob_yes
        Our probability of YES; None without a forecast.
    yes_bid_e4, yes_ask_e4
        Best prices of others on the YES scale; None where a side is empty.
    trusted
        False if the book is dirty, stale or missing, or the market is locked.
    held_e2
        Signed hundredths of contracts held: positive YES, negative NO.
    """

    prob_yes: float | None
    yes_bid_e4: int | None
    yes_ask_e4: int | None
    trusted: bool
    held_e2: int


@dataclass(frozen=True, slots=True)
class Basis:
    """What a solution rests on.

    ``gate`` holds the reasons that close the gate (empty: it is open), ``solved_s`` the seconds
    of a steady clock at which it was taken.
    """

    markets: Mapping[str, MarketBasis]
    gate: tuple[str, ...]
    solved_s: float


@dataclass(frozen=True, slots=True)
class RepriceThresholds:
    """How much a basis may move before quotes are worked out anew.

    Parameters
    ----------
    prob
        Of our probability of YES in any market.
    book_e4
        Of the best bid or ask of others, in 1e-4 dollars.
    age_s
        Age of a solution.

    Raises
    ------
    BadParameter
        If one is not positive.
    """

    prob: float = 0.005
    book_e4: int = 100
    age_s: float = 60.0

    def __post_init__(self) -> None:
        if not (self.prob > 0.0 and self.book_e4 > 0 and self.age_s > 0.0):
            raise BadParameter(f"thresholds must be positive, were {self}")


def moved(old: Basis | None, new: Basis, limits: RepriceThresholds) -> tuple[Why, ...]:
    """Return why quotes must be worked out anew, the most urgent first; empty if they need not."""
    if old is None:
        return (Why.FIRST,)
    found = set(_moved(old, new, limits))
    return tuple(why for why in Why if why in found)


def _moved(old: Basis, new: Basis, limits: RepriceThresholds) -> Iterator[Why]:
    if old.gate != new.gate:
        yield Why.GATE
    if new.solved_s - old.solved_s >= limits.age_s:
        yield Why.AGE
    if old.markets.keys() != new.markets.keys():
        yield Why.DOUBT
    for ticker, now in new.markets.items():
        before = old.markets.get(ticker)
        if before is not None:
            yield from _market_moved(before, now, limits)


def _market_moved(old: MarketBasis, new: MarketBasis, limits: RepriceThresholds) -> Iterator[Why]:
    if old.trusted != new.trusted:
        yield Why.DOUBT
    if old.held_e2 != new.held_e2:
        yield Why.FILL
    if _far(old.prob_yes, new.prob_yes, limits.prob):
        yield Why.FORECAST
    if new.trusted and (
        _far(old.yes_bid_e4, new.yes_bid_e4, limits.book_e4)
        or _far(old.yes_ask_e4, new.yes_ask_e4, limits.book_e4)
    ):
        yield Why.BOOK


def _far(old: float | None, new: float | None, limit: float) -> bool:
    """Say whether a figure moved by the limit or more, appeared or vanished; a NaN has moved."""
    if old is None or new is None:
        return old is not new
    return not abs(new - old) < limit
