"""Read the whole account once, in the order in which an answer may be believed."""

from __future__ import annotations

from datetime import datetime, timedelta

from kalshi_alpha.brokers.venue_port import VenuePort
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.events import VenueStatus
from kalshi_alpha.core.orders.venue_view import VenueOrder, VenueView
from kalshi_alpha.core.ports import Clock

# Clocks differ by seconds, and an order is listed by the venue's.
_MARGIN = timedelta(minutes=1)
_HISTORY = timedelta(hours=1)


async def read_account(venue: VenuePort, blotter: Blotter, clock: Clock) -> VenueView:
    """Read orders, fills, positions, settlements and cash.

    How new the data is comes first: the readings that follow are no older.

    Raises
    ------
    VenueError
        If a question stays without a usable answer.
    """
    read_at = clock.now()
    since = reading_since(blotter, read_at)
    as_of = await venue.data_as_of()
    resting = await venue.orders(status=VenueStatus.RESTING)
    recent = await venue.orders(since=since)
    fills = await venue.fills(since=since)
    positions = await venue.positions()
    settlements = await venue.settlements(since=since)
    cash = await venue.cash()
    return VenueView(
        orders=merged(resting, recent),
        fills=fills,
        positions=positions,
        settlements=settlements,
        cash=cash,
        read_at=read_at,
        data_as_of=as_of,
        since=since,
    )


def reading_since(blotter: Blotter, at: datetime) -> datetime:
    """Return from when the account must be read to compare it.

    That is the last comparison that found everything whole, or the sending of an order that is
    still open or not reported whole, if it was sent before.
    """
    unsettled = (*blotter.live(), *blotter.unreported)
    if blotter.whole_at is None:
        unsettled = tuple(blotter.orders.values())
    begins = [order.intended_at for order in unsettled]
    return min(*begins, blotter.whole_at or at - _HISTORY, at) - _MARGIN


def merged(*readings: tuple[VenueOrder, ...]) -> tuple[VenueOrder, ...]:
    """Return every order once: as it was read last, unless that reading was the older one."""
    found: dict[str, VenueOrder] = {}
    for order in (order for reading in readings for order in reading):
        before = found.get(order.order_id)
        if before is None or _further(order, before):
            found[order.order_id] = order
    return tuple(found.values())


def _further(order: VenueOrder, before: VenueOrder) -> bool:
    over = before.status in {VenueStatus.CANCELED, VenueStatus.EXECUTED}
    return not over and order.filled >= before.filled
