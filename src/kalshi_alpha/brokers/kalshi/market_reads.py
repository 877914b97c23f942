"""Questions about the exchange and its markets; none of them needs an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kalshi_alpha.brokers.kalshi.paging import PagedReads
from kalshi_alpha.brokers.kalshi.payloads import (
    BookPayload,
    CandlePayload,
    CandlesReply,
    EventFeeChangePayload,
    EventFeeChangesReply,
    EventPayload,
    EventReply,
    EventsReply,
    FeeChangePayload,
    FeeChangesReply,
    MarketBookPayload,
    MarketPayload,
    MarketReply,
    MarketsReply,
    OrderBookReply,
    OrderBooksReply,
    SchedulePayload,
    ScheduleReply,
    SeriesPayload,
    SeriesReply,
    StatusReply,
    TradePayload,
    TradesReply,
)
from kalshi_alpha.brokers.kalshi.strict import SOURCE
from kalshi_alpha.brokers.kalshi.wire_text import segment, unix_seconds
from kalshi_alpha.core.errors import BadParameter, ParseRefused

PAGE, EVENTS_PAGE = 1000, 200
BOOKS_PER_CALL = 100
CANDLE_MINUTES = frozenset({1, 60, 1440})


class MarketReads(PagedReads):
    """The public half of the client."""

    async def exchange_status(self) -> StatusReply:
        """Return whether the exchange is open; unsigned, so that it also serves the clock guard.

        The venue sends this answer with 500, 503 and 504 too.
        """
        return await self.ask(
            "/exchange/status", StatusReply, signed=False, also_with=frozenset({500, 503, 504})
        )

    async def exchange_schedule(self) -> SchedulePayload:
        """Return the weekly hours and the maintenance ahead."""
        return (await self.ask("/exchange/schedule", ScheduleReply)).schedule

    async def series(self, ticker: str) -> SeriesPayload:
        """Return a series with its fee terms."""
        return (await self.ask(f"/series/{segment(ticker)}", SeriesReply)).series

    async def series_fee_changes(
        self, ticker: str | None = None, *, past: bool = False
    ) -> tuple[FeeChangePayload, ...]:
        """Return the fee changes ahead, of a series or of all; with ``past`` those made too."""
        query = {"series_ticker": ticker, "show_historical": past or None}
        reply = await self.ask("/series/fee_changes", FeeChangesReply, query)
        return reply.series_fee_change_arr

    async def event_fee_changes(
        self, event_ticker: str | None = None
    ) -> tuple[EventFeeChangePayload, ...]:
        """Return the fee changes ahead that are of one event only."""
        query = {"event_ticker": event_ticker, "limit": EVENTS_PAGE}
        found = await self.ask_pages(
            "/events/fee_changes", EventFeeChangesReply, "event_fee_changes", lambda c: c.id, query
        )
        return tuple(found)

    async def events(
        self, series_ticker: str, *, status: str | None = "open"
    ) -> tuple[EventPayload, ...]:
        """Return a series' events with their markets."""
        query = {
            "series_ticker": series_ticker,
            "status": status,
            "with_nested_markets": True,
            "limit": EVENTS_PAGE,
        }
        found = await self.ask_pages(
            "/events", EventsReply, "events", lambda e: e.event_ticker, query
        )
        return tuple(found)

    async def event(self, ticker: str) -> EventPayload:
        """Return an event with its markets."""
        path = f"/events/{segment(ticker)}"
        return (await self.ask(path, EventReply, {"with_nested_markets": True})).event

    async def markets(
        self,
        *,
        series_ticker: str | None = None,
        event_ticker: str | None = None,
        tickers: Sequence[str] | None = None,
        status: str | None = None,
        limit: int | None = None,
    ) -> tuple[MarketPayload, ...]:
        """Return the markets of a series, an event or a list, combinations left out.

        Parameters
        ----------
        limit
            Return one page of so many instead of all of them.

        Raises
        ------
        BadParameter
            If nothing narrows the question: the venue lists more than 100,000 markets.
        """
        query = {
            "series_ticker": series_ticker,
            "event_ticker": event_ticker,
            "tickers": ",".join(tickers) if tickers else None,
            "status": status,
            "mve_filter": "exclude",
        }
        if limit is not None:
            page = await self.ask("/markets", MarketsReply, {**query, "limit": limit})
            return page.markets or ()
        if not (series_ticker or event_ticker or tickers):
            raise BadParameter("name a series, an event, tickers or a limit")
        paged = {**query, "limit": PAGE}
        return tuple(
            await self.ask_pages("/markets", MarketsReply, "markets", lambda m: m.ticker, paged)
        )

    async def market(self, ticker: str) -> MarketPayload:
        """Return a market."""
        return (await self.ask(f"/markets/{segment(ticker)}", MarketReply)).market

    async def order_book(self, ticker: str, *, depth: int = 0) -> BookPayload:
        """Return a market's book; a depth of 0 is the whole."""
        path = f"/markets/{segment(ticker)}/orderbook"
        return (await self.ask(path, OrderBookReply, {"depth": depth})).orderbook_fp

    async def order_books(self, tickers: Sequence[str]) -> tuple[MarketBookPayload, ...]:
        """Return the books of markets, a hundred a call.

        Raises
        ------
        ParseRefused
            If a book that was asked for is missing.
        """
        found: list[MarketBookPayload] = []
        for first in range(0, len(tickers), BOOKS_PER_CALL):
            # The parameter is repeated: joined by commas it brings one book only.
            asked = list(tickers[first : first + BOOKS_PER_CALL])
            reply = await self.ask("/markets/orderbooks", OrderBooksReply, {"tickers": asked})
            found += reply.orderbooks
        missing = set(tickers) - {each.ticker for each in found}
        if missing:
            raise ParseRefused(SOURCE, f"no book of {', '.join(sorted(missing))}")
        return tuple(found)

    async def trades(
        self,
        ticker: str,
        *,
        min_ts: datetime | None = None,
        max_ts: datetime | None = None,
    ) -> tuple[TradePayload, ...]:
        """Return a market's prints within a span, in the order of the venue: newest first."""
        query = {
            "ticker": ticker,
            "min_ts": None if min_ts is None else unix_seconds(min_ts),
            "max_ts": None if max_ts is None else unix_seconds(max_ts),
            "limit": PAGE,
        }
        found = await self.ask_pages(
            "/markets/trades", TradesReply, "trades", lambda t: t.trade_id, query
        )
        return tuple(found)

    async def candles(
        self, series_ticker: str, ticker: str, start: datetime, end: datetime, minutes: int
    ) -> tuple[CandlePayload, ...]:
        """Return a market's candles.

        Parameters
        ----------
        minutes
            1, 60 or 1440.

        Raises
        ------
        BadParameter
            If the venue keeps no candles of that length.
        """
        if minutes not in CANDLE_MINUTES:
            raise BadParameter(f"candles are of 1, 60 or 1440 minutes, not {minutes}")
        path = f"/series/{segment(series_ticker)}/markets/{segment(ticker)}/candlesticks"
        query = {
            "start_ts": unix_seconds(start),
            "end_ts": unix_seconds(end),
            "period_interval": minutes,
        }
        return (await self.ask(path, CandlesReply, query)).candlesticks or ()
