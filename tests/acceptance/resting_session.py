"""A session for tests that kill it: three orders in a group, journalled, a lock and a heartbeat."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

from kalshi_alpha.brokers.account_lock import account_lock
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.brokers.kalshi.order_payloads import resting_order
from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.live_beat import live_beat
from kalshi_alpha.exec.watchdog import venue_client


async def hold(paths: Paths) -> None:
    """Rest the orders, say so, and beat until somebody ends this process."""
    clock = SystemClock()
    client = venue_client(KalshiEnv.SIM, os.environ, clock)
    await client.compare_clocks()
    group = (await client.create_group(Contracts.whole(100))).decoded
    assert group is not None
    (market,) = await client.markets(status="open", limit=1)
    with OrderJournal(paths.order_journal) as journal:
        for number in range(1, 4):
            intent = OrderIntent(
                series="CPI",
                event_ticker=market.event_ticker,
                ticker=market.ticker,
                side=Side.YES,
                price=Price(100 * number),
                contracts=Contracts.whole(1),
                expires_at=clock.now() + timedelta(hours=1),
                decided_at=clock.now(),
            )
            key = intent.client_order_id
            journal.append([ev.Intended(at=clock.now(), client_order_id=key, intent=intent)])
            reply = await client.create_order(
                resting_order(
                    ticker=intent.ticker,
                    side=intent.side,
                    price=intent.price,
                    contracts=intent.contracts,
                    client_order_id=key,
                    expiration_time=int(intent.expires_at.timestamp()),
                    order_group_id=group.order_group_id,
                )
            )
            assert reply.decoded is not None, reply
            journal.append(
                [
                    ev.Accepted(
                        at=clock.now(),
                        client_order_id=key,
                        order_id=reply.decoded.order_id,
                        filled=Contracts(0),
                        remaining=intent.contracts,
                    )
                ]
            )
    async with live_beat(paths.heartbeat, clock, "resting-session"):
        print("running", flush=True)
        await asyncio.sleep(100.0)


if __name__ == "__main__":
    home = Paths.from_environ(os.environ)
    with account_lock(home.order_journal):
        asyncio.run(hold(home))
