"""From what should rest and what rests to what is sent: cancels first, queue place kept.

An order that rests has a place in the queue that a new one would have to wait for. So an order at
a price that is still wanted is kept, made smaller in place where it is too large, and joined by a
second one where it is too small. It is given up only if its price is no longer wanted: at once
when it bids more than we now would, and when it bids less only if moving gains enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.quoting.quotes import Quote, RestingOrder
from kalshi_alpha.core.types import Contracts, Side


class Because(StrEnum):
    """Why something is done to an order."""

    WANTED = "wanted"
    PLACE_KEPT = "queue place kept"
    NOT_WANTED = "no longer wanted"
    BIDS_TOO_MUCH = "bids more than it is worth"
    BETTER_PRICE = "a better price is worth the queue place"
    TOO_LARGE = "larger than wanted"
    TOO_SMALL = "smaller than wanted"
    DOUBT = "the market cannot be trusted"
    GATE = "the gate is closed"
    SESSION_ENDS = "the session ends"
    MAKES_ROOM = "waits: an order on this side is not gone yet, or the wish is new"
    BUDGET = "no requests left in this round"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done, or put off.

    ``contracts`` is the size that is placed, that an order is cut to, or that stays.
    """

    ticker: str
    side: Side
    price_e4: int
    contracts: Contracts
    because: Because
    client_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one round sends, in this order: ``cancels``, ``cuts``, ``places``.

    ``kept`` is left alone; ``put_off`` waits for a later round.
    """

    cancels: tuple[Step, ...] = ()
    cuts: tuple[Step, ...] = ()
    places: tuple[Step, ...] = ()
    kept: tuple[Step, ...] = ()
    put_off: tuple[Step, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is sent."""
        return not (self.cancels or self.cuts or self.places)

    def lines(self) -> list[str]:
        """Return one line for each step, as it is shown before anything is sent."""
        groups = (
            ("-", self.cancels),
            ("<", self.cuts),
            ("+", self.places),
            ("=", self.kept),
            ("?", self.put_off),
        )
        return [_line(sign, step) for sign, steps in groups for step in steps]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePolicy:
    """When a place in the queue is worth keeping, and what a round may cost.

    Parameters
    ----------
    improvement_e4
        How much better a wanted price must be before an order gives up its place for it.
    size_e2
        Smallest difference of sizes, in hundredths of contracts, that is acted on.
    tokens
        Request budget of one round, in the venue's tokens; cancels always go, whatever it says.
    place_cost, cancel_cost, cut_cost
        What each request costs.

    Raises
    ------
    BadParameter
        If one is not positive.
    """

    improvement_e4: int = 100
    size_e2: int = 100
    tokens: int = 100
    place_cost: int = 10
    cancel_cost: int = 2
    cut_cost: int = 10

    def __post_init__(self) -> None:
        costs = (self.tokens, self.place_cost, self.cancel_cost, self.cut_cost)
        if min(self.improvement_e4, self.size_e2, *costs) <= 0:
            raise BadParameter(f"a queue policy holds positive numbers, was {self}")


def plan(
    wanted: Iterable[Quote],
    resting: Iterable[RestingOrder],
    policy: QueuePolicy,
    *,
    doubted: frozenset[str] = frozenset(),
    busy: frozenset[tuple[str, Side]] = frozenset(),
    gate_open: bool,
) -> Plan:
    """Work out what one round sends.

    Parameters
    ----------
    wanted
        At most one quote for each market and side.
    resting
        Our orders that rest, oldest first within a market: that is their order in the queue.
    policy
        Thresholds and the request budget.
    doubted
        Markets whose book or orders cannot be trusted: whatever rests there is cancelled.
    busy
        Sides of markets on which a request is under way: nothing is placed there meanwhile.
    gate_open
        False cancels everything and places nothing.

    Raises
    ------
    BadParameter
        If two quotes want the same side of one market.
    """
    quotes = _by_place(wanted)
    draft = _Draft()
    orders: dict[tuple[str, Side], list[RestingOrder]] = {}
    for order in resting:
        orders.setdefault((order.ticker, order.side), []).append(order)
    for place, mine in orders.items():
        quote = quotes.get(place)
        if not gate_open:
            draft.cancel(mine, Because.GATE)
        elif place[0] in doubted:
            draft.cancel(mine, Because.DOUBT)
        elif quote is None:
            draft.cancel(mine, Because.NOT_WANTED)
        else:
            _revise(draft, quote, mine, policy)
    if gate_open:
        for place, quote in quotes.items():
            if place not in orders and place[0] not in doubted:
                draft.place(quote, quote.contracts.e2, Because.WANTED)
    draft.hold_back(busy)
    return _within_budget(draft, quotes, policy)


