"""What the core needs from outside, in the core's own words.

Each port has a real adapter and a fake; both pass the same contract test. Which adapter a run
gets is decided in one place, by the wiring.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Ladder

BookT_co = TypeVar("BookT_co", covariant=True)
RowT = TypeVar("RowT")
_NONE = Contracts(0)


class Clock(Protocol):
    """Tells the time: the system's, or one that was set for a run."""

    def now(self) -> datetime:
        """Return the current instant, in UTC with its zone."""
        ...


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a gateway answers: how much rests and was filled, under the venue's id if it has one."""

    client_order_id: str
    order_id: str | None
    resting: Contracts
    filled: Contracts = _NONE


class OrderGateway(Protocol):
    """Takes orders: dry, paper, the local exchange or the exchange."""

    async def place(self, intent: OrderIntent) -> Acknowledgement:
        """Rest an order; safe to repeat, because the same intent has the same client order id.

        Raises
        ------
        OrderWithheld
            If it was not sent.
        OrderRejected
            If it was refused: no order exists.
        OrderUnknown
            If no answer says what became of it.
        """
        ...

    async def cancel(self, client_order_id: str) -> None:
        """Take an order off the book; cancelling one that no longer rests does nothing.

        Raises
        ------
        OrderUnknown
            If no answer says what became of it.
        """
        ...

    async def cancel_all(self) -> None:
        """Take every order off the book, and return once none rests.

        Raises
        ------
        OrderUnknown
            If it could not be confirmed that none rests.
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
