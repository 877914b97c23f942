"""Endpoints that read an account: orders, fills, positions, balance, settlements, limits."""

from __future__ import annotations

from kalshi_alpha.core.types import MarketStatus
from kalshi_alpha.sim.accounts import PositionRow
from kalshi_alpha.sim.orders import SimOrder
from kalshi_alpha.sim.rates import ADVANCED, CANCEL_COST, DEFAULT_COST, UsageTier
from kalshi_alpha.sim.rest_call import Answer, Call
from kalshi_alpha.sim.rest_errors import not_found
from kalshi_alpha.sim.rest_query import page
from kalshi_alpha.sim.rest_replica import AccountView
from kalshi_alpha.sim.rest_rows import (
    balance_row,
    event_position_rows,
    fill_row,
    order_row,
    position_row,
    settlement_row,
)
from kalshi_alpha.sim.rest_values import count_text

_ORDERS = "/trade-api/v2/portfolio/events/orders"
ENDPOINT_COSTS = (
    ("DELETE", f"{_ORDERS}/:order_id", CANCEL_COST),
    ("DELETE", f"{_ORDERS}/batched", CANCEL_COST),
    ("DELETE", _ORDERS, CANCEL_COST),
    ("GET", "/trade-api/v2/portfolio/orders/:order_id", 2),
    ("POST", "/trade-api/v2/account/api_usage_level/upgrade", 30),
)
_ORDER_STATUSES = frozenset({"resting", "canceled", "executed"})
_SETTLEMENT_STATUSES = frozenset({"unsettled", "settled", "all"})


def balance(call: Call) -> Answer:
    """``GET /portfolio/balance``."""
    view = _view(call)
    return Answer(balance_row(view.balance, view.as_of))


def orders(call: Call) -> Answer:
    """``GET /portfolio/orders``, newest first."""
    query = call.query
    limit, status = query.limit(), query.choice("status", _ORDER_STATUSES)
    ticker, events = query.text("ticker"), query.commas("event_ticker")
    since, until = query.instant("min_ts"), query.instant("max_ts")
    rows = [
        order
        for order in _view(call).orders
        if status in {None, str(order.status)}
        and ticker in {None, order.ticker}
        and (events is None or order.event_ticker in events)
        and (since is None or order.created_at >= since)
        and (until is None or order.created_at <= until)
    ]
    cursor = query.text("cursor")
    shown, following = page(
        rows, lambda o: o.order_id, cursor, limit, descending=True, repeat=call.repeats_a_row
    )
    return Answer(
        {"orders": [order_row(order, call.account_id) for order in shown], "cursor": following}
    )


def order(call: Call) -> Answer:
    """``GET /portfolio/orders/{order_id}``."""
    return Answer({"order": order_row(_own_order(call), call.account_id)})


def queue_position(call: Call) -> Answer:
    """``GET /portfolio/orders/{order_id}/queue_position``."""
    own = _own_order(call)
    ahead = call.desk.engine.queue_position(own.order_id)
    return Answer({"queue_position_fp": count_text(ahead.e2)})


def queue_positions(call: Call) -> Answer:
    """``GET /portfolio/orders/queue_positions``."""
    tickers, event = call.query.commas("market_tickers"), call.query.text("event_ticker")
    rows = []
    for each in call.desk.engine.resting(call.account_id):
        if tickers is not None and each.ticker not in tickers:
            continue
        if event not in {None, each.event_ticker}:
            continue
        ahead = call.desk.engine.queue_position(each.order_id)
        rows.append(
            {
                "order_id": each.order_id,
                "market_ticker": each.ticker,
                "queue_position_fp": count_text(ahead.e2),
            }
        )
    return Answer({"queue_positions": rows})


