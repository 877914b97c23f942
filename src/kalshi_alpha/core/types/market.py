"""One market: a strike of an event, and how it may be traded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kalshi_alpha.core.errors import BadMarket
from kalshi_alpha.core.types.strike import Strike
from kalshi_alpha.core.types.tick_grid import TickGrid


class MarketStatus(StrEnum):
    """The venue's life of a market; anything it does not name is ``UNKNOWN`` and untradable."""

    INITIALIZED = "initialized"
    ACTIVE = "active"
    INACTIVE = "inactive"
    CLOSED = "closed"
    DETERMINED = "determined"
    DISPUTED = "disputed"
    AMENDED = "amended"
    FINALIZED = "finalized"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Market:
    """A market's contract terms; its quotes live in an order book, not here.

    Raises
    ------
    BadMarket
        If the ticker does not belong to the event, or ``close_at`` carries no zone.
    """

    ticker: str
    event_ticker: str
    strike: Strike
    tick_grid: TickGrid
    status: MarketStatus
    close_at: datetime
    title: str = ""

    def __post_init__(self) -> None:
        if not self.ticker.startswith(f"{self.event_ticker}-"):
            raise BadMarket(f"market {self.ticker!r} is not of event {self.event_ticker!r}")
        if self.close_at.tzinfo is None:
            raise BadMarket(f"close time of {self.ticker} carries no zone")

    def is_open(self, at: datetime) -> bool:
        """Say whether orders may be sent at this instant, by status and by the clock."""
        return self.status is MarketStatus.ACTIVE and at < self.close_at
