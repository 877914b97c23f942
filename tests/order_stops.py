"""What stops an order: each happens to a live desk, before the order or while it waits."""

from __future__ import annotations

import asyncio

import pytest

from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown
from live_desk import LiveDesk
from order_cases import intent


async def killed(desk: LiveDesk) -> None:
    desk.killed = True


async def gate_closed(desk: LiveDesk) -> None:
    await asyncio.sleep(0)
    desk.closed_gate = Reason.FREEZE_WINDOW


async def stopped(desk: LiveDesk) -> None:
    desk.gateway._log.learn(ev.SeriesStopped(at=desk.clock.now(), series="KXCPI", why="x"))


async def locked(desk: LiveDesk) -> None:
    desk.venue.script.append("lost")
    with pytest.raises(OrderUnknown):
        await desk.gateway.place(intent(nonce=7))


async def tired(desk: LiveDesk) -> None:
    desk.venue.script.append("429")
    with pytest.raises(OrderRejected):
        await desk.gateway.place(intent(nonce=7))


async def distrusted(desk: LiveDesk) -> None:
    desk.venue.script.append("401")
    with pytest.raises(OrderRejected):
        await desk.gateway.place(intent(nonce=7))


async def unready(desk: LiveDesk) -> None:
    desk.gateway._reconciler.last = None


async def ungrouped(desk: LiveDesk) -> None:
    desk.gateway.group_id = None
