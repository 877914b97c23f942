"""The venue's replies as it sends them: prices and counts are strings, absent sides are empty.

A field that carries money or decides a payoff is required here, so that its absence is an error
and never a default. Fields this program does not read are ignored: the venue adds some weekly.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

Level = tuple[str, str]


class SeriesPayload(msgspec.Struct, frozen=True):
    """``series`` of ``GET /series/{ticker}``."""

    ticker: str
    title: str
    fee_type: str
    fee_multiplier: Decimal
    frequency: str = ""


class SeriesReply(msgspec.Struct, frozen=True):
    """``GET /series/{ticker}``."""

    series: SeriesPayload


class FeeChangePayload(msgspec.Struct, frozen=True):
    """One upcoming change of a series' fee."""

    series_ticker: str
    fee_type: str
    fee_multiplier: Decimal
    scheduled_ts: str


class FeeChangesReply(msgspec.Struct, frozen=True):
    """``GET /series/fee_changes``."""

    series_fee_change_arr: tuple[FeeChangePayload, ...]


class PriceRangePayload(msgspec.Struct, frozen=True):
    """One band of a market's price grid, in dollars."""

    start: str
    end: str
    step: str


class MarketPayload(msgspec.Struct, frozen=True):
    """A market; quotes inside it may be 15 seconds old and are not read from here."""

    ticker: str
    event_ticker: str
    status: str
    close_time: str
    price_ranges: tuple[PriceRangePayload, ...]
    yes_sub_title: str = ""
    rules_primary: str = ""
    strike_type: str | None = None
    floor_strike: Decimal | None = None
    cap_strike: Decimal | None = None
    result: str = ""
    expiration_value: str = ""
    exchange_index: int = 0


class EventPayload(msgspec.Struct, frozen=True):
    """An event with its nested markets."""

    event_ticker: str
    series_ticker: str
    title: str
    markets: tuple[MarketPayload, ...]
    mutually_exclusive: bool = False
    fee_type_override: str | None = None
    fee_multiplier_override: Decimal | None = None


class EventReply(msgspec.Struct, frozen=True):
    """``GET /events/{ticker}?with_nested_markets=true``."""

    event: EventPayload


class BookPayload(msgspec.Struct, frozen=True):
    """Bids on both sides, each on its own side's price scale."""

    yes_dollars: tuple[Level, ...]
    no_dollars: tuple[Level, ...]


class MarketBookPayload(msgspec.Struct, frozen=True):
    """One market's book in a batch reply."""

    ticker: str
    orderbook_fp: BookPayload


class OrderBooksReply(msgspec.Struct, frozen=True):
    """``GET /markets/orderbooks``."""

    orderbooks: tuple[MarketBookPayload, ...]


class TradePayload(msgspec.Struct, frozen=True):
    """One public print."""

    trade_id: str
    ticker: str
    count_fp: str
    yes_price_dollars: str
    taker_outcome_side: str
    created_time: str
    is_block_trade: bool


class TradesReply(msgspec.Struct, frozen=True):
    """``GET /markets/trades``."""

    trades: tuple[TradePayload, ...]
    cursor: str


class StatusReply(msgspec.Struct, frozen=True):
    """``GET /exchange/status``."""

    exchange_active: bool
    trading_active: bool
