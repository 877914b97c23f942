"""What the core needs from outside, in the core's own words.

Each port has a real adapter and a fake; both pass the same contract test. Which adapter a run
gets is decided in one place, by the wiring.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, Ladder, Price, Side

BookT_co = TypeVar("BookT_co", covariant=True)
RowT = TypeVar("RowT")


class Clock(Protocol):
    """Tells the time: the system's, or one that was set for a run."""

    def now(self) -> datetime:
        """Return the current instant, in UTC with its zone."""
        ...


@dataclass(frozen=True, slots=True)
class PostOnlyOrder:
    """An order that may only rest.

    Attributes
    ----------
    client_order_id
        Made by us before the first send and the same on every repeat, so that a repeat cannot
        become a second order.
    ticker, side
        Market, and the side that is bought.
    price
        Price of that side, so a NO order carries the NO price.
    contracts
        How many.

    Raises
    ------
    BadParameter
        If the id is empty, the count is zero, or the price is not between 0 and 1 dollar.
    """

    client_order_id: str
    ticker: str
    side: Side
    price: Price
    contracts: Contracts

    def __post_init__(self) -> None:
        if not self.client_order_id:
            raise BadParameter("an order needs its client order id before it is sent")
        if self.contracts.e2 == 0:
            raise BadParameter(f"{self.client_order_id}: an order for no contracts")
        if not 0 < self.price.e4 < E4_PER_DOLLAR:
            raise BadParameter(f"{self.client_order_id}: no order rests at {self.price}")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a gateway answers: the order rests, under the venue's id if there is one."""

    client_order_id: str
    order_id: str | None
    resting: Contracts


class OrderGateway(Protocol):
    """Takes orders: dry, paper, the simulator or the exchange."""

    def place(self, order: PostOnlyOrder) -> Acknowledgement:
        """Rest an order; safe to repeat, because the order carries its client id.

        Raises
        ------
        VenueError
            If it was refused, or if no answer says what became of it.
        """
        ...

    def cancel(self, client_order_id: str) -> None:
        """Take an order off the book; cancelling one that no longer rests does nothing.

        Raises
        ------
        VenueError
            If no answer says what became of it.
        """
        ...


class MarketFeed(Protocol[BookT_co]):
    """Shows the market: recorded, simulated or live."""

    def ladders(self, series_ticker: str) -> Sequence[Ladder]:
        """Return the open events of a series, the soonest to close first."""
        ...

    def book(self, ticker: str) -> BookT_co:
        """Return the current order book of a market."""
        ...


class LedgerStore(Protocol[RowT]):
    """Keeps ledger rows; a row with a known id replaces the one that is there."""

    def put(self, rows: Iterable[RowT]) -> None:
        """Store rows, all of them or none."""
        ...

    def rows(self) -> Sequence[RowT]:
        """Return every row, oldest first."""
        ...


class Notifier(Protocol):
    """Tells people something; a failure to tell must never stop a run."""

    def notify(self, subject: str, body: str) -> None:
        """Send a short message."""
        ...
