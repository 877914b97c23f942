"""One event as the venue showed it, before this program's own terms are put to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kalshi_alpha.brokers.kalshi import decode
from kalshi_alpha.brokers.kalshi.payloads import (
    EventPayload,
    FeeChangePayload,
    OrderBooksReply,
    SeriesPayload,
)
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.fees import FeeChange, FeeOverride, FeeSchedule
from kalshi_alpha.core.types import Market, Trade


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


class MarketData(Protocol):
    """The venue's public data, as files or the venue itself gave them."""

    def trading_active(self) -> bool:
        """Say whether the exchange takes orders."""
        ...

    def events(self, series_ticker: str) -> tuple[VenueEvent, ...]:
        """Return the events of a series, by ticker."""
        ...

    def trades(self, event_ticker: str) -> Sequence[Trade] | None:
        """Return an event's prints, oldest first, or None where no tape was kept."""
        ...


def venue_event(
    series: SeriesPayload,
    event: EventPayload,
    books: OrderBooksReply,
    fee_changes: Iterable[FeeChangePayload],
    seen_at: datetime,
) -> VenueEvent:
    """Put an event together from the replies it was read in.

    A market whose terms or book cannot be read is named, and the others are kept.

    Raises
    ------
    UnknownFee
        If the changes of its series' fee contradict each other.
    ParseRefused
        If the time of a change cannot be read.
    """
    markets, unreadable = decode.markets(event)
    read, torn = decode.books(books, seen_at)
    return VenueEvent(
        event_ticker=event.event_ticker,
        series_ticker=event.series_ticker,
        title=event.title,
        markets=markets,
        unreadable=unreadable | torn,
        books=read,
        fees=_fees(series, event, fee_changes, seen_at),
        seen_at=seen_at,
    )


def _fees(
    series: SeriesPayload,
    event: EventPayload,
    fee_changes: Iterable[FeeChangePayload],
    seen_at: datetime,
) -> FeeSchedule:
    changes = [
        FeeChange(decode.instant(row.scheduled_ts), row.fee_type, row.fee_multiplier)
        for row in fee_changes
        if row.series_ticker == series.ticker
    ]
    schedule = FeeSchedule.from_reading(seen_at, series.fee_type, series.fee_multiplier, changes)
    if event.fee_type_override is None and event.fee_multiplier_override is None:
        return schedule
    override = FeeOverride(seen_at, event.fee_type_override, event.fee_multiplier_override)
    return schedule.overridden([override])
