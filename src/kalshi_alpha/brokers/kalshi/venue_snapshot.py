"""The venue's public data, read once over the network for a scan or a session."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.brokers.kalshi.market_reads import MarketReads
from kalshi_alpha.brokers.kalshi.payloads import (
    EventPayload,
    FeeChangePayload,
    OrderBooksReply,
    SeriesPayload,
)
from kalshi_alpha.brokers.kalshi.venue_event import VenueEvent, venue_event
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Trade

SERIES_AT_ONCE = 4
"""How many series are read side by side; the token buckets set the pace."""


@dataclass(frozen=True, slots=True)
class VenueSnapshot:
    """What the venue showed: exchange status, and the open events of some series.

    Attributes
    ----------
    seen_at
        When the last book was read.
    """

    is_trading: bool
    by_series: Mapping[str, tuple[VenueEvent, ...]]
    seen_at: datetime

    def trading_active(self) -> bool:
        """Say whether the exchange takes orders."""
        return self.is_trading

    def events(self, series_ticker: str) -> tuple[VenueEvent, ...]:
        """Return the open events of a series, by ticker.

        Raises
        ------
        MissingData
            If the series was not asked for.
        """
        events = self.by_series.get(series_ticker)
        if events is None:
            raise MissingData(f"{series_ticker} was not read from the venue")
        return events

    def trades(self, event_ticker: str) -> tuple[Trade, ...] | None:
        """Return None: what will trade is not known yet, so no tape fills an order on paper."""
        del event_ticker
        return None


async def read_venue(
    client: MarketReads, series_tickers: Iterable[str], clock: Clock
) -> VenueSnapshot:
    """Read the exchange's status, and each series' fees, open events and books.

    Raises
    ------
    VenueError
        If the venue does not answer, or refuses.
    ParseRefused
        If an answer cannot be read.
    UnknownFee
        If changes of a series' fee contradict each other.
    """
    status = await client.exchange_status()
    changes = await client.series_fee_changes()
    turn = asyncio.Semaphore(SERIES_AT_ONCE)

    async def read(ticker: str) -> tuple[VenueEvent, ...]:
        async with turn:
            return await _events(client, ticker, changes, clock)

    wanted = tuple(dict.fromkeys(series_tickers))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = {ticker: group.create_task(read(ticker)) for ticker in wanted}
    except ExceptionGroup as failures:
        # One series that cannot be read is enough to stop: the first failure names it.
        raise failures.exceptions[0] from failures
    return VenueSnapshot(
        is_trading=status.exchange_active and status.trading_active,
        by_series={ticker: task.result() for ticker, task in tasks.items()},
        seen_at=clock.now(),
    )


async def _events(
    client: MarketReads, ticker: str, changes: Iterable[FeeChangePayload], clock: Clock
) -> tuple[VenueEvent, ...]:
    series = await client.series(ticker)
    events = sorted(await client.events(ticker), key=lambda event: event.event_ticker)
    return tuple([await _event(client, series, event, changes, clock) for event in events])


async def _event(
    client: MarketReads,
    series: SeriesPayload,
    event: EventPayload,
    changes: Iterable[FeeChangePayload],
    clock: Clock,
) -> VenueEvent:
    # Quotes inside an event may be 15 seconds old: books are read apart, and are not cached.
    books = await client.order_books([market.ticker for market in event.markets])
    return venue_event(series, event, OrderBooksReply(books), changes, clock.now())
