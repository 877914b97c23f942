"""One order, as its events have made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.orders.states import Move, OrderState, Sign, next_state
from kalshi_alpha.core.types import Contracts, Money

OrderNews = (
    ev.Withheld
    | ev.Accepted
    | ev.Rejected
    | ev.Lost
    | ev.Seen
    | ev.Absent
    | ev.CancelSent
    | ev.Cancelled
    | ev.Filled
)


@dataclass(slots=True)
class OrderRecord:
    """One order. Read it; only the blotter that holds it writes to it.

    Attributes
    ----------
    client_order_id, intent, group_id, intended_at
        What was meant, and when it became durable.
    state
        How far it has come.
    order_id
        The venue's id, once known.
    size_e2
        What is or was open of it and filled, together: the intent's count less what was taken
        off. It only ever shrinks.
    told_filled_e2
        The largest count of filled contracts that the venue has told; the fills themselves may
        follow later.
    inferred_filled_e2
        What must have been filled by the answer to the cancel, if nothing was taken off before;
        zero once the venue has shown the end of the order.
    fills
        By trade id.
    cancel_sent_at
        When its cancel was last sent; None if never.
    lost_at
        When it became unknown; None unless it is.
    ended_at
        When it was learnt that nothing of it can be filled any more; None while it may be.
    contradiction
        What happened to it that cannot have been so, or None.
    """

    client_order_id: str
    intent: OrderIntent
    group_id: str | None
    intended_at: datetime
    state: OrderState = OrderState.IN_FLIGHT
    order_id: str | None = None
    size_e2: int = 0
    told_filled_e2: int = 0
    inferred_filled_e2: int = 0
    fills: dict[str, ev.Filled] = field(default_factory=dict)
    cancel_sent_at: datetime | None = None
    lost_at: datetime | None = None
    ended_at: datetime | None = None
    contradiction: str | None = None

    @classmethod
    def of(cls, event: ev.Intended) -> OrderRecord:
        """Begin with the intent."""
        return cls(
            client_order_id=event.client_order_id,
            intent=event.intent,
            group_id=event.group_id,
            intended_at=event.at,
            size_e2=event.intent.contracts.e2,
        )

    @property
    def fills_e2(self) -> int:
        """Contracts of the fills that are known one by one."""
        return sum(fill.contracts.e2 for fill in self.fills.values())

    @property
    def filled(self) -> Contracts:
        """Contracts filled, as far as anything has told."""
        return Contracts(max(self.told_filled_e2, self.inferred_filled_e2, self.fills_e2))

    @property
    def open(self) -> Contracts:
        """Contracts that may still be filled: resting, in flight, or unknown."""
        if not self.state.may_trade:
            return Contracts(0)
        return Contracts(max(0, self.size_e2 - self.filled.e2))

    @property
    def unreported(self) -> Contracts:
        """Contracts filled whose fills are not known one by one yet."""
        return Contracts(self.filled.e2 - self.fills_e2)

    @property
    def filled_at_risk(self) -> Money:
        """What the fills cost with their fees; unreported ones at our own price and full fee."""
        known = sum(f.price.e4 * f.contracts.e2 + max(0, f.fee.e6) for f in self.fills.values())
        return Money(known + self._cost_e6(self.unreported))

    def filled_at_risk_beyond(self, covered: Mapping[str, ev.Filled], unreported_e2: int) -> Money:
        """Return what the fills cost that a statement of the venue does not cover.

        Parameters
        ----------
        covered
            The fills as they were known then, by trade id; one corrected since counts again.
        unreported_e2
            Hundredths of contracts that were filled then and whose fills were not known yet.
            Once they are known they count, for nobody can tell them from later ones.
        """
        later = [fill for trade_id, fill in self.fills.items() if covered.get(trade_id) != fill]
        known = sum(f.price.e4 * f.contracts.e2 + max(0, f.fee.e6) for f in later)
        return Money(known + self._cost_e6(Contracts(max(0, self.unreported.e2 - unreported_e2))))

    @property
    def open_at_risk(self) -> Money:
        """What is open of it would cost, with the most its fees can be."""
        return Money(self._cost_e6(self.open))

    def _cost_e6(self, contracts: Contracts) -> int:
        fee = -(-self.intent.fee_max.e6 * contracts.e2 // self.intent.contracts.e2)
        return self.intent.price.e4 * contracts.e2 + fee

    def check(self, event: OrderNews) -> None:
        """Return if an event may follow.

        Raises
        ------
        IllegalEvent
            If it may not.
        """
        self._move(event)

    def apply(self, event: OrderNews) -> None:
        """Take an event in.

        Raises
        ------
        IllegalEvent
            If it may not follow; then nothing has changed.
        """
        move = self._move(event)
        self._take_in(event)
        if move is None:
            return
        if move.contradiction:
            self.contradiction = f"was {self.state}, and then {type(event).__name__}"
        if move.state is OrderState.UNKNOWN and self.state is not OrderState.UNKNOWN:
            self.lost_at = event.at
        elif move.state is not OrderState.UNKNOWN:
            self.lost_at = None
        if move.state.may_trade:
            self.ended_at = None
        elif self.state.may_trade:
            self.ended_at = event.at
        self.state = move.state
        if self.fills_e2 > self.intent.contracts.e2:
            self.contradiction = f"filled {Contracts(self.fills_e2)} of {self.intent.contracts}"

    def _move(self, event: OrderNews) -> Move | None:
        sign = self._sign(event)
        if sign is None:
            return None
        known = self.order_id
        told = getattr(event, "order_id", None)
        if known is not None and told is not None and told != known:
            raise IllegalEvent(f"{self.client_order_id}: is {known} at the venue, not {told}")
        return next_state(self.state, sign)

    def _sign(self, event: OrderNews) -> Sign | None:
        match event:
            case ev.Withheld():
                return Sign.WITHHELD
            case ev.Rejected():
                return Sign.REFUSED
            case ev.Lost():
                return Sign.LOST
            case ev.Absent():
                return Sign.ABSENT
            case ev.Cancelled():
                return Sign.CANCELLED
            case ev.CancelSent():
                return None
            case ev.Filled():
                others = self.fills_e2 - _count_e2(self.fills.get(event.trade_id))
                wanted = self.size_e2 if self.state.may_trade else self.intent.contracts.e2
                whole = max(others + event.contracts.e2, self.told_filled_e2) >= wanted
                return Sign.FILLED_WHOLE if whole else Sign.FILLED_PART
            case ev.Accepted():
                return self._standing(event.filled, event.remaining)
            case ev.Seen():
                return self._seen(event)

    def _seen(self, event: ev.Seen) -> Sign:
        match event.status:
            case ev.VenueStatus.EXECUTED:
                return Sign.EXECUTED
            case ev.VenueStatus.CANCELED:
                return Sign.CANCELLED
            case ev.VenueStatus.RESTING:
                return self._standing(event.filled, event.remaining)
            case ev.VenueStatus.UNKNOWN:
                # It exists, and nothing says that it is over.
                return Sign.RESTS

    def _standing(self, filled: Contracts, remaining: Contracts) -> Sign:
        if remaining.e2:
            return Sign.RESTS
        return Sign.EXECUTED if filled.e2 >= self.size_e2 else Sign.CANCELLED

    def _take_in(self, event: OrderNews) -> None:
        match event:
            case ev.Filled():
                self.fills[event.trade_id] = event
                self.order_id = event.order_id
            case ev.Accepted():
                self.order_id = event.order_id
                self._told(event.filled.e2, event.remaining.e2)
            case ev.Seen():
                self.order_id = event.order_id
                self._take_in_seen(event)
            case ev.Cancelled():
                # A decrease that nobody has confirmed yet would make this too much.
                self.inferred_filled_e2 = max(0, self.size_e2 - event.removed.e2)
                self.size_e2 = self.filled.e2
            case ev.CancelSent():
                self.cancel_sent_at = event.at
            case _:
                pass

    def _take_in_seen(self, event: ev.Seen) -> None:
        match event.status:
            case ev.VenueStatus.RESTING:
                self._told(event.filled.e2, event.remaining.e2)
            case ev.VenueStatus.CANCELED:
                self.inferred_filled_e2 = 0
                self._told(event.filled.e2, 0)
            case ev.VenueStatus.EXECUTED:
                self.inferred_filled_e2 = 0
                self._told(event.filled.e2 or self.size_e2, 0)
            case ev.VenueStatus.UNKNOWN:
                self.told_filled_e2 = max(self.told_filled_e2, event.filled.e2)

    def _told(self, filled_e2: int, remaining_e2: int) -> None:
        # Readings lag and come in any order: what is filled only grows, what was wanted only
        # shrinks, so an old reading can overstate what is open and never understate it.
        self.told_filled_e2 = max(self.told_filled_e2, filled_e2)
        self.size_e2 = min(self.size_e2, max(filled_e2 + remaining_e2, self.filled.e2))


def _count_e2(fill: ev.Filled | None) -> int:
    return 0 if fill is None else fill.contracts.e2
