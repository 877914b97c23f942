"""What the live gateway needs of a venue: writes answered as they came, and what it shows.

The real venue and the local exchange give it through the client; tests give it from memory. A
write is sent once and raises `WireFailed` if no whole reply came; a question may be asked several
times and raises another `VenueError` if it stays without a usable answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kalshi_alpha.core.orders.events import VenueStatus
from kalshi_alpha.core.orders.request import OrderRequest
from kalshi_alpha.core.orders.venue_view import (
    VenueFill,
    VenueOrder,
    VenuePosition,
    VenueSettlement,
)
from kalshi_alpha.core.types import Contracts, Money

LastCheck = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Ack:
    """An order as an answer to its create holds it."""

    order_id: str
    filled: Contracts
    remaining: Contracts


@dataclass(frozen=True, slots=True)
class CreateAnswer:
    """An answer to a create.

    Attributes
    ----------
    status
        HTTP status.
    ack
        The order, or None if the body holds none, or another one than was asked for.
    code, detail
        The venue's error code, empty if it has none; and its words.
    """

    status: int
    ack: Ack | None = None
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """One item of a batch.

    Attributes
    ----------
    ack
        Of creates: the order, or None if the item does not hold it whole.
    count
        Of cancels: what was taken off, or None.
    code
        The code of the item's error, None if it has none. An item may have an order and an error.
    detail
        The venue's words.
    order_id
        The venue's id, wherever the item names one.
    """

    ack: Ack | None = None
    count: Contracts | None = None
    code: str | None = None
    detail: str = ""
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """An answer to a batch; ``items`` is None unless there is one for each that was sent."""

    status: int
    items: tuple[ItemAnswer, ...] | None = None
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """An answer to a cancel or a decrease.

    ``count`` is what was taken off (cancel) or still rests (decrease); None if it was not said.
    """

    status: int
    count: Contracts | None = None
    code: str = ""
    detail: str = ""


class VenuePort(Protocol):
    """One account at one venue."""

    def batch_max(self) -> int:
        """Return how many new orders one request may hold, by the write budget as known now."""
        ...

    async def create(self, request: OrderRequest, last_check: LastCheck) -> CreateAnswer:
        """Send an order once; ``last_check`` runs before the first byte, and may raise."""
        ...

    async def create_batch(
        self, requests: Sequence[OrderRequest], last_check: LastCheck
    ) -> BatchAnswer:
        """Send orders in one request, once."""
        ...

    async def cancel(self, order_id: str, ticker: str) -> ChangeAnswer:
        """Cancel an order."""
        ...

    async def cancel_batch(self, targets: Sequence[tuple[str, str]]) -> BatchAnswer:
        """Cancel orders, each given by its id and its market."""
        ...

    async def cancel_everything(self) -> ChangeAnswer:
        """Cancel every order of the account."""
        ...

    async def decrease(self, order_id: str, ticker: str, to: Contracts) -> ChangeAnswer:
        """Make an order smaller in place."""
        ...

    async def create_group(self, limit: Contracts) -> str:
        """Make an order group with its limit of contracts in 15 seconds, and return its id."""
        ...

    async def reset_group(self, group_id: str) -> ChangeAnswer:
        """Let a group that cancelled its orders take new ones."""
        ...

    async def trigger_group(self, group_id: str) -> ChangeAnswer:
        """Cancel a group's orders and refuse those that are still on their way to it."""
        ...

    async def orders(
        self,
        *,
        ticker: str | None = None,
        status: VenueStatus | None = None,
        since: datetime | None = None,
    ) -> tuple[VenueOrder, ...]:
        """Return orders of the account."""
        ...

    async def order(self, order_id: str) -> VenueOrder | None:
        """Return an order, or None if the venue does not know it (yet)."""
        ...

    async def fills(
        self, *, ticker: str | None = None, since: datetime | None = None
    ) -> tuple[VenueFill, ...]:
        """Return fills of the account."""
        ...

    async def positions(self) -> tuple[VenuePosition, ...]:
        """Return what is held."""
        ...

    async def settlements(self, *, since: datetime | None = None) -> tuple[VenueSettlement, ...]:
        """Return what settled."""
        ...

    async def cash(self) -> Money:
        """Return the free cash."""
        ...

    async def data_as_of(self) -> datetime | None:
        """Return as of when the account's answers stand; None if the venue does not say."""
        ...
