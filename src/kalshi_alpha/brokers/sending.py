"""Send orders once, and say of each what the answer says, or that none does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from kalshi_alpha.brokers.cancels import Canceller
from kalshi_alpha.brokers.order_checks import Moment, OrderChecks
from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.brokers.pauses import Pauses
from kalshi_alpha.brokers.resolver import Resolver
from kalshi_alpha.brokers.upkeep import Upkeep
from kalshi_alpha.brokers.venue_port import Ack, BatchAnswer, CreateAnswer, VenuePort
from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import OrderRejected, OrderUnknown, OrderWithheld
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.outcomes import (
    Outcome,
    batch_item_outcome,
    create_outcome,
    proves_signature,
)
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
    venue, log, clock, resolver, canceller, pauses, upkeep, kill
        As the gateway has them.
    checks
        Are asked just before the first byte of every request.
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
        checks: OrderChecks,
    ) -> None:
        self._venue, self._log, self._clock = venue, log, clock
        self._resolver, self._canceller = resolver, canceller
        self._pauses, self._upkeep = pauses, upkeep
        self._kill, self._checks = kill, checks

    async def send(
        self,
        intents: Sequence[OrderIntent],
        group_id: str | None,
        moment: Moment,
        said: dict[str, Placed],
    ) -> None:
        """Send orders in one request, or none of them.

        Parameters
        ----------
        intents
            Durable; if anything speaks against one of them now, none is sent.
        group_id
            Their order group.
        moment
            When they were decided on.
        said
            Takes what was refused or not sent; the log takes everything else.
        """
        check = _LastCheck(self._checks, intents, group_id, moment)
        requests = [order_request(intent, group_id) for intent in intents]
        with self._accounted(intents, check, said):
            # After a request of others it is asked first, so that it need not wait for tokens.
            if moment.is_past:
                check.ask()
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
        why, withheld = "interrupted", None
        try:
            yield
        except OrderWithheld as error:
            why, withheld = str(error), error
        except WireFailed as error:
            why = str(error)
            check.passed = check.passed and error.may_have_arrived
        except VenueError as error:
            why = str(error)
        finally:
            for intent in intents:
                order = self._log.blotter.orders[intent.client_order_id]
                if order.state is OrderState.IN_FLIGHT:
                    if check.passed:
                        self._lose(order, why)
                    else:
                        said[intent.client_order_id] = withheld or OrderWithheld("not_sent", why)
                        self._withhold(order, why)

    def _lose(self, order: OrderRecord, why: str) -> None:
        lost = ev.Lost(at=self._clock.now(), client_order_id=order.client_order_id, why=why)
        self._log.learn(lost)
        self._upkeep.wake()

    def _withhold(self, order: OrderRecord, why: str) -> None:
        at, order_id = self._clock.now(), order.client_order_id
        self._log.learn(ev.Withheld(at=at, client_order_id=order_id, why=why))

    def _take_answer(
        self, intent: OrderIntent, answer: CreateAnswer, said: dict[str, Placed]
    ) -> None:
        outcome = create_outcome(answer.status, has_order=answer.ack is not None, code=answer.code)
        self._conclude(intent, outcome, answer, said)
        self._note({outcome}, _proves(answer.status, outcome, answer.code))

    def _take_batch(
        self, intents: Sequence[OrderIntent], batch: BatchAnswer, said: dict[str, Placed]
    ) -> None:
        whole = create_outcome(batch.status, has_order=batch.items is not None, code=batch.code)
        if whole is not Outcome.ACCEPTED or batch.items is None:
            for intent in intents:
                answer = CreateAnswer(batch.status, None, batch.code, batch.detail)
                self._conclude(intent, whole, answer, said)
            self._note({whole}, _proves(batch.status, whole, batch.code))
            return
        outcomes = set()
        for intent, item in zip(intents, batch.items, strict=True):
            # Beside an error an order counts that is only named.
            named = item.code is not None and item.order_id is not None
            has_order = item.ack is not None or named
            outcome = batch_item_outcome(has_order=has_order, code=item.code)
            answer = CreateAnswer(batch.status, item.ack, item.code or "", item.detail)
            self._conclude(intent, outcome, answer, said)
            outcomes.add(outcome)
        self._note(outcomes, believed=True)

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

    def _note(self, outcomes: set[Outcome], believed: bool) -> None:  # noqa: FBT001
        """Tell the pauses once of each answer, however many orders it was for."""
        if Outcome.STOP in outcomes:
            self._pauses.refused()
            self._upkeep.wake()
        elif Outcome.BACK_OFF in outcomes:
            self._pauses.too_many()
        elif believed and outcomes & {Outcome.ACCEPTED, Outcome.REJECTED}:
            self._pauses.answered()


def _proves(status: int, outcome: Outcome, code: str) -> bool:
    return proves_signature(status, read=outcome is Outcome.ACCEPTED, code=code)


class _LastCheck:
    """What is looked at just before the first byte, when nothing is waited for any more."""

    def __init__(
        self,
        checks: OrderChecks,
        intents: Sequence[OrderIntent],
        group_id: str | None,
        moment: Moment,
    ) -> None:
        self._checks, self._intents = checks, intents
        self._group_id, self._moment = group_id, moment
        self.passed = False

    def ask(self) -> None:
        """Return if the request could leave now.

        Raises
        ------
        OrderWithheld
            If anything speaks against one of its orders.
        """
        self._checks.require_leave(self._intents, self._group_id, self._moment)

    def __call__(self) -> None:
        """Return if the request leaves now.

        Raises
        ------
        OrderWithheld
            If anything speaks against one of its orders.
        """
        self.ask()
        self._checks.leaves(len(self._intents))
        self.passed = True
