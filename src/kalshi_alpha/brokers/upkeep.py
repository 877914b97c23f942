"""What goes on beside the quoting: unknown orders, overdue doubts, stopped series, lost trust."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from kalshi_alpha.brokers.cancels import HANDFUL, Canceller
from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.brokers.pauses import Pauses
from kalshi_alpha.brokers.reconciler import Reconciler
from kalshi_alpha.brokers.resolver import Resolver
from kalshi_alpha.brokers.venue_port import VenuePort
from kalshi_alpha.core.errors import VenueError, VenueRefused
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.orders.surplus import Surplus
from kalshi_alpha.core.ports import Clock

_LOOK_EVERY_S = 0.25
_COMPARE_EVERY = timedelta(seconds=10)
_UNAUTHORIZED = 401


class Upkeep:
    """One task that looks after doubts until none is left.

    Parameters
    ----------
    venue, log, clock, resolver, canceller, pauses, reconciler
        As the gateway has them.
    kill
        Whether the kill switch is on.
    alert
        Called with a word and a sentence.
    """

    def __init__(
        self,
        venue: VenuePort,
        log: OrderLog,
        clock: Clock,
        resolver: Resolver,
        canceller: Canceller,
        pauses: Pauses,
        reconciler: Reconciler,
        kill: Callable[[], bool],
        alert: Callable[[str, str], None],
    ) -> None:
        self._venue = venue
        self._log = log
        self._clock = clock
        self._resolver = resolver
        self._canceller = canceller
        self._pauses = pauses
        self._reconciler = reconciler
        self._kill = kill
        self._alert = alert
        self._woken = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self._comparison: asyncio.Task[None] | None = None
        self._sweeps: set[asyncio.Task[None]] = set()
        self._sweeping: set[str] = set()
        self._withdrawal: asyncio.Task[None] | None = None
        canceller.before_batch = self._withdraw_if_killed
        self._extra: dict[str, asyncio.Task[None]] = {}
        self._strangers = False
        self._seen: set[str] = set()
        self._compared_at: datetime | None = None
        self.adopting: set[str] = set()
        """Orders whose id the venue said was taken."""

    def wake(self) -> None:
        """Look now instead of at the next round."""
        self._woken.set()

    def stranger(self, what: str) -> None:
        """Something of the account that nobody here sent: compare everything."""
        self._strangers = True
        self._alert("foreign", f"{what} was not sent from here")
        self.wake()

    async def run(self) -> None:
        """Go round until cancelled."""
        while True:
            await self.go_round()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self._woken.wait()
            self._woken.clear()

    async def close(self) -> None:
        """Give up what is under way."""
        beside = (self._asking, self._comparison, self._withdrawal, *self._sweeps)
        beside += tuple(self._extra.values())
        tasks = [task for task in beside if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def go_round(self) -> None:
        """Do once what is due; what takes time goes on beside it.

        A bug in what went on beside it is raised here.
        """
        if self._pauses.may_ask() and _is_over(self._asking):
            # Beside the rest: no question may keep a cancel waiting.
            self._asking = asyncio.create_task(self._asked())
        self._stop_overdue()
        self._withdraw_once()
        self._sweep_doomed()
        self._cancel_surplus()
        self._compare_if_needed()

    async def _asked(self) -> None:
        due = self._resolver.due()
        for ticker in due:
            await self.look_up(ticker)
        if self._pauses.auth_errors:
            await self._ask_whether_we_are_believed()
        if due and self._doomed():
            self.wake()

    async def look_up(self, ticker: str) -> None:
        """Look a market up; a question without an answer is asked again at its time."""
        try:
            strangers = await self._resolver.look_up(ticker)
        except VenueError as error:
            self._note(error)
        else:
            self._pauses.believed()
            for order_id in sorted(strangers - self._seen):
                self.stranger(f"a fill of order {order_id} of {ticker}")
            self._seen |= strangers
            live = {order.client_order_id for order in self._log.blotter.unknown()}
            self.adopting &= live

    async def _ask_whether_we_are_believed(self) -> None:
        try:
            await self._venue.orders(status=ev.VenueStatus.RESTING)
        except VenueError as error:
            self._note(error)
        else:
            self._pauses.believed()

    def _note(self, error: VenueError) -> None:
        if isinstance(error, VenueRefused) and error.status == _UNAUTHORIZED:
            self._pauses.refused()

    def _stop_overdue(self) -> None:
        for order in self._resolver.overdue():
            series = order.intent.series
            if series not in self._log.blotter.stopped:
                why = f"{order.client_order_id} is unresolved"
                self._log.learn(ev.SeriesStopped(at=self._clock.now(), series=series, why=why))
                self._alert("series_stopped", f"{series}: {why}")

    def _withdraw_once(self) -> None:
        """Begin to take everything off when the kill switch goes on; whoever sees it first."""
        if not self._kill():
            self._withdrawal = None
        elif self._withdrawal is None:
            rest = {order.client_order_id for order in self._log.blotter.resting()}
            swept = rest - self._sweeping
            self._sweeping |= swept
            self._withdrawal = asyncio.create_task(self._withdrawn(swept))
        else:
            _is_over(self._withdrawal)

    async def _withdraw_if_killed(self) -> None:
        """Wait until everything was taken off at once, if the kill switch is on."""
        self._withdraw_once()
        if self._withdrawal is not None:
            await asyncio.shield(self._withdrawal)

    async def _withdrawn(self, swept: set[str]) -> None:
        """Take everything off in as few requests as there are; no answer to an order is awaited."""
        blotter = self._log.blotter
        orders = blotter.live()
        # The last order's group is the one that the next would have been in.
        last = list(blotter.orders.values())[-1:]
        groups = {order.group_id for order in (*orders, *last) if order.group_id is not None}
        try:
            if orders or groups:
                await self._canceller.cancel_all(sorted(groups))
        except OrderUnknown as error:
            self._alert("cancel_unconfirmed", str(error))
        finally:
            self._sweeping -= swept

    def _sweep_doomed(self) -> None:
        """Cancel what must not rest, unless its cancel is under way."""
        for sweep in [each for each in self._sweeps if _is_over(each)]:
            self._sweeps.discard(sweep)
        doomed = [each for each in self._doomed() if each not in self._sweeping]
        if doomed:
            self._sweeping.update(doomed)
            self._sweeps.add(asyncio.create_task(self._swept(doomed)))
        over = [each for each in self._canceller.when_known if not self._may_trade(each)]
        self._canceller.when_known.difference_update(over)

    def _cancel_surplus(self) -> None:
        """Cancel second orders under ids of ours, unless the cancel of one is under way."""
        for order_id in [each for each, task in self._extra.items() if _is_over(task)]:
            del self._extra[order_id]
        if self._pauses.auth_error_streak:
            return
        for surplus in self._log.blotter.surplus.open():
            if surplus.order_id not in self._extra:
                self._extra[surplus.order_id] = asyncio.create_task(self._surplus_off(surplus))

    async def second_orders_off(self) -> None:
        """Cancel second orders now, and return once each is known to be off the book.

        Raises
        ------
        OrderUnknown
            If it is not known of every one.
        """
        self._cancel_surplus()
        await asyncio.gather(*self._extra.values())
        if left := [each.order_id for each in self._log.blotter.surplus.open()]:
            raise OrderUnknown(f"second orders not known to be off the book: {', '.join(left)}")

    async def _surplus_off(self, surplus: Surplus) -> None:
        if surplus.order_id not in self._seen:
            self._seen.add(surplus.order_id)
            said = f"{surplus.order_id} is a second order of {surplus.found.client_order_id}"
            self._alert("second_order", f"{said}: it is cancelled")
        try:
            await self._canceller.cancel_surplus(surplus)
        except OrderUnknown as error:
            self._resolver.stop_for(surplus, "is not known to be off the book")
            self._alert("cancel_unconfirmed", str(error))
        finally:
            # Whatever it did meanwhile, only a comparison can tell.
            self._strangers = True

    def _doomed(self) -> list[str]:
        """Return what must not rest: under the kill switch, of stopped series, found too late."""
        killed, stopped = self._kill(), self._log.blotter.stopped
        return [
            order.client_order_id
            for order in self._log.blotter.resting()
            if killed
            or order.intent.series in stopped
            or order.client_order_id in self._canceller.when_known
        ]

    def _may_trade(self, client_order_id: str) -> bool:
        order = self._log.blotter.orders.get(client_order_id)
        return order is not None and order.state.may_trade

    async def _swept(self, doomed: list[str]) -> None:
        try:
            if self._kill() and len(doomed) > HANDFUL:
                await self._canceller.cancel_all()
            else:
                await self._canceller.cancel_batch(doomed)
        except OrderUnknown as error:
            self._alert("cancel_unconfirmed", str(error))
        finally:
            self._sweeping.difference_update(doomed)

    def _compare_if_needed(self) -> None:
        """Compare everything when a stopped series is resolved, and while anything is amiss."""
        if not _is_over(self._comparison):
            return
        blotter, last, now = self._log.blotter, self._reconciler.last, self._clock.now()
        if self._compared_at is not None and now - self._compared_at < _COMPARE_EVERY:
            return
        unresolved = {o.intent.series for o in blotter.live() if o.state is OrderState.UNKNOWN}
        resting = {order.intent.series for order in blotter.resting()}
        resolved = any(series not in unresolved | resting for series in blotter.stopped)
        if self._strangers or resolved or (last is not None and not last.clean):
            self._strangers = False
            self._comparison = asyncio.create_task(self._compared())

    async def _compared(self) -> None:
        try:
            found = await self._reconciler.reconcile()
            self._compared_at = self._clock.now()
        except VenueError as error:
            self._alert("reconciliation", f"the account could not be read: {error}")
            return
        if not found.clean:
            kinds = sorted({each.kind.value for each in found.breaks})
            self._alert("reconciliation", f"{len(found.breaks)} breaks: {', '.join(kinds)}")


def _is_over(task: asyncio.Task[None] | None) -> bool:
    """Say whether nothing goes on any more; raise what a task raised."""
    if task is None:
        return True
    if not task.done():
        return False
    task.result()
    return True
