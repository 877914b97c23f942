"""The life of an order: intent, send, acknowledgement, fill, and every way it can go wrong."""

from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.caps import Breach, CapName, Caps, LadderCaps
from kalshi_alpha.core.orders.errors import (
    IllegalEvent,
    OrderRejected,
    OrderUnknown,
    OrderWithheld,
)
from kalshi_alpha.core.orders.events import OrderEvent
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.lookup import UnknownPolicy
from kalshi_alpha.core.orders.outcomes import (
    CancelOutcome,
    Outcome,
    batch_item_outcome,
    cancel_outcome,
    create_outcome,
)
from kalshi_alpha.core.orders.reconcile import (
    Break,
    BreakKind,
    Reconciliation,
    reconcile,
    reconciliation_reading,
)
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.orders.request import OrderRequest, order_request
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.orders.venue_view import (
    VenueFill,
    VenueOrder,
    VenuePosition,
    VenueSettlement,
    VenueView,
)

__all__ = [
    "Blotter",
    "Breach",
    "Break",
    "BreakKind",
    "CancelOutcome",
    "CapName",
    "Caps",
    "IllegalEvent",
    "LadderCaps",
    "OrderEvent",
    "OrderIntent",
    "OrderRecord",
    "OrderRejected",
    "OrderRequest",
    "OrderState",
    "OrderUnknown",
    "OrderWithheld",
    "Outcome",
    "Reconciliation",
    "UnknownPolicy",
    "VenueFill",
    "VenueOrder",
    "VenuePosition",
    "VenueSettlement",
    "VenueView",
    "batch_item_outcome",
    "cancel_outcome",
    "create_outcome",
    "order_request",
    "reconcile",
    "reconciliation_reading",
]
