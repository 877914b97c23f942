"""The venue's replies as it sends them: prices and counts are strings, absent sides are empty.

A field that carries money or decides a payoff is required here, so that its absence is an error
and never a default. ``UNREAD`` names the documented fields that this program has no use for; any
other is reported once when a live reply carries it, since the venue adds some weekly.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import msgspec

Level = tuple[str, str]


class SeriesPayload(msgspec.Struct, frozen=True):
    """``series`` of ``GET /series/{ticker}``."""

    ticker: str
    title: str
    fee_type: str
    fee_multiplier: Decimal
    frequency: str = ""

    UNREAD: ClassVar[frozenset[str]] = frozenset(
        {
            *("category", "categories", "tags", "settlement_sources", "contract_url"),
            *("contract_terms_url", "additional_prohibitions", "product_metadata", "volume_fp"),
            *("last_updated_ts", "exchange_index"),
        }
    )


class SeriesReply(msgspec.Struct, frozen=True):
    """``GET /series/{ticker}``."""

    series: SeriesPayload


class FeeChangePayload(msgspec.Struct, frozen=True):
    """One upcoming change of a series' fee."""

    series_ticker: str
    fee_type: str
    fee_multiplier: Decimal
    scheduled_ts: str

    UNREAD: ClassVar[frozenset[str]] = frozenset({"id"})


class FeeChangesReply(msgspec.Struct, frozen=True):
    """``GET /series/fee_changes``."""

    series_fee_change_arr: tuple[FeeChangePayload, ...]


class EventFeeChangePayload(msgspec.Struct, frozen=True):
    """One upcoming change of one event's fee; a null takes the override back."""

    id: str
    event_ticker: str
    series_ticker: str
    scheduled_ts: str
    fee_type_override: str | None = None
    fee_multiplier_override: Decimal | None = None


class EventFeeChangesReply(msgspec.Struct, frozen=True):
    """``GET /events/fee_changes``."""

    event_fee_changes: tuple[EventFeeChangePayload, ...] | None
    cursor: str | None = None


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
    settlement_value_dollars: str | None = None

    UNREAD: ClassVar[frozenset[str]] = frozenset(
        {
            *("market_type", "title", "subtitle", "no_sub_title", "created_time", "updated_time"),
            *("open_time", "expected_expiration_time", "latest_expiration_time"),
            *("expiration_time", "settlement_timer_seconds", "notional_value_dollars"),
            *("yes_bid_dollars", "yes_ask_dollars", "no_bid_dollars", "no_ask_dollars"),
            *("yes_bid_size_fp", "yes_ask_size_fp", "last_price_dollars"),
            *("previous_yes_bid_dollars", "previous_yes_ask_dollars", "previous_price_dollars"),
            *("volume_fp", "volume_24h_fp", "open_interest_fp", "settlement_ts"),
            *("settlement_bounds_type", "settlement_floor_dollars", "occurrence_datetime"),
            *("can_close_early", "early_close_condition", "fee_waiver_expiration_time"),
            *("rules_secondary", "price_level_structure", "functional_strike", "custom_strike"),
            *("mve_collection_ticker", "mve_selected_legs", "primary_participant_key"),
            *("is_provisional",),
        }
    )


class MarketReply(msgspec.Struct, frozen=True):
    """``GET /markets/{ticker}``."""

    market: MarketPayload


class MarketsReply(msgspec.Struct, frozen=True):
    """``GET /markets``."""

    markets: tuple[MarketPayload, ...] | None
    cursor: str | None = None


class EventPayload(msgspec.Struct, frozen=True):
    """An event with its nested markets."""

    event_ticker: str
    series_ticker: str
    title: str
    markets: tuple[MarketPayload, ...]
    mutually_exclusive: bool = False
    fee_type_override: str | None = None
    fee_multiplier_override: Decimal | None = None

    UNREAD: ClassVar[frozenset[str]] = frozenset(
        {
            *("sub_title", "collateral_return_type", "strike_date", "strike_period"),
            *("product_metadata", "settlement_sources", "last_updated_ts", "exchange_index"),
            *("category", "available_on_brokers"),
        }
    )


