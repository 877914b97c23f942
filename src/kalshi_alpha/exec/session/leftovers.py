"""What sessions leave at the venue: orders of one that died, and order groups."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.exec.session.surroundings import Surroundings

OLD_GROUPS_MAX = 20
"""Groups of earlier sessions that one start deletes; each costs a write."""


async def take_back(gateway: LiveGateway, given: Surroundings) -> None:
    """Cancel what an earlier session left resting: this one quotes what it thinks itself."""
    left = [order.client_order_id for order in gateway.blotter.live()]
    try:
        await gateway.cancel_batch(left)
    except OrderUnknown as error:
        given.observer.alert("left_over", str(error))


@asynccontextmanager
async def order_group(
    gateway: LiveGateway, given: Surroundings, limit: Contracts
) -> AsyncIterator[None]:
    """Put the session's orders into a group of their own, which ends with it.

    Raises
    ------
    VenueError
        If no group could be made: without one nothing is sent.
    """
    await _delete_groups(given, await _empty_groups(given))
    gateway.group_id = await KalshiAccount(given.client).create_group(limit)
    try:
        yield
    finally:
        group, gateway.group_id = gateway.group_id, None
        await _delete_groups(given, [group])


async def _empty_groups(given: Surroundings) -> list[str]:
    """Return the groups that sessions left which did not end themselves."""
    used = {order.order_group_id for order in await given.client.orders(status="resting")}
    groups = [group.id for group in await given.client.order_groups() if group.id]
    return [group for group in groups if group not in used][:OLD_GROUPS_MAX]


async def _delete_groups(given: Surroundings, groups: Iterable[str]) -> None:
    for group in groups:
        try:
            await given.client.delete_group(group)
        except VenueError as error:
            # An empty group that stays behind does nothing; the next session deletes it.
            given.observer.alert("order_group", f"{group} was not deleted: {error}")
