"""A reconciliation of a journal that began with a stated account, with what a venue shows."""

from __future__ import annotations

from typing import Any

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.reconcile import BreakKind, Reconciliation, reconcile
from kalshi_alpha.core.orders.venue_view import VenuePosition
from kalshi_alpha.core.types import Money
from order_cases import AT, MARKET, accepted, fold, intended, later, venue_order, view

OPENING = ev.Stated(at=AT, cash=Money(1_000_000_000))
LATER = later(1)
LOCKED = Money(995_800_000)  # free cash while ten rest at 0.42
RESTS: list[ev.OrderEvent] = [intended(), accepted()]
TWIN = venue_order(order_id="venue-2")


def found(events: list[ev.OrderEvent], at: float = 1, **shown: Any) -> Reconciliation:
    return reconcile(fold(OPENING, *events), view(**shown), later(at))


def kinds(result: Reconciliation) -> list[BreakKind]:
    return [each.kind for each in result.breaks]


def position(net_e2: int) -> VenuePosition:
    return VenuePosition(ticker=MARKET, net_e2=net_e2, at_risk=Money(0))