@dataclass(slots=True)
class _Draft:
    cancels: list[Step] = field(default_factory=list)
    cuts: list[Step] = field(default_factory=list)
    places: list[Step] = field(default_factory=list)
    kept: list[Step] = field(default_factory=list)
    put_off: list[Step] = field(default_factory=list)

    def cancel(self, orders: Iterable[RestingOrder], because: Because) -> None:
        self.cancels += [_step(order, order.remaining, because) for order in orders]

    def place(self, quote: Quote, size_e2: int, because: Because) -> None:
        size = Contracts(size_e2)
        self.places.append(Step(quote.ticker, quote.side, quote.price.e4, size, because))

    def hold_back(self, busy: frozenset[tuple[str, Side]]) -> None:
        late = [step for step in self.places if (step.ticker, step.side) in busy]
        self.places = [step for step in self.places if step not in late]
        self.put_off += [replace(step, because=Because.MAKES_ROOM) for step in late]


def _by_place(wanted: Iterable[Quote]) -> dict[tuple[str, Side], Quote]:
    quotes: dict[tuple[str, Side], Quote] = {}
    for quote in wanted:
        place = (quote.ticker, quote.side)
        if place in quotes:
            raise BadParameter(f"two quotes want {quote.side.value.upper()} of {quote.ticker}")
        quotes[place] = quote
    return quotes


def _revise(draft: _Draft, quote: Quote, mine: Sequence[RestingOrder], policy: QueuePolicy) -> None:
    """Bring the orders of one side of a market in line with its quote."""
    staying: list[RestingOrder] = []
    for order in mine:
        gain_e4 = quote.price.e4 - order.price.e4
        if gain_e4 < 0:
            draft.cancel([order], Because.BIDS_TOO_MUCH)
        elif gain_e4 >= policy.improvement_e4:
            draft.cancel([order], Because.BETTER_PRICE)
        else:
            staying.append(order)
    room_e2 = _keep(draft, quote.contracts.e2, staying, policy)
    if len(staying) < len(mine):
        # The order that leaves counts until the venue says that it is gone, so its successor
        # waits for the next round: two orders never stand for one quote.
        late = Step(quote.ticker, quote.side, quote.price.e4, quote.contracts, Because.MAKES_ROOM)
        draft.put_off.append(late)
    elif room_e2 >= policy.size_e2:
        draft.place(quote, room_e2, Because.TOO_SMALL)


def _keep(
    draft: _Draft, wanted_e2: int, staying: Sequence[RestingOrder], policy: QueuePolicy
) -> int:
    """Fill the wanted size with the oldest orders, and return what is still missing."""
    room_e2 = wanted_e2
    for order in staying:
        over_e2 = order.remaining.e2 - room_e2
        if room_e2 <= 0:
            draft.cancel([order], Because.TOO_LARGE)
        elif over_e2 >= policy.size_e2:
            draft.cuts.append(_step(order, Contracts(room_e2), Because.TOO_LARGE))
        else:
            draft.kept.append(_step(order, order.remaining, Because.PLACE_KEPT))
        room_e2 = max(0, room_e2 - order.remaining.e2)
    return room_e2


def _within_budget(
    draft: _Draft, quotes: Mapping[tuple[str, Side], Quote], policy: QueuePolicy
) -> Plan:
    """Let risk go first: cancels always, then cuts, then the places that are worth most."""
    left = policy.tokens - policy.cancel_cost * len(draft.cancels)
    cuts, left = _afford(draft.cuts, left, policy.cut_cost)
    best = sorted(
        draft.places, key=lambda s: (-quotes[(s.ticker, s.side)].ev_honest, s.ticker, s.side.value)
    )
    places, left = _afford(best, left, policy.place_cost)
    short = [*draft.cuts[len(cuts) :], *best[len(places) :]]
    return Plan(
        cancels=tuple(draft.cancels),
        cuts=tuple(cuts),
        places=tuple(places),
        kept=tuple(draft.kept),
        put_off=(*draft.put_off, *(replace(step, because=Because.BUDGET) for step in short)),
    )


def _afford(steps: Sequence[Step], tokens: int, cost: int) -> tuple[Sequence[Step], int]:
    count = max(0, min(len(steps), tokens // cost))
    return steps[:count], tokens - cost * count


def _step(order: RestingOrder, size: Contracts, because: Because) -> Step:
    return Step(order.ticker, order.side, order.price.e4, size, because, order.client_order_id)


def _line(sign: str, step: Step) -> str:
    price = f"{step.price_e4 / 100:.2f}".rstrip("0").rstrip(".")
    return (
        f"{sign} {step.ticker} {step.side.value.upper()} {step.contracts} @ {price}c: "
        f"{step.because.value}"
    )
