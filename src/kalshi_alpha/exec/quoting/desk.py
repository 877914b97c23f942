"""What the quoting loop needs of a gateway, of the books and of a solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.quoting.plan import Step
from kalshi_alpha.core.quoting.quotes import Quote, RestingOrder
from kalshi_alpha.core.types import Side


@dataclass(frozen=True, slots=True)
class DeskState:
    """Our orders and holdings at one instant.

    Attributes
    ----------
    resting
        Orders that rest and about which no request is under way, oldest first.
    busy
        Sides of markets on which a request is under way, or whose order is not known to be gone.
    locked
        Markets with an order of unknown fate.
    held_e2
        Signed hundredths of contracts by ticker: positive YES, negative NO.
    """

    resting: tuple[RestingOrder, ...]
    busy: frozenset[tuple[str, Side]]
    locked: frozenset[str]
    held_e2: Mapping[str, int]


class Desk(Protocol):
    """Sends what a plan says, and knows what became of it."""

    def state(self) -> DeskState:
        """Return our orders and holdings as the journal has them now."""
        ...

    async def cancel(self, steps: Sequence[Step]) -> None:
        """Cancel orders; what became of each is seen in the next state."""
        ...

    async def cut(self, steps: Sequence[Step]) -> None:
        """Make orders smaller in place."""
        ...

    async def place(self, steps: Sequence[Step]) -> None:
        """Rest new orders; each passes the gate and the caps once more, at the last moment."""
        ...


class Books(Protocol):
    """The books of the markets that are quoted."""

    def book(self, ticker: str) -> OrderBook | None:
        """Return a market's book, or None while it is dirty, stale or was never seen."""
        ...


@dataclass(frozen=True, slots=True)
class Solution:
    """What is wanted, and our probability of YES in every market it was worked out for."""

    quotes: tuple[Quote, ...]
    prob_yes: Mapping[str, float]


class Solver(Protocol):
    """Works out what should rest."""

    @property
    def tickers(self) -> tuple[str, ...]:
        """The markets that are quoted, in order."""
        ...

    def prob_yes(self) -> Mapping[str, float]:
        """Return our probability of YES by market, as the forecast has it now."""
        ...

    def solve(
        self, books: Mapping[str, OrderBook], held_e2: Mapping[str, int], at: datetime
    ) -> Solution:
        """Work out the quotes given the books of others and what we hold."""
        ...
