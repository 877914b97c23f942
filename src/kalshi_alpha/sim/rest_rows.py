"""Rows of the private endpoints: orders, fills, positions, settlements, balance, groups."""

from __future__ import annotations

from datetime import datetime

from kalshi_alpha.core.types import E4_PER_DOLLAR, Price
from kalshi_alpha.sim.accounts import Balance, PositionRow, SettlementRow
from kalshi_alpha.sim.engine_events import OwnFill, PublicTrade
from kalshi_alpha.sim.groups import GroupView
from kalshi_alpha.sim.orders import BookSide, SimOrder
from kalshi_alpha.sim.rest_values import (
    count_text,
    epoch_ms,
    epoch_s,
    instant_text,
    money_text,
    price_text,
    whole_cents,
)

Row = dict[str, object]
# The deprecated pair beside the new one: a bid buys YES, an ask buys NO.
_ACTION = "buy"


def order_row(order: SimOrder, user_id: str) -> Row:
    """Return an order of ``GET /portfolio/orders``."""
    row: Row = {
        "order_id": order.order_id,
        "user_id": user_id,
        "client_order_id": order.client_order_id or "",
        "ticker": order.ticker,
        "outcome_side": str(order.side.outcome),
        "book_side": str(order.side),
        "side": str(order.side.outcome),
        "action": _ACTION,
        "type": "limit",
        "status": str(order.status),
        "yes_price_dollars": price_text(order.yes_price_e4),
        "no_price_dollars": price_text(E4_PER_DOLLAR - order.yes_price_e4),
        "initial_count_fp": count_text(order.initial_e2),
        "fill_count_fp": count_text(order.filled_e2),
        "remaining_count_fp": count_text(order.remaining_e2),
        "taker_fill_cost_dollars": money_text(order.taker_cost_e6),
        "maker_fill_cost_dollars": money_text(order.maker_cost_e6),
        "taker_fees_dollars": money_text(order.taker_fee_e6),
        "maker_fees_dollars": money_text(order.maker_fee_e6),
        "created_time": instant_text(order.created_at),
        "last_update_time": instant_text(order.updated_at),
        "self_trade_prevention_type": str(order.self_trade_prevention),
        "subaccount_number": 0,
        "exchange_index": 0,
    }
    if order.expires_at is not None:
        row["expiration_time"] = instant_text(order.expires_at)
    if order.order_group_id is not None:
        row["order_group_id"] = order.order_group_id
    if order.cancel_order_on_pause:
        row["cancel_order_on_pause"] = True
    return row


def acknowledgement(order: SimOrder, at: datetime) -> Row:
    """Return the reply to a create; unlike everywhere else its strings have plain names."""
    row: Row = {"order_id": order.order_id}
    if order.client_order_id is not None:
        row["client_order_id"] = order.client_order_id
    row["fill_count"] = count_text(order.filled_e2)
    row["remaining_count"] = count_text(order.remaining_e2)
    if order.average_fill_price is not None and order.average_fee is not None:
        row["average_fill_price"] = price_text(order.average_fill_price.e4)
        row["average_fee_paid"] = money_text(order.average_fee.e6, 4)
    row["ts_ms"] = epoch_ms(at)
    return row


def fill_row(fill: OwnFill) -> Row:
    """Return a fill of ``GET /portfolio/fills``; it carries no client order id."""
    return {
        "fill_id": fill.trade_id,
        "trade_id": fill.trade_id,
        "order_id": fill.order_id,
        "ticker": fill.ticker,
        "market_ticker": fill.ticker,
        "outcome_side": str(fill.outcome),
        "book_side": str(fill.side),
        "side": str(fill.outcome),
        "action": _ACTION,
        "count_fp": count_text(fill.count_e2),
        "yes_price_dollars": price_text(fill.yes_price_e4),
        "no_price_dollars": price_text(E4_PER_DOLLAR - fill.yes_price_e4),
        "is_taker": fill.is_taker,
        "fee_cost": money_text(fill.fee_e6),
        "created_time": instant_text(fill.at),
        "ts": epoch_s(fill.at),
        "subaccount_number": 0,
        "exchange_index": 0,
    }