def fills(call: Call) -> Answer:
    """``GET /portfolio/fills``, newest first."""
    query = call.query
    limit, tickers, order_id = query.limit(), query.commas("ticker"), query.text("order_id")
    since, until = query.instant("min_ts"), query.instant("max_ts")
    rows = [
        fill
        for fill in _view(call).fills
        if (tickers is None or fill.ticker in tickers)
        and order_id in {None, fill.order_id}
        and (since is None or fill.at >= since)
        and (until is None or fill.at <= until)
    ]
    cursor = query.text("cursor")
    shown, following = page(
        rows, lambda f: f.trade_id, cursor, limit, descending=True, repeat=call.repeats_a_row
    )
    return Answer({"fills": [fill_row(fill) for fill in shown], "cursor": following})


def positions(call: Call) -> Answer:
    """``GET /portfolio/positions``; without a filter only markets that are not settled."""
    query = call.query
    limit = query.limit()
    ticker, event = query.text("ticker"), query.text("event_ticker")
    wanted = query.choice("settlement_status", _SETTLEMENT_STATUSES) or "unsettled"
    counts = query.commas("count_filter") or frozenset()
    rows = [
        row
        for row in _view(call).positions
        if ticker in {None, row.ticker}
        and event in {None, row.event_ticker}
        and (wanted == "all" or (wanted == "settled") == _is_settled(call, row))
        and ("position" not in counts or row.position_e2)
        and ("total_traded" not in counts or row.total_traded_e6)
    ]
    cursor = query.text("cursor")
    shown, following = page(rows, lambda p: p.ticker, cursor, limit, repeat=call.repeats_a_row)
    return Answer(
        {
            "market_positions": [position_row(row) for row in shown],
            "event_positions": event_position_rows(shown),
            "cursor": following,
        }
    )


def settlements(call: Call) -> Answer:
    """``GET /portfolio/settlements``, newest first."""
    query = call.query
    limit = query.limit()
    ticker, event = query.text("ticker"), query.text("event_ticker")
    since, until = query.instant("min_ts"), query.instant("max_ts")
    rows = [
        row
        for row in _view(call).settlements
        if ticker in {None, row.ticker}
        and event in {None, row.event_ticker}
        and (since is None or row.settled_at >= since)
        and (until is None or row.settled_at <= until)
    ]
    shown, following = page(
        rows,
        lambda s: f"{s.settled_at.isoformat(timespec='microseconds')} {s.ticker}",
        query.text("cursor"),
        limit,
        descending=True,
        repeat=call.repeats_a_row,
    )
    return Answer({"settlements": [settlement_row(row) for row in shown], "cursor": following})


def account_limits(call: Call) -> Answer:
    """``GET /account/limits``."""
    tier = call.desk.limiter.tier(call.account_id)
    return Answer(
        {
            "usage_tier": tier.name,
            "read": _bucket(tier.read_refill, tier.read_capacity),
            "write": _bucket(tier.write_refill, tier.write_capacity),
            "grants": [],
        }
    )


def endpoint_costs(_: Call) -> Answer:
    """``GET /account/endpoint_costs``."""
    costs = [{"method": m, "path": p, "cost": c} for m, p, c in ENDPOINT_COSTS]
    return Answer({"default_cost": DEFAULT_COST, "endpoint_costs": costs})


def upgrade(call: Call) -> Answer:
    """``POST /account/api_usage_level/upgrade``."""
    tier: UsageTier = ADVANCED
    call.desk.limiter.promote(call.account_id, tier)
    return Answer({"usage_tier": tier.name})


def _view(call: Call) -> AccountView:
    return call.desk.replica.view(call.account_id, call.at)


def _own_order(call: Call) -> SimOrder:
    found = call.desk.replica.order(call.account_id, call.path["order_id"], call.at)
    if found is None:
        raise not_found()
    return found


def _is_settled(call: Call, row: PositionRow) -> bool:
    return call.desk.engine.market(row.ticker).status is MarketStatus.FINALIZED


def _bucket(refill: int, capacity: int) -> dict[str, int]:
    return {"refill_rate": refill, "bucket_capacity": capacity}