class EventReply(msgspec.Struct, frozen=True):
    """``GET /events/{ticker}?with_nested_markets=true``."""

    event: EventPayload

    UNREAD: ClassVar[frozenset[str]] = frozenset({"markets"})


class EventsReply(msgspec.Struct, frozen=True):
    """``GET /events?with_nested_markets=true``."""

    events: tuple[EventPayload, ...] | None
    cursor: str | None = None

    UNREAD: ClassVar[frozenset[str]] = frozenset({"milestones"})


class BookPayload(msgspec.Struct, frozen=True):
    """Bids on both sides, each on its own side's price scale."""

    yes_dollars: tuple[Level, ...]
    no_dollars: tuple[Level, ...]


class OrderBookReply(msgspec.Struct, frozen=True):
    """``GET /markets/{ticker}/orderbook``."""

    orderbook_fp: BookPayload


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

    UNREAD: ClassVar[frozenset[str]] = frozenset(
        {"no_price_dollars", "taker_book_side", "taker_side"}
    )


class TradesReply(msgspec.Struct, frozen=True):
    """``GET /markets/trades``."""

    trades: tuple[TradePayload, ...]
    cursor: str


class StatusReply(msgspec.Struct, frozen=True):
    """``GET /exchange/status``."""

    exchange_active: bool
    trading_active: bool
    exchange_estimated_resume_time: str | None = None

    UNREAD: ClassVar[frozenset[str]] = frozenset(
        {"intra_exchange_transfers_active", "exchange_index_statuses"}
    )


class SessionPayload(msgspec.Struct, frozen=True):
    """Trading hours of a weekday, New York time; 00:00 to 00:00 is the whole day."""

    open_time: str
    close_time: str


class StandardHours(msgspec.Struct, frozen=True):
    """Weekly hours and the span of dates for which they hold."""

    start_time: str
    end_time: str
    monday: tuple[SessionPayload, ...] | None
    tuesday: tuple[SessionPayload, ...] | None
    wednesday: tuple[SessionPayload, ...] | None
    thursday: tuple[SessionPayload, ...] | None
    friday: tuple[SessionPayload, ...] | None
    saturday: tuple[SessionPayload, ...] | None
    sunday: tuple[SessionPayload, ...] | None


class MaintenanceWindow(msgspec.Struct, frozen=True):
    """A span in which the exchange rests."""

    start_datetime: str
    end_datetime: str


class SchedulePayload(msgspec.Struct, frozen=True):
    """Hours and maintenance."""

    standard_hours: tuple[StandardHours, ...] | None
    maintenance_windows: tuple[MaintenanceWindow, ...] | None


class ScheduleReply(msgspec.Struct, frozen=True):
    """``GET /exchange/schedule``."""

    schedule: SchedulePayload


class QuoteRange(msgspec.Struct, frozen=True):
    """Open, low, high and close of a quote within a candle, dollars."""

    open_dollars: str
    low_dollars: str
    high_dollars: str
    close_dollars: str


class TradeRange(msgspec.Struct, frozen=True):
    """The same of trades; a candle without one carries only the price before it."""

    open_dollars: str | None = None
    low_dollars: str | None = None
    high_dollars: str | None = None
    close_dollars: str | None = None
    mean_dollars: str | None = None
    previous_dollars: str | None = None

    UNREAD: ClassVar[frozenset[str]] = frozenset({"min_dollars", "max_dollars"})


class CandlePayload(msgspec.Struct, frozen=True):
    """One candle, named by the Unix second at which it ends; without a trade it has no price."""

    end_period_ts: int
    yes_bid: QuoteRange
    yes_ask: QuoteRange
    volume_fp: str
    open_interest_fp: str
    price: TradeRange | None = None


class CandlesReply(msgspec.Struct, frozen=True):
    """``GET /series/{series}/markets/{ticker}/candlesticks``."""

    ticker: str
    candlesticks: tuple[CandlePayload, ...] | None
