"""The journal's order events in the words of telemetry and of the audit trail."""

from __future__ import annotations

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.belief import Belief
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.types import Contracts, Money, Price
from kalshi_alpha.exec.telemetry.events import TelemetryEvent as E

_WORDS: dict[type, E] = {
    ev.Intended: E.SENT,
    ev.Withheld: E.WITHHELD,
    ev.Accepted: E.ACCEPTED,
    ev.Rejected: E.REJECT,
    ev.Lost: E.UNKNOWN,
    ev.Seen: E.SEEN,
    ev.Absent: E.ABSENT,
    ev.CancelSent: E.CANCEL_SENT,
    ev.Cancelled: E.CANCEL,
    ev.Filled: E.PARTIAL_FILL,
    ev.SurplusFound: E.SURPLUS_FOUND,
    ev.SurplusOver: E.SURPLUS_OVER,
    ev.Stated: E.STATED,
    ev.Settled: E.SETTLED,
    ev.SeriesStopped: E.SERIES_STOPPED,
    ev.Reconciled: E.RECONCILED,
}


def describe(event: ev.OrderEvent, order: OrderRecord | None = None) -> tuple[E, dict[str, object]]:
    """Return the type of an event and what is said of it.

    Parameters
    ----------
    event
        From the journal.
    order
        The order it is of, after the event was taken in; it adds the market and tells a whole
        fill from a part of one.

    Returns
    -------
    tuple
        Prices and money as dollars, counts as contracts, both as the venue writes them.
    """
    word = _WORDS[type(event)]
    if word is E.PARTIAL_FILL and order is not None and order.open.e2 == 0:
        word = E.FILL
    said = {name: _shown(getattr(event, name)) for name in event.__struct_fields__ if name != "at"}
    said["learnt_at"] = event.at
    if order is not None:
        said = {
            "series": order.intent.series,
            "event_ticker": order.intent.event_ticker,
            "ticker": order.intent.ticker,
            "order_id": order.order_id,
            "order_state": order.state.value,
            "open": _shown(order.open),
        } | said
    return word, said


def _shown(value: object) -> object:
    match value:
        case Price():
            return str(value)
        case Contracts():
            return str(value)
        case Money():
            return str(value)
        case OrderIntent() | Belief():
            names = (name for name in value.__dataclass_fields__)
            return {name: _shown(getattr(value, name)) for name in names}
        case ev.StatedPosition():
            return {name: _shown(getattr(value, name)) for name in value.__struct_fields__}
        case tuple():
            return [_shown(each) for each in value]
        case _:
            return value
