"""One event as the venue showed it, before this program's own terms are put to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import FeeSchedule
from kalshi_alpha.core.types import Market


@dataclass(frozen=True, slots=True)
class VenueEvent:
    """An event's markets, books and fees, read together.

    Parameters
    ----------
    markets
        Those whose terms could be read.
    unreadable
        The others, with what was wrong.
    books
        By market ticker; absent where none was received or it could not be read.
    fees
        The series' terms with this event's overrides.
    seen_at
        When the books were read.
    """

    event_ticker: str
    series_ticker: str
    title: str
    markets: tuple[Market, ...]
    unreadable: Mapping[str, str]
    books: Mapping[str, OrderBook]
    fees: FeeSchedule
    seen_at: datetime
