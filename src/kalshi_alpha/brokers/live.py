"""The live gateway: an order is durable before it is sent, and counts until it is known to be over.

Every order passes here last, whoever sends it: kill switch, gate, stopped series, locked market,
caps. Then its intent is written to the journal, then it is sent, once. What became of it is
decided by the one table; what no answer tells is looked up, and until the venue has shown it the
order counts in full and its market takes no other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from kalshi_alpha.brokers.cancels import Canceller
from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.brokers.order_checks import Gate, Moment, OrderChecks
from kalshi_alpha.brokers.order_log import Journal, Listener, OrderLog
from kalshi_alpha.brokers.pauses import Pauses
from kalshi_alpha.brokers.reconciler import Reconciler
from kalshi_alpha.brokers.resolver import Resolver
from kalshi_alpha.brokers.sending import OrderSender, Placed
from kalshi_alpha.brokers.upkeep import Upkeep
from kalshi_alpha.brokers.venue_port import VenuePort
from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.gates.readings import Reading
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.caps import Caps
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown, OrderWithheld
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.reconcile import Reconciliation, reconciliation_reading
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.orders.venue_view import VenueFill, VenueOrder
from kalshi_alpha.core.ports import Acknowledgement, Clock
from kalshi_alpha.core.types import Contracts

Alert = Callable[[str, str], None]


class LiveGateway:
    """Sends orders of one account to one venue.

    Call `start` first, keep `run` running, and give what the stream tells to `take_order` and
    `take_fill`.

    Parameters
    ----------
    venue
        The account.
    journal
        Is replayed, then written; nobody else may write it.
    clock
        Tells the time.
    gate
        Decides on one order; it is asked last, for each.
    kill
        Whether the kill switch is on, or cannot be read.
    caps
        The desk's caps.
    options
        Times and sizes.
    on_event
        Called with every new event.
    on_alert
        Called with a word and a sentence when something must be looked at.
    """

    def __init__(
        self,
        venue: VenuePort,
        journal: Journal,
        clock: Clock,
        *,
        gate: Gate,
        kill: Callable[[], bool],
        caps: Caps,
        options: LiveOptions | None = None,
        on_event: Listener | None = None,
        on_alert: Alert | None = None,
    ) -> None:
        self._venue, self._clock = venue, clock
        self._options = options or LiveOptions()
        self._alert = on_alert or (lambda _word, _sentence: None)
        self._log = OrderLog(journal, on_event, lambda why: self._alert("journal", why))
        rng = random.Random(self._options.seed)  # noqa: S311 - pauses, not secrets
        self._pauses = Pauses(clock, self._options.pauses, rng, self._on_auth_streak)
        self._resolver = Resolver(venue, self._log, clock, self._options.unknown)
        self._canceller = Canceller(venue, self._log, self._resolver, self._pauses, clock)
        self._reconciler = Reconciler(venue, self._log, clock, self._options)
        self._upkeep = Upkeep(
            venue,
            self._log,
            clock,
            self._resolver,
            self._canceller,
            self._pauses,
            self._reconciler,
            kill,
            self._alert,
        )
        self._checks = OrderChecks(
            self._log,
            clock,
            self._reconciler,
            self._pauses,
            gate=gate,
            kill=kill,
            caps=caps,
            options=self._options,
            group=lambda: self.group_id,
        )
        self._sender = OrderSender(
            venue,
            self._log,
            clock,
            self._resolver,
            self._canceller,
            self._pauses,
            self._upkeep,
            kill,
            self._checks,
        )
        self.group_id: str | None = None
        """Group that new orders belong to."""

    @property
    def blotter(self) -> Blotter:
        """What is known of all orders; read it, never write to it."""
        return self._log.blotter

    @property
    def under_way(self) -> frozenset[str]:
        """Orders with a cancel or a decrease under way, by client order id."""
        return frozenset(self._canceller.under_way)

    @property
    def auth_error_streak(self) -> bool:
        """Whether the venue refused our signature three times in a row, and has not since."""
        return self._pauses.auth_error_streak

    # --- the session --------------------------------------------------------------------------

    async def start(self, group_limit: Contracts | None = None) -> Reconciliation:
        """Reconcile with the venue, and open an order group.

        Parameters
        ----------
        group_limit
            Contracts that the desk accepts to be filled within 15 seconds; the venue cancels the
            group's orders beyond it. None opens no group.

        Raises
        ------
        VenueError
            If the account cannot be read, or the group not be made.
        """
        found = await self.reconcile()
        if group_limit is not None:
            self.group_id = await self._venue.create_group(group_limit)
        return found

    async def reconcile(self, *, accept: str | None = None) -> Reconciliation:
        """Compare with the venue until all agrees or patience ends; nothing is sent meanwhile.

        Parameters
        ----------
        accept
            An operator's note by which the venue's cash and positions are taken as they are.

        Raises
        ------
        VenueError
            If the account cannot be read.
        """
        return await self._reconciler.reconcile(accept=accept)

    def reconciliation_reading(self, max_age: timedelta | None = None) -> Reading:
        """Return what the gate reads of the last reconciliation."""
        return reconciliation_reading(self._reconciler.last, max_age=max_age)

    async def run(self) -> None:
        """Look after what is unknown, doubtful or stopped, until cancelled."""
        await self._upkeep.run()

    async def close(self) -> None:
        """Send nothing more and write what waits; orders rest as they are.

        Raises
        ------
        DataError
            If the journal cannot be written.
        """
        self._checks.closed = True
        await self._upkeep.close()
        self._log.flush()

    def take_order(self, shown: VenueOrder) -> None:
        """Take in an order that the stream shows."""
        if self._resolver.take_order(shown) is None:
            self._upkeep.stranger(f"order {shown.order_id} of {shown.ticker}")
        self._upkeep.wake()

    def take_fill(self, fill: VenueFill) -> None:
        """Take in a fill that the stream shows."""
        if self._resolver.take_fill(fill, final=False) is None:
            # It may be of an order whose answer is still on its way.
            self._resolver.doubtful.add(fill.ticker)
        self._upkeep.wake()

    def doubt(self) -> None:
        """Read everything that is open again: the stream was interrupted."""
        self._resolver.doubtful.update(o.intent.ticker for o in self.blotter.live())
        self._upkeep.wake()

    # --- orders ---------------------------------------------------------------------------------

    async def place(self, intent: OrderIntent) -> Acknowledgement:
        """Rest an order; see `OrderGateway.place`."""
        (placed,) = await self.place_batch([intent])
        if isinstance(placed, Acknowledgement):
            return placed
        raise placed

    async def place_batch(self, intents: Sequence[OrderIntent]) -> tuple[Placed, ...]:
        """Rest orders in as few requests as fit, and return what became of each, in order.

        All intents are made durable in one commit before the first request leaves.
        """
        said: dict[str, Placed] = {}
        group_id, moment = self.group_id, Moment(self._clock)
        # Those whose intent is written and that no request was begun for yet.
        waiting: list[OrderIntent] = []
        why = "interrupted", "nothing of it was sent"
        try:
            for intent in intents:
                if self._may_begin(intent, said):
                    waiting.append(intent)
                    self._intend(intent, group_id)
            try:
                self._log.flush()
            except DataError as error:
                why = "journal", str(error)
            else:
                await self._send(waiting, group_id, moment, said)
        finally:
            self._take_back(waiting, *why, said)
        return tuple(self._placed(intent, said) for intent in intents)

    async def cancel(self, client_order_id: str) -> None:
        """Take an order off the book; see `OrderGateway.cancel`."""
        await self._canceller.cancel(client_order_id)

    async def cancel_batch(self, client_order_ids: Sequence[str]) -> None:
        """Take orders off the book in as few requests as fit.

        Raises
        ------
        OrderUnknown
            If it is not known of every one that it is off; all were tried.
        """
        await self._canceller.cancel_batch(client_order_ids)

    async def cancel_all(self) -> None:
        """Take every order of the account off the book; see `OrderGateway.cancel_all`.

        The venue may also cancel what is placed in the minute after.
        """
        await self._canceller.cancel_all()

    async def second_orders_off(self) -> None:
        """Take every second order under an id of ours off the book.

        Raises
        ------
        OrderUnknown
            If it is not known of every one that it is off.
        """
        await self._upkeep.second_orders_off()

    async def decrease(self, client_order_id: str, to: Contracts) -> None:
        """Make a resting order smaller in place.

        Raises
        ------
        OrderUnknown
            If the order is not known to the venue yet.
        """
        await self._canceller.decrease(client_order_id, to)

    # --- sending --------------------------------------------------------------------------------

    async def _send(
        self,
        waiting: list[OrderIntent],
        group_id: str | None,
        moment: Moment,
        said: dict[str, Placed],
    ) -> None:
        """Send what waits in as few requests as fit; it no longer waits once its own begins."""
        with self._reconciler.sending():
            while waiting:
                # The budget may have been read anew since the last request.
                size = self._batch_max()
                batch = waiting[:size]
                del waiting[:size]
                await self._sender.send(batch, group_id, moment, said)

    def _batch_max(self) -> int:
        most = self._venue.batch_max()
        return most if self._options.batch_max is None else min(most, self._options.batch_max)

    def _may_begin(self, intent: OrderIntent, said: dict[str, Placed]) -> bool:
        """Say whether an intent is new and nothing speaks against it."""
        order_id = intent.client_order_id
        if order_id in self.blotter.orders:
            return False
        try:
            self._checks.require_begin(intent)
        except OrderWithheld as error:
            said[order_id] = error
            return False
        return True

    def _intend(self, intent: OrderIntent, group_id: str | None) -> None:
        order_id, at = intent.client_order_id, self._clock.now()
        self._log.learn(
            ev.Intended(at=at, client_order_id=order_id, intent=intent, group_id=group_id)
        )

    def _take_back(
        self, intents: Sequence[OrderIntent], why: str, detail: str, said: dict[str, Placed]
    ) -> None:
        """Give up orders that were not sent, whatever kept them from it."""
        for intent in intents:
            order_id, at = intent.client_order_id, self._clock.now()
            if order_id in self.blotter.orders:
                self._log.learn(ev.Withheld(at=at, client_order_id=order_id, why=why))
                said[order_id] = OrderWithheld(why, detail)

    def _placed(self, intent: OrderIntent, said: dict[str, Placed]) -> Placed:
        order_id = intent.client_order_id
        order = self.blotter.orders.get(order_id)
        if order_id in said and (order is None or order.state.never_was):
            return said[order_id]
        if order is None or order.state in {OrderState.IN_FLIGHT, OrderState.UNKNOWN}:
            return OrderUnknown(f"{order_id}: no answer says what became of it")
        if order.state.never_was:
            return OrderRejected("", f"{order_id} was {order.state} before, and is used once")
        return Acknowledgement(order_id, order.order_id, order.open, order.filled)

    def _on_auth_streak(self, length: int) -> None:
        self._alert("auth_error_streak", f"the venue refused our signature {length} times in a row")
