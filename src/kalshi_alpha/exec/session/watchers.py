"""What goes on beside the quoting loop: whoever may end it, and whatever it must learn anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from kalshi_alpha.brokers.kalshi.clock_guard import LOOK_EVERY_S
from kalshi_alpha.brokers.live import LiveGateway
from kalshi_alpha.core.errors import DataError, VenueError
from kalshi_alpha.core.forecast import Forecast
from kalshi_alpha.core.gates import Reading
from kalshi_alpha.exec.quoting.loop import QuotingLoop
from kalshi_alpha.exec.quoting.solver import ScanSolver
from kalshi_alpha.exec.session.session_gate import SessionGate
from kalshi_alpha.exec.session.surroundings import Surroundings

ASK_EXCHANGE_EVERY_S = 5.0
RENEW_EVERY_S = 15.0
"""How often what goes by a live quote is forecast anew; the quote may be a minute old."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """Forecasts from a newer quote, and how the gate reads that quote."""

    forecasts: tuple[Forecast, ...]
    readings: tuple[Reading, ...]


Renewal = Callable[[], Renewed]
"""Asks for the quote and forecasts anew; it waits for the network, so it runs in a thread."""


async def renewed_quotes(
    given: Surroundings, renewal: Renewal, solver: ScanSolver, gate: SessionGate
) -> None:
    """Forecast anew, again and again; what cannot be learnt leaves the old quote to grow old."""
    while True:
        await asyncio.sleep(RENEW_EVERY_S)
        try:
            found = await asyncio.to_thread(renewal)
        except DataError as error:
            given.observer.alert("live_quote", str(error))
            continue
        gate.quote_said(found.readings)
        solver.renew({(f.quantity, f.period): f.pmf for f in found.forecasts})
        given.observer.wake()


async def stop_on_kill(given: Surroundings, gateway: LiveGateway, loop: QuotingLoop) -> None:
    """End the loop, and take everything off, once the kill switch is on."""
    await given.kill.run()
    # The loop may be waiting for an answer; the gateway takes everything off without it.
    gateway.doubt()
    loop.stop()


async def stop_on_request(given: Surroundings, loop: QuotingLoop) -> None:
    """End the loop once somebody asks for it."""
    await given.ending.wait()
    loop.stop()


async def ask_exchange(given: Surroundings, gate: SessionGate) -> None:
    """Ask again and again whether the exchange trades; no answer closes the gate."""
    while True:
        await asyncio.sleep(ASK_EXCHANGE_EVERY_S)
        try:
            status = await given.client.exchange_status()
        except VenueError as error:
            given.observer.alert("exchange", str(error))
            gate.exchange_said(trading_active=None)
        else:
            gate.exchange_said(trading_active=status.exchange_active and status.trading_active)


async def watch_clock(given: Surroundings, loop: QuotingLoop) -> None:
    """Say within a second that the clock stepped; end where it was found wrong for good."""
    guard = given.client.guard

    def doubted() -> None:
        given.observer.alert("clock_skew", guard.doubt)
        given.observer.wake()

    watching = asyncio.ensure_future(guard.watch(doubted))
    try:
        while not guard.latched:
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        watching.cancel()
    # Nothing will be signed any more, cancels neither: what rests ends with its own expiry.
    loop.stop()