def position_row(position: PositionRow) -> Row:
    """Return a market's row of ``GET /portfolio/positions``."""
    return {
        "ticker": position.ticker,
        "exchange_index": 0,
        "total_traded_dollars": money_text(position.total_traded_e6),
        "position_fp": count_text(position.position_e2),
        "market_exposure_dollars": money_text(position.cost_e6),
        "realized_pnl_dollars": money_text(position.realized_pnl_e6),
        "fees_paid_dollars": money_text(position.fees_e6),
        # RFC 3339 although the name says otherwise.
        "last_updated_ts": instant_text(position.updated_at),
    }


def event_position_rows(positions: list[PositionRow]) -> list[Row]:
    """Return the same positions added up by event."""
    rows: list[Row] = []
    for event in dict.fromkeys(position.event_ticker for position in positions):
        own = [position for position in positions if position.event_ticker == event]
        rows.append(
            {
                "event_ticker": event,
                "total_cost_dollars": money_text(sum(p.total_traded_e6 for p in own)),
                "total_cost_shares_fp": count_text(sum(p.volume_e2 for p in own)),
                "event_exposure_dollars": money_text(sum(p.cost_e6 for p in own)),
                "realized_pnl_dollars": money_text(sum(p.realized_pnl_e6 for p in own)),
                "fees_paid_dollars": money_text(sum(p.fees_e6 for p in own)),
            }
        )
    return rows


def settlement_row(row: SettlementRow) -> Row:
    """Return a row of ``GET /portfolio/settlements``; revenue and value are whole cents."""
    results = {Price(0): "no", Price(E4_PER_DOLLAR): "yes"}
    return {
        "ticker": row.ticker,
        "exchange_index": 0,
        "event_ticker": row.event_ticker,
        "market_result": results.get(row.value, "scalar"),
        "yes_count_fp": count_text(row.yes_e2),
        "yes_total_cost_dollars": money_text(row.yes_cost_e6),
        "no_count_fp": count_text(row.no_e2),
        "no_total_cost_dollars": money_text(row.no_cost_e6),
        "revenue": whole_cents(row.revenue_e6),
        "value": row.value.e4 // 100,
        "settled_time": instant_text(row.settled_at),
        "fee_cost": money_text(row.fees_e6),
    }


def balance_row(balance: Balance, at: datetime) -> Row:
    """Return ``GET /portfolio/balance``: cash that nothing locks, in cents and exactly."""
    free_e6 = balance.available.e6
    exact = money_text(free_e6, 4)
    return {
        "balance": whole_cents(free_e6),
        "balance_dollars": exact,
        "portfolio_value": whole_cents(balance.portfolio_value.e6),
        "updated_ts": epoch_s(at),
        "balance_breakdown": [{"exchange_index": 0, "balance": exact}],
    }


def group_row(group: GroupView, *, whole: bool) -> Row:
    """Return an order group, with the ids of its orders where one group was asked for."""
    row: Row = {
        "is_auto_cancel_enabled": True,
        "contracts_limit_fp": count_text(group.limit.e2),
        "exchange_index": 0,
    }
    if whole:
        return row | {"orders": list(group.order_ids)}
    return {"id": group.group_id, "order_group_id": group.group_id} | row


def trade_row(trade: PublicTrade) -> Row:
    """Return a print of ``GET /markets/trades``."""
    side = BookSide.BID if trade.taker_side.value == "yes" else BookSide.ASK
    return {
        "trade_id": trade.trade_id,
        "ticker": trade.ticker,
        "count_fp": count_text(trade.count_e2),
        "yes_price_dollars": price_text(trade.yes_price_e4),
        "no_price_dollars": price_text(E4_PER_DOLLAR - trade.yes_price_e4),
        "taker_outcome_side": str(trade.taker_side),
        "taker_book_side": str(side),
        "taker_side": str(trade.taker_side),
        "created_time": instant_text(trade.at),
        "is_block_trade": False,
    }
