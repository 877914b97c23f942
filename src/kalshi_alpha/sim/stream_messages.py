"""The ``msg`` of each kind of stream frame."""

from __future__ import annotations

import uuid
from functools import lru_cache

from kalshi_alpha.core.types import E4_PER_DOLLAR, E6_PER_DOLLAR
from kalshi_alpha.sim.engine_events import (
    BookDelta,
    BookSnapshot,
    FeeUpdate,
    GroupUpdate,
    Lifecycle,
    LifecycleKind,
    OwnFill,
    OwnPosition,
    PublicTrade,
)
from kalshi_alpha.sim.market import ListingView
from kalshi_alpha.sim.orders import BookSide, SimOrder
from kalshi_alpha.sim.rest_catalogue import market_row
from kalshi_alpha.sim.rest_rows import trade_row
from kalshi_alpha.sim.rest_values import (
    count_text,
    epoch_ms,
    epoch_s,
    instant_text,
    money_text,
    price_text,
)

Message = dict[str, object]


@lru_cache(maxsize=4096)
def market_id(ticker: str) -> str:
    """Return the UUID that the stream names a market by."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"market:{ticker}"))


def snapshot(book: BookSnapshot, clock: int, *, yes_scale: bool) -> Message:
    """Return a whole book; a side without levels is absent."""
    message: Message = {
        "market_ticker": book.ticker,
        "market_id": market_id(book.ticker),
        "clock": clock,
    }
    no = book.no
    if yes_scale:
        no = tuple((E4_PER_DOLLAR - price, size) for price, size in reversed(no))
    for name, levels in (("yes_dollars_fp", book.yes), ("no_dollars_fp", no)):
        if levels:
            message[name] = [[price_text(price), count_text(size)] for price, size in levels]
    return message


def delta(event: BookDelta, clock: int, *, own: bool, yes_scale: bool) -> Message:
    """Return the change of one level; whose order it was is for its owner alone."""
    flips = yes_scale and event.side.value == "no"
    price_e4 = E4_PER_DOLLAR - event.price_e4 if flips else event.price_e4
    message: Message = {
        "market_ticker": event.ticker,
        "market_id": market_id(event.ticker),
        "clock": clock,
        "price_dollars": price_text(price_e4),
        "delta_fp": count_text(event.delta_e2),
        "side": str(event.side),
        "ts": instant_text(event.at),
        "ts_ms": epoch_ms(event.at),
    }
    if own:
        message |= {"client_order_id": event.client_order_id or "", "subaccount": 0}
    return message


def ticker(view: ListingView, last_size_e2: int, at_ms: int, at_text: str) -> Message:
    """Return quotes and totals of a market."""
    row = market_row({}, view)
    name = view.listed.market.ticker
    dollars = view.volume_e2 * (view.last_price_e4 or 0) // E6_PER_DOLLAR
    return {
        "market_id": market_id(name),
        "market_ticker": name,
        "price_dollars": row["last_price_dollars"],
        "yes_bid_dollars": row["yes_bid_dollars"],
        "yes_ask_dollars": row["yes_ask_dollars"],
        "volume_fp": row["volume_fp"],
        "open_interest_fp": row["open_interest_fp"],
        "dollar_volume": dollars,
        "dollar_open_interest": view.open_interest_e2 // 100,
        "yes_bid_size_fp": row["yes_bid_size_fp"],
        "yes_ask_size_fp": row["yes_ask_size_fp"],
        "last_trade_size_fp": count_text(last_size_e2),
        "ts": at_ms // 1000,
        "ts_ms": at_ms,
        "time": at_text,
    }


def trade(event: PublicTrade) -> Message:
    """Return a public print."""
    row = trade_row(event)
    kept = (
        "trade_id",
        "yes_price_dollars",
        "no_price_dollars",
        "count_fp",
        "taker_side",
        "taker_outcome_side",
        "taker_book_side",
        "is_block_trade",
    )
    return {
        "market_ticker": event.ticker,
        **{name: row[name] for name in kept},
        "ts": epoch_s(event.at),
        "ts_ms": epoch_ms(event.at),
    }


def fill(event: OwnFill) -> Message:
    """Return a fill of the account's own."""
    outcome = str(event.outcome)
    return {
        "trade_id": event.trade_id,
        "order_id": event.order_id,
        "client_order_id": event.client_order_id or "",
        "market_ticker": event.ticker,
        "exchange_index": 0,
        "is_taker": event.is_taker,
        "yes_price_dollars": price_text(event.yes_price_e4),
        "count_fp": count_text(event.count_e2),
        "fee_cost": money_text(event.fee_e6),
        "outcome_side": outcome,
        "book_side": str(event.side),
        "side": outcome,
        "action": "buy",
        "purchased_side": outcome,
        "post_position_fp": count_text(event.position_e2),
        "ts": epoch_s(event.at),
        "ts_ms": epoch_ms(event.at),
    }


