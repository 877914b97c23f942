"""Take orders off the book, and know that they are off.

A cancel may be sent again, an order never: cancelling twice does nothing more. What ends an order
here is the venue's word for it: the answer to its cancel, or a reading that shows it ended. A
reading that still shows it resting may be old, so it is asked again for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.brokers.pauses import Pauses
from kalshi_alpha.brokers.resolver import Resolver
from kalshi_alpha.brokers.venue_port import ChangeAnswer, VenuePort
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import OrderUnknown
from kalshi_alpha.core.orders.outcomes import (
    TOO_MANY,
    CancelOutcome,
    cancel_outcome,
    proves_signature,
)
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.orders.surplus import Surplus
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Contracts

PATIENCE = timedelta(seconds=10)
_PAUSES_S = (0.1, 0.25, 0.5, 1.0)
_GONE = 404
BATCH_MAX = 20
"""Orders of one batch cancel: what the smallest write budget pays in under a second."""
HANDFUL = 5
"""Orders that are cancelled by themselves; more of them are left to the venue's cancel-all."""


class Canceller:
    """Cancels and decreases; see the module.

    Parameters
    ----------
    venue, log, resolver, pauses, clock
        As the gateway has them.
    """

    def __init__(
        self, venue: VenuePort, log: OrderLog, resolver: Resolver, pauses: Pauses, clock: Clock
    ) -> None:
        self._venue = venue
        self._log = log
        self._resolver = resolver
        self._pauses = pauses
        self._clock = clock
        self.when_known: set[str] = set()
        """Orders to be cancelled as soon as it is known that they rest."""
        self.under_way: set[str] = set()
        """Orders with a cancel or a decrease under way."""
        self.before_batch: Callable[[], Awaitable[None]] = _nothing
        """Awaited before a batch: where the kill switch is on, everything goes at once."""

    async def cancel(self, client_order_id: str) -> None:
        """Cancel an order and return once it is known to be off; see `OrderGateway.cancel`."""
        order = self._log.blotter.orders.get(client_order_id)
        if order is None or not order.state.may_trade:
            return
        self._require_known(order)
        self.under_way.add(client_order_id)
        try:
            await self._cancel_known(order)
        finally:
            self.under_way.discard(client_order_id)

    async def cancel_batch(self, client_order_ids: Sequence[str]) -> None:
        """Cancel orders in as few requests as the write budget allows.

        Raises
        ------
        OrderUnknown
            If it is not known of every one that it is off; all were tried.
        """
        await self.before_batch()
        orders = [o for i in client_order_ids if (o := self._log.blotter.orders.get(i)) is not None]
        known = [o for o in orders if o.state is OrderState.RESTING and o.order_id is not None]
        self.under_way.update(order.client_order_id for order in known)
        try:
            for start in range(0, len(known), BATCH_MAX):
                await self._cancel_at_once(known[start : start + BATCH_MAX])
        finally:
            self.under_way.difference_update(order.client_order_id for order in known)
        failed = [text for order in orders if (text := await self._failed_to_cancel(order))]
        if failed:
            raise OrderUnknown("; ".join(failed))

    async def cancel_surplus(self, surplus: Surplus) -> None:
        """Take a second order off the book, and return once it is known to be off.

        Raises
        ------
        OrderUnknown
            If no answer says so within patience.
        """
        give_up_at, attempt = self._clock.now() + PATIENCE, 0
        while self._clock.now() < give_up_at and not self._pauses.auth_error_streak:
            answer = await self._sent(lambda: self._venue.cancel(surplus.order_id, surplus.ticker))
            if self._outcome(answer) is CancelOutcome.DONE and answer is not None:
                self._surplus_off(surplus, answer.count)
            else:
                with suppress(VenueError):
                    await self._resolver.ask_about_surplus(surplus.order_id)
            if not self._still_rests(surplus):
                return
            await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S) - 1)])
            attempt += 1
        raise OrderUnknown(f"{surplus.order_id}: not known to be off the book")

    def _surplus_off(self, surplus: Surplus, removed: Contracts | None) -> None:
        if removed is None or not self._still_rests(surplus):
            return
        filled = Contracts(max(0, surplus.found.contracts.e2 - removed.e2))
        self._log.learn(
            ev.SurplusOver(
                at=self._clock.now(),
                client_order_id=surplus.found.client_order_id,
                order_id=surplus.order_id,
                filled=filled,
            )
        )
        if filled.e2:
            self._resolver.stop_for(surplus, "was filled")

    def _still_rests(self, surplus: Surplus) -> bool:
        now = self._log.blotter.surplus.get(surplus.order_id)
        return now is None or now.may_trade

    async def decrease(self, client_order_id: str, to: Contracts) -> None:
        """Make a resting order smaller; it keeps its place in the queue.

        Until the venue shows it smaller it counts as large as before.

        Raises
        ------
        OrderUnknown
            If no answer says what became of it.
        """
        order = self._log.blotter.orders.get(client_order_id)
        if order is None or not order.state.may_trade or order.open <= to:
            return
        self._require_known(order)
        self.under_way.add(client_order_id)
        try:
            answer = await self._sent(
                lambda: self._venue.decrease(order.order_id or "", order.intent.ticker, to)
            )
            outcome = self._outcome(answer)
            if outcome is CancelOutcome.BACK_OFF:
                return
            await self._until_shown(order, lambda: order.open <= to)
        finally:
            self.under_way.discard(client_order_id)

    async def cancel_all(self, groups: Collection[str] = ()) -> None:
        """Cancel everything of the account, and confirm it; see `OrderGateway.cancel_all`.

        The venue's own cancel-all comes first; then a few that still rest are cancelled by
        themselves, and more of them by another cancel-all. Orders that are in flight or unknown
        are cancelled as soon as they are known to rest.

        Parameters
        ----------
        groups
            Order groups that are triggered at the same time: one that is triggered refuses what
            is still on its way, which no cancel reaches.

        Raises
        ------
        OrderUnknown
            If it is not known of every order that it is off, or of every group that it refuses.
        """
        for order in self._log.blotter.live():
            if order.state is not OrderState.RESTING:
                self.when_known.add(order.client_order_id)
        give_up_at = self._clock.now() + PATIENCE
        # Neither waits for the other, nor for the answer to any order.
        _, open_groups = await asyncio.gather(
            self._sent(self._venue.cancel_everything), self._triggered(groups)
        )
        attempt, left = 0, ["not asked yet"]
        while (left or open_groups) and self._clock.now() < give_up_at:
            if attempt:
                await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S)) - 1])
            attempt += 1
            if open_groups:
                open_groups = await self._triggered(open_groups)
            left = await self._what_still_rests()
        unknown = [order.client_order_id for order in self._log.blotter.live()]
        doubtful = [*(left or unknown), *(f"group {each}" for each in open_groups)]
        if doubtful:
            raise OrderUnknown(f"not known to be off the book: {', '.join(doubtful)}")

    async def _triggered(self, groups: Collection[str]) -> list[str]:
        """Trigger groups, and return those of which no answer says that they refuse orders."""
        answers = await asyncio.gather(
            *(self._sent(partial(self._venue.trigger_group, each)) for each in groups)
        )
        # A group that is gone takes no orders either.
        return [
            each
            for each, answer in zip(groups, answers, strict=True)
            if answer is None or not (200 <= answer.status < 300 or answer.status == _GONE)
        ]

    async def _cancel_known(self, order: OrderRecord) -> None:
        give_up_at = self._clock.now() + PATIENCE
        for attempt in range(100):
            if attempt:
                await asyncio.sleep(_PAUSES_S[min(attempt, len(_PAUSES_S)) - 1])
            self._log.learn(
                ev.CancelSent(at=self._clock.now(), client_order_id=order.client_order_id)
            )
            answer = await self._sent(
                lambda: self._venue.cancel(order.order_id or "", order.intent.ticker)
            )
            outcome = self._outcome(answer)
            if outcome is CancelOutcome.DONE and answer is not None:
                self._off(order, answer.count)
            elif outcome is not CancelOutcome.BACK_OFF:
                await self._until_shown(order, lambda: not order.state.may_trade, tries=3)
            if not order.state.may_trade:
                return
            if self._clock.now() >= give_up_at or self._pauses.auth_error_streak:
                break
        self._resolver.doubtful.add(order.intent.ticker)
        raise OrderUnknown(f"{order.client_order_id}: not known to be off the book")

    async def _cancel_at_once(self, orders: Sequence[OrderRecord]) -> None:
        at = self._clock.now()
        self._log.learn(
            *(ev.CancelSent(at=at, client_order_id=order.client_order_id) for order in orders)
        )
        try:
            answer = await self._venue.cancel_batch(
                [(order.order_id or "", order.intent.ticker) for order in orders]
            )
        except VenueError:
            return
        read = None if answer.items is None else Contracts(0)
        self._outcome(ChangeAnswer(answer.status, read, answer.code))
        for order, item in zip(orders, answer.items or (), strict=False):
            if item.code is None and item.count is not None:
                self._off(order, item.count)
            elif item.code in TOO_MANY:
                self._pauses.too_many()

    async def _failed_to_cancel(self, order: OrderRecord) -> str | None:
        try:
            await self.cancel(order.client_order_id)
        except OrderUnknown as error:
            return str(error)
        return None

    async def _what_still_rests(self) -> list[str]:
        """Cancel what the venue or we think still rests, and name it."""
        try:
            shown = await self._venue.orders(status=ev.VenueStatus.RESTING)
        except VenueError as error:
            return [str(error)]
        left = [
            theirs
            for theirs in shown
            if (ours := self._resolver.take_order(theirs)) is None
            or ours.order_id != theirs.order_id
            or ours.state.may_trade
        ]
        if len(left) > HANDFUL:
            await self._sent(self._venue.cancel_everything)
        else:
            for theirs in left:
                await self._cancel_by_venue_id(theirs.order_id, theirs.ticker)
        # What becomes of each is learnt from the venue one by one, and none is cancelled for it.
        try:
            for order in self._log.blotter.resting():
                await self._resolver.ask_about(order)
            for second in self._log.blotter.surplus.open():
                await self._resolver.ask_about_surplus(second.order_id)
        except VenueError as error:
            return [str(error)]
        resting = [order.client_order_id for order in self._log.blotter.resting()]
        seconds = [second.order_id for second in self._log.blotter.surplus.open()]
        return list(dict.fromkeys([*(theirs.order_id for theirs in left), *resting, *seconds]))

    async def _cancel_by_venue_id(self, order_id: str, ticker: str) -> None:
        order = self._log.blotter.by_order_id(order_id)
        answer = await self._sent(lambda: self._venue.cancel(order_id, ticker))
        if order is not None and self._outcome(answer) is CancelOutcome.DONE and answer is not None:
            self._off(order, answer.count)

    async def _until_shown(
        self, order: OrderRecord, shown: Callable[[], bool], tries: int = len(_PAUSES_S)
    ) -> None:
        for pause_s in _PAUSES_S[:tries]:
            try:
                await self._resolver.ask_about(order)
            except VenueError:
                self._resolver.doubtful.add(order.intent.ticker)
            if shown():
                return
            await asyncio.sleep(pause_s)
        self._resolver.doubtful.add(order.intent.ticker)

    async def _sent(self, send: Callable[[], Awaitable[ChangeAnswer]]) -> ChangeAnswer | None:
        try:
            return await send()
        except VenueError:
            # Whether it arrived is found out by looking, not by what the wire said.
            return None

    def _outcome(self, answer: ChangeAnswer | None) -> CancelOutcome:
        if answer is None:
            return CancelOutcome.UNKNOWN
        outcome = cancel_outcome(answer.status, has_count=answer.count is not None)
        if outcome is CancelOutcome.BACK_OFF:
            self._pauses.too_many()
        elif outcome is CancelOutcome.STOP:
            self._pauses.refused()
        elif proves_signature(answer.status, read=answer.count is not None, code=answer.code):
            self._pauses.believed()
        return outcome

    def _off(self, order: OrderRecord, removed: Contracts | None) -> None:
        if removed is None or not order.state.may_trade:
            return
        self._log.learn(
            ev.Cancelled(
                at=self._clock.now(), client_order_id=order.client_order_id, removed=removed
            )
        )
        if order.unreported.e2:
            self._resolver.doubtful.add(order.intent.ticker)

    def _require_known(self, order: OrderRecord) -> None:
        if order.order_id is None:
            self.when_known.add(order.client_order_id)
            raise OrderUnknown(
                f"{order.client_order_id}: is {order.state}, and is cancelled once it is known"
            )


async def _nothing() -> None:
    """Do nothing: the default of what comes before a batch."""
