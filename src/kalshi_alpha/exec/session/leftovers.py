"""What sessions leave at the venue: orders of one that died, and order groups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from kalshi_alpha.brokers.kalshi.account import KalshiAccount
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.orders.reconcile import Reconciliation
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Contracts
from kalshi_alpha.exec.session.beside import running
from kalshi_alpha.exec.session.surroundings import Surroundings

CONFIRM_WITHIN = timedelta(seconds=60)
"""How long the end of a session tries to confirm that nothing rests."""
_TRY_AGAIN_S = 1.0
OLD_GROUPS_MAX = 20
"""Groups of earlier sessions that one start deletes; each costs a write."""


async def take_back(gateway: LiveGateway, given: Surroundings) -> bool:
    """Cancel what an earlier session left resting, and say whether it left anything.

    This session quotes what it thinks itself.

    A second order under an id of ours goes too, whatever became of the first.
    """
    left = [order.client_order_id for order in gateway.blotter.live()]
    seconds = gateway.blotter.surplus.open()
    for off in (partial(gateway.cancel_batch, left), gateway.second_orders_off):
        try:
            await off()
        except OrderUnknown as error:
            given.observer.alert("left_over", str(error))
    return bool(left or seconds)


async def begun_empty(
    gateway: LiveGateway, given: Surroundings, found: Reconciliation
) -> Reconciliation:
    """Take back what an earlier session left, and return the comparison that counts.

    While orders rest it is not known whether the venue holds their fees back, and a difference of
    just that much would go unseen; where nothing rests cash agrees to the cent or not at all.

    Raises
    ------
    VenueError
        If the account cannot be read again.
    """
    return await gateway.reconcile() if await take_back(gateway, given) else found


async def everything_off(gateway: LiveGateway, clock: Clock) -> None:
    """Cancel everything of the account and confirm it; what is unknown is found out first.

    Raises
    ------
    OrderUnknown
        If it could not be confirmed for a minute.
    """
    await _until_confirmed(gateway.cancel_all, clock)


async def own_off(gateway: LiveGateway, given: Surroundings) -> None:
    """Cancel our own orders and confirm it, where nothing looks after the gateway beside it.

    Orders that nobody here sent are left alone, unless the kill switch is on.

    Raises
    ------
    OrderUnknown
        If it could not be confirmed for a minute, or nothing can be signed any more.
    """
    if not gateway.blotter.live() and not gateway.blotter.surplus.open():
        return
    if given.client.guard.latched:
        # Every request would be refused here: what rests ends with its own expiry.
        raise OrderUnknown("orders may rest: with this clock no cancel can be signed")

    async def cancel() -> None:
        await gateway.cancel_batch([each.client_order_id for each in gateway.blotter.live()])
        await gateway.second_orders_off()

    async with running([gateway.run()]):
        await _until_confirmed(cancel, given.clock)


@asynccontextmanager
async def nothing_left(gateway: LiveGateway, given: Surroundings) -> AsyncIterator[None]:
    """See to it that nothing of ours rests after a block, however the block ends.

    Raises
    ------
    OrderUnknown
        If that cannot be confirmed. Where an error ends the block, it is an alert beside it.
    """
    ended_well = False
    try:
        yield
        ended_well = True
    finally:
        try:
            await own_off(gateway, given)
        except VenueError as error:
            if ended_well:
                raise
            given.observer.alert("left_over", str(error))


async def _until_confirmed(cancel: Callable[[], Awaitable[None]], clock: Clock) -> None:
    give_up_at = clock.now() + CONFIRM_WITHIN
    while True:
        try:
            await cancel()
        except OrderUnknown:
            if clock.now() > give_up_at:
                raise
            await asyncio.sleep(_TRY_AGAIN_S)
        else:
            return


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
