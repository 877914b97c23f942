"""Orders and their events, built short: what tests of the order path begin with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.belief import Belief
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.venue_view import VenueFill, VenueOrder, VenueView
from kalshi_alpha.core.types import Contracts, Money, Price, Side

AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
EVENT = "KXCPI-26NOV"
MARKET = f"{EVENT}-T0.3"
OTHER_MARKET = f"{EVENT}-T0.4"


def later(seconds: float) -> datetime:
    """Return an instant so many seconds after the first."""
    return AT + timedelta(seconds=seconds)


def intent(**changes: Any) -> OrderIntent:
    """Build an intent: ten YES contracts at 42 cents."""
    fields: dict[str, Any] = {
        "series": "KXCPI",
        "event_ticker": EVENT,
        "ticker": MARKET,
        "side": Side.YES,
        "price": Price(4200),
        "contracts": Contracts.whole(10),
        "expires_at": later(600),
        "decided_at": AT,
    }
    return OrderIntent(**(fields | changes))


def belief(**changes: Any) -> Belief:
    """Build what an intent was believed to be worth: consumer prices, above the market's."""
    fields: dict[str, Any] = {
        "family": "CPI",
        "quantity": "cpi_mom",
        "risk_unit": "CPI:2026-12-10",
        "strike": "> 0.3",
        "p": 0.55,
        "p_model": 0.6,
        "p_market": 0.45,
        "shrink": 0.9,
        "w_bin": 1.0,
        "adverse": 0.005,
        "pmf_sha256": "ab",
        "closes_at": later(7200),
        "touch_e4": 4100,
        "touch_depth_e2": 20_000,
        "tick_e4": 100,
    }
    return Belief(**(fields | changes))


ORDER = intent()
ID = ORDER.client_order_id
VENUE_ID = "venue-1"


def intended(meant: OrderIntent = ORDER, at: datetime = AT) -> ev.Intended:
    return ev.Intended(at=at, client_order_id=meant.client_order_id, intent=meant)


def withheld() -> ev.Withheld:
    return ev.Withheld(at=AT, client_order_id=ID, why="kill_switch")


def accepted(
    filled: int = 0, remaining: int = 1000, order_id: str = VENUE_ID, client_order_id: str = ID
) -> ev.Accepted:
    return ev.Accepted(
        at=AT,
        client_order_id=client_order_id,
        order_id=order_id,
        filled=Contracts(filled),
        remaining=Contracts(remaining),
    )


def rejected(code: str = "invalid_order") -> ev.Rejected:
    return ev.Rejected(at=AT, client_order_id=ID, status=400, code=code)


def lost(at: datetime = AT) -> ev.Lost:
    return ev.Lost(at=at, client_order_id=ID, why="timeout")


def absent() -> ev.Absent:
    return ev.Absent(at=AT, client_order_id=ID)


def seen(
    status: str = "resting", filled: int = 0, remaining: int = 1000, order_id: str = VENUE_ID
) -> ev.Seen:
    return ev.Seen(
        at=AT,
        client_order_id=ID,
        order_id=order_id,
        status=ev.VenueStatus(status),
        filled=Contracts(filled),
        remaining=Contracts(remaining),
    )


def cancel_sent() -> ev.CancelSent:
    return ev.CancelSent(at=AT, client_order_id=ID)


def cancelled(removed: int = 1000) -> ev.Cancelled:
    return ev.Cancelled(at=AT, client_order_id=ID, removed=Contracts(removed))


def filled(count: int, trade_id: str = "t1", **changes: Any) -> ev.Filled:
    fields: dict[str, Any] = {
        "at": AT,
        "client_order_id": ID,
        "trade_id": trade_id,
        "order_id": VENUE_ID,
        "side": Side.YES,
        "price": Price(4200),
        "contracts": Contracts(count),
        "fee": Money(0),
        "is_taker": False,
        "filled_at": AT,
    }
    return ev.Filled(**(fields | changes))


def surplus_found(order_id: str = "venue-2", contracts: int = 1000) -> ev.SurplusFound:
    return ev.SurplusFound(
        at=AT,
        client_order_id=ID,
        order_id=order_id,
        ticker=MARKET,
        side=Side.YES,
        price=Price(4200),
        contracts=Contracts(contracts),
        fee_max=Money(0),
    )


def surplus_over(order_id: str = "venue-2", filled: int = 0) -> ev.SurplusOver:
    return ev.SurplusOver(at=AT, client_order_id=ID, order_id=order_id, filled=Contracts(filled))


def fold(*events: ev.OrderEvent) -> Blotter:
    return Blotter(events)


def venue_order(meant: OrderIntent = ORDER, **changes: Any) -> VenueOrder:
    """Build the venue's view of an intent that rests whole."""
    fields: dict[str, Any] = {
        "order_id": VENUE_ID,
        "client_order_id": meant.client_order_id,
        "ticker": meant.ticker,
        "side": meant.side,
        "price": meant.price,
        "status": ev.VenueStatus.RESTING,
        "initial": meant.contracts,
        "filled": Contracts(0),
        "remaining": meant.contracts,
    }
    return VenueOrder(**(fields | changes))


def venue_fill(count: int, trade_id: str = "t1", **changes: Any) -> VenueFill:
    fields: dict[str, Any] = {
        "trade_id": trade_id,
        "order_id": VENUE_ID,
        "ticker": MARKET,
        "side": Side.YES,
        "price": Price(4200),
        "contracts": Contracts(count),
        "fee": Money(0),
        "is_taker": False,
        "filled_at": AT,
    }
    return VenueFill(**(fields | changes))


def view(
    orders: Iterable[VenueOrder] = (), fills: Iterable[VenueFill] = (), **changes: Any
) -> VenueView:
    """Build a reading of the account: no positions and 1,000 dollars."""
    fields: dict[str, Any] = {
        "orders": tuple(orders),
        "fills": tuple(fills),
        "positions": (),
        "cash": Money(1_000_000_000),
        "read_at": AT,
        "data_as_of": AT,
    }
    return VenueView(**(fields | changes))