def user_order(order: SimOrder) -> Message:
    """Return how an order of the account's own stands."""
    message: Message = {
        "order_id": order.order_id,
        "user_id": order.account_id,
        "ticker": order.ticker,
        "exchange_index": 0,
        "status": str(order.status),
        "outcome_side": str(order.side.outcome),
        "book_side": str(order.side),
        "side": str(order.side.outcome),
        "is_yes": order.side is BookSide.BID,
        "yes_price_dollars": price_text(order.yes_price_e4),
        "initial_count_fp": count_text(order.initial_e2),
        "fill_count_fp": count_text(order.filled_e2),
        "remaining_count_fp": count_text(order.remaining_e2),
        "taker_fill_cost_dollars": money_text(order.taker_cost_e6),
        "maker_fill_cost_dollars": money_text(order.maker_cost_e6),
        "taker_fees_dollars": money_text(order.taker_fee_e6),
        "maker_fees_dollars": money_text(order.maker_fee_e6),
        "client_order_id": order.client_order_id or "",
        "created_ts_ms": epoch_ms(order.created_at),
        "created_time": instant_text(order.created_at),
    }
    if order.reason:
        message["last_update_reason"] = str(order.reason)
    if order.order_group_id is not None:
        message["order_group_id"] = order.order_group_id
    if order.expires_at is not None:
        message["expiration_ts_ms"] = epoch_ms(order.expires_at)
    return message


def position(event: OwnPosition) -> Message:
    """Return a position of the account's own."""
    return {
        "user_id": event.account_id,
        "market_ticker": event.ticker,
        "position_fp": count_text(event.position_e2),
        "position_cost_dollars": money_text(event.cost_e6),
        "realized_pnl_dollars": money_text(event.realized_pnl_e6),
        "fees_paid_dollars": money_text(event.fees_e6),
        "position_fee_cost_dollars": money_text(event.fees_e6),
        "volume_fp": count_text(event.volume_e2),
    }


def lifecycle(event: Lifecycle) -> Message:
    """Return a step of a market's life."""
    message: Message = {"market_ticker": event.ticker, "event_type": str(event.kind)}
    if event.kind is LifecycleKind.DETERMINED and event.settlement_value is not None:
        value_e4 = event.settlement_value.e4
        result = {0: "no", E4_PER_DOLLAR: "yes"}.get(value_e4, "scalar")
        message |= {
            "determination_ts": epoch_s(event.at),
            "result": result,
            "settlement_value": price_text(value_e4),
        }
    if event.kind is LifecycleKind.SETTLED:
        message["settled_ts"] = epoch_s(event.at)
    if event.close_at is not None:
        message["close_ts"] = epoch_s(event.close_at)
    return message


def order_group(event: GroupUpdate) -> Message:
    """Return a change of an order group."""
    return {
        "event_type": str(event.kind),
        "order_group_id": event.group_id,
        "ts_ms": epoch_ms(event.at),
    }


def event_fees(event: FeeUpdate) -> Message:
    """Return an event's fee override, null where it ended."""
    terms = event.terms
    return {
        "event_ticker": event.event_ticker,
        "fee_type_override": None if terms is None else str(terms.fee_type),
        "fee_multiplier_override": None if terms is None else float(terms.multiplier),
    }
