"""Send orders once, and say of each what the answer says, or that none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from kalshi_alpha.brokers.cancels import Canceller
from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.brokers.pauses import Pauses
from kalshi_alpha.brokers.resolver import Resolver
from kalshi_alpha.brokers.upkeep import Upkeep
from kalshi_alpha.brokers.venue_port import Ack, BatchAnswer, CreateAnswer, VenuePort
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown, OrderWithheld
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.outcomes import Outcome, batch_item_outcome, create_outcome
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.orders.request import order_request
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.ports import Acknowledgement, Clock
from kalshi_alpha.core.wire import WireFailed

Placed = Acknowledgement | OrderWithheld | OrderRejected | OrderUnknown


class OrderSender:
    """Sends intents that are durable, and concludes what became of them.

    Parameters
    ----------
    venue, log, clock, resolver, canceller, pauses, upkeep, kill, options
        As the gateway has them.
    """

    def __init__(
        self,
        venue: VenuePort,
        log: OrderLog,
        clock: Clock,
        resolver: Resolver,
        canceller: Canceller,
        pauses: Pauses,
        upkeep: Upkeep,
        kill: Callable[[], bool],
        options: LiveOptions,
    ) -> None:
        self._venue, self._log, self._clock = venue, log, clock
        self._resolver, self._canceller = resolver, canceller
        self._pauses, self._upkeep = pauses, upkeep
        self._kill, self._options = kill, options

    async def send(
        self, intents: Sequence[OrderIntent], group_id: str | None, said: dict[str, Placed]
    ) -> None:
        """Send orders in one request; ``said`` takes the refusals, the log everything else."""
        check = _LastCheck(self._log, self._clock, self._kill, self._options, intents)
        requests = [order_request(intent, group_id) for intent in intents]
        with self._accounted(intents, check, said):
            if len(requests) == 1:
                self._take_answer(intents[0], await self._venue.create(requests[0], check), said)
            else:
                batch = await self._venue.create_batch(requests, check)
                self._take_batch(intents, batch, said)
        # Our own id was taken: what is there can be adopted at once.
        taken = {i.ticker for i in intents if i.client_order_id in self._upkeep.adopting}
        for ticker in sorted(taken):
            await self._upkeep.look_up(ticker)

    @contextmanager
    def _accounted(
        self, intents: Sequence[OrderIntent], check: _LastCheck, said: dict[str, Placed]
    ) -> Iterator[None]:
        """See to it that no order stays in flight, however the request ended."""
        why = "interrupted"
        try:
            yield
        except WireFailed as error:
            why = str(error)
            check.passed = check.passed and error.may_have_arrived
        except VenueError as error:
            why = str(error)
        finally:
            for intent in intents:
                order = self._log.blotter.orders[intent.client_order_id]
                if order.state is OrderState.IN_FLIGHT:
                    self._take_no_answer(order, why, sent=check.passed, said=said)

    def _take_no_answer(
        self, order: OrderRecord, why: str, *, sent: bool, said: dict[str, Placed]
    ) -> None:
        at, order_id = self._clock.now(), order.client_order_id
        if sent:
            self._log.learn(ev.Lost(at=at, client_order_id=order_id, why=why))
            self._upkeep.wake()
        else:
            self._log.learn(ev.Withheld(at=at, client_order_id=order_id, why=why))
            said[order_id] = OrderWithheld("not_sent", why)

    def _take_answer(
        self, intent: OrderIntent, answer: CreateAnswer, said: dict[str, Placed]
    ) -> None:
        outcome = create_outcome(answer.status, has_order=answer.ack is not None, code=answer.code)
        self._conclude(intent, outcome, answer, said)

    def _take_batch(
        self, intents: Sequence[OrderIntent], batch: BatchAnswer, said: dict[str, Placed]
    ) -> None:
        whole = create_outcome(batch.status, has_order=batch.items is not None, code=batch.code)
        if whole is Outcome.ACCEPTED and batch.items is not None:
            for intent, item in zip(intents, batch.items, strict=True):
                named = item.code is not None and item.order_id is not None
                has_order = item.ack is not None or named
                outcome = batch_item_outcome(has_order=has_order, code=item.code)
                answer = CreateAnswer(batch.status, item.ack, item.code or "", item.detail)
                self._conclude(intent, outcome, answer, said)
            return
        for intent in intents:
            answer = CreateAnswer(batch.status, None, batch.code, batch.detail)
            self._conclude(intent, whole, answer, said)

    def _conclude(
        self,
        intent: OrderIntent,
        outcome: Outcome,
        answer: CreateAnswer,
        said: dict[str, Placed],
    ) -> None:
        at, order_id = self._clock.now(), intent.client_order_id
        match outcome:
            case Outcome.ACCEPTED if answer.ack is not None:
                self._pauses.answered()
                self._accept(order_id, answer.ack)
            case Outcome.REJECTED | Outcome.BACK_OFF | Outcome.STOP:
                detail = f"{answer.status} {answer.detail}".strip()
                self._log.learn(
                    ev.Rejected(
                        at=at,
                        client_order_id=order_id,
                        status=answer.status,
                        code=answer.code,
                        detail=detail,
                    )
                )
                said[order_id] = OrderRejected(answer.code, detail)
                self._note_refusal(outcome)
            case _:
                why = f"{answer.status} {answer.code} {answer.detail}".strip()
                self._log.learn(ev.Lost(at=at, client_order_id=order_id, why=why))
                if outcome is Outcome.ADOPT:
                    self._upkeep.adopting.add(order_id)
                self._upkeep.wake()

    def _accept(self, order_id: str, ack: Ack) -> None:
        accepted = ev.Accepted(
            at=self._clock.now(),
            client_order_id=order_id,
            order_id=ack.order_id,
            filled=ack.filled,
            remaining=ack.remaining,
        )
        self._resolver.accept(self._log.blotter.orders[order_id], accepted)
        if order_id in self._canceller.when_known or self._kill():
            self._canceller.when_known.add(order_id)
            self._upkeep.wake()

    def _note_refusal(self, outcome: Outcome) -> None:
        if outcome is Outcome.BACK_OFF:
            self._pauses.too_many()
        elif outcome is Outcome.STOP:
            self._pauses.refused()
            self._upkeep.wake()
        else:
            self._pauses.answered()


class _LastCheck:
    """What is looked at just before the first byte, when nothing is waited for any more."""

    def __init__(
        self,
        log: OrderLog,
        clock: Clock,
        kill: Callable[[], bool],
        options: LiveOptions,
        intents: Sequence[OrderIntent],
    ) -> None:
        self._log, self._clock, self._kill = log, clock, kill
        self._age_max = options.intent_age_max
        self._ids = [intent.client_order_id for intent in intents]
        self.passed = False

    def __call__(self) -> None:
        """Return if the request may leave.

        Raises
        ------
        OrderWithheld
            If the kill switch is on, or an order waited too long.
        """
        if self._kill():
            raise OrderWithheld("kill_switch", "it is on")
        oldest = min(self._log.blotter.orders[each].intended_at for each in self._ids)
        if self._clock.now() - oldest > self._age_max:
            raise OrderWithheld("too_old", "it waited too long to be sent")
        self.passed = True
