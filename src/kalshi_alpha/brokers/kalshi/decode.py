"""From the venue's replies to the core's values, market by market, refusing what is unclear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec

from kalshi_alpha.brokers.kalshi.payloads import (
    BookPayload,
    CandlePayload,
    EventPayload,
    MarketPayload,
    OrderBooksReply,
    PriceRangePayload,
    TradesReply,
)
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import DomainError, ParseRefused
from kalshi_alpha.core.ladder import legacy_strike
from kalshi_alpha.core.ledger.closing_mid import QuoteSnapshot
from kalshi_alpha.core.types import (
    Contracts,
    Market,
    MarketStatus,
    Price,
    Side,
    Strike,
    StrikeType,
    TickBand,
    TickGrid,
    Trade,
)

SOURCE = "kalshi"
NO_BID, NO_ASK = Price(0), Price(10_000)
"""What candles show where nobody quotes."""
_STATUSES = {str(status): status for status in MarketStatus}
Reply = TypeVar("Reply")


def decode(payload: bytes, kind: type[Reply]) -> Reply:
    """Decode a reply strictly.

    Raises
    ------
    ParseRefused
        If it is not JSON, or a required field is missing or of another type.
    """
    try:
        return msgspec.json.decode(payload, type=kind)
    except msgspec.MsgspecError as error:
        raise ParseRefused(SOURCE, f"{kind.__name__}: {error}") from error


def market(payload: MarketPayload) -> Market:
    """Build a market from its terms.

    Raises
    ------
    DomainError
        If the strike, the price grid or the times describe no tradable market.
    """
    return Market(
        ticker=payload.ticker,
        event_ticker=payload.event_ticker,
        strike=_strike(payload),
        tick_grid=_tick_grid(payload.price_ranges),
        status=_status(payload.status),
        close_at=instant(payload.close_time),
        title=payload.yes_sub_title,
    )


def markets(event: EventPayload) -> tuple[tuple[Market, ...], dict[str, str]]:
    """Build every market of an event that can be read; name the others with what was wrong."""
    read: list[Market] = []
    refused: dict[str, str] = {}
    for payload in event.markets:
        try:
            read.append(market(payload))
        except DomainError as error:
            refused[payload.ticker] = str(error)
    return tuple(read), refused


def books(reply: OrderBooksReply, seen_at: datetime) -> tuple[dict[str, OrderBook], dict[str, str]]:
    """Build the books of a batch reply; name those that cannot be read with what was wrong."""
    read: dict[str, OrderBook] = {}
    refused: dict[str, str] = {}
    for each in reply.orderbooks:
        try:
            read[each.ticker] = book(each.ticker, each.orderbook_fp, seen_at)
        except DomainError as error:
            refused[each.ticker] = str(error)
    return read, refused


def book(ticker: str, payload: BookPayload, seen_at: datetime) -> OrderBook:
    """Build one market's book; each side's levels are on that side's own price scale."""
    return OrderBook.of(ticker, seen_at, _levels(payload.yes_dollars), _levels(payload.no_dollars))


def trades(reply: TradesReply) -> tuple[Trade, ...]:
    """Build the prints of a reply, oldest first.

    Raises
    ------
    ParseRefused
        If one of them cannot be read: a tape with a hole is no tape.
    """
    try:
        read = [
            Trade(
                trade_id=each.trade_id,
                ticker=each.ticker,
                at=instant(each.created_time),
                yes_price=Price.parse(each.yes_price_dollars),
                contracts=Contracts.parse(each.count_fp),
                taker_side=Side(each.taker_outcome_side),
                is_block=each.is_block_trade,
            )
            for each in reply.trades
        ]
    except ValueError as error:
        raise ParseRefused(SOURCE, f"trades: {error}") from error
    return tuple(sorted(read, key=lambda trade: (trade.at, trade.trade_id)))


def quote_snapshots(
    candles: Iterable[CandlePayload], length: timedelta
) -> tuple[QuoteSnapshot, ...]:
    """Return the quotes at the beginning and at the end of every candle, in their sequence.

    A venue that lists no candle for a minute in which nothing moved still shows the quotes of
    that minute: as the beginning of the next one.

    Raises
    ------
    ParseRefused
        If one of them cannot be read.
    """
    found: list[QuoteSnapshot] = []
    try:
        for each in candles:
            ended_at = datetime.fromtimestamp(each.end_period_ts, UTC)
            bid, ask = each.yes_bid, each.yes_ask
            found += [
                _snapshot(ended_at - length, bid.open_dollars, ask.open_dollars),
                _snapshot(ended_at, bid.close_dollars, ask.close_dollars),
            ]
    except (ValueError, OverflowError, OSError) as error:
        raise ParseRefused(SOURCE, f"candles: {error}") from error
    return tuple(found)


def _snapshot(at: datetime, bid_text: str, ask_text: str) -> QuoteSnapshot:
    bid, ask = Price.parse(bid_text), Price.parse(ask_text)
    return QuoteSnapshot(at, None if bid == NO_BID else bid, None if ask == NO_ASK else ask)


def by_ticker(prints: Iterable[Trade]) -> Mapping[str, tuple[Trade, ...]]:
    """Group prints by market, keeping their order."""
    grouped: dict[str, list[Trade]] = {}
    for each in prints:
        grouped.setdefault(each.ticker, []).append(each)
    return {ticker: tuple(each) for ticker, each in grouped.items()}


def instant(text: str) -> datetime:
    """Read an RFC 3339 time with a zone.

    Raises
    ------
    ParseRefused
        If it is not one, or carries no zone.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ParseRefused(SOURCE, f"{text!r} is not a time") from error
    if at.tzinfo is None:
        raise ParseRefused(SOURCE, f"{text!r} carries no zone")
    return at


def _strike(payload: MarketPayload) -> Strike:
    if payload.strike_type is None:
        return legacy_strike(payload.ticker)
    try:
        kind = StrikeType(payload.strike_type)
    except ValueError as error:
        raise DomainError(
            f"strike type {payload.strike_type!r} of {payload.ticker} is unknown"
        ) from error
    return Strike(kind, payload.floor_strike, payload.cap_strike)


def _tick_grid(ranges: Iterable[PriceRangePayload]) -> TickGrid:
    return TickGrid(
        tuple(
            TickBand(Price.parse(r.start).e4, Price.parse(r.end).e4, Price.parse(r.step).e4)
            for r in ranges
        )
    )


def _status(text: str) -> MarketStatus:
    return _STATUSES.get(text, MarketStatus.UNKNOWN)


def _levels(levels: Iterable[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    return tuple((Price.parse(price).e4, Contracts.parse(count).e2) for price, count in levels)
