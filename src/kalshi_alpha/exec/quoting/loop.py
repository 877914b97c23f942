"""The quoting loop: look, decide whether to think, think, show the difference, send it.

It is deterministic given what it sees: books, orders, forecast, gate and clock. Whatever is in
doubt is cancelled first and thought about later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.quoting.basis import Basis, MarketBasis, RepriceThresholds, Why, moved
from kalshi_alpha.core.quoting.own_orders import without_own
from kalshi_alpha.core.quoting.plan import Because, Plan, QueuePolicy, plan
from kalshi_alpha.core.types import Side
from kalshi_alpha.exec.quoting.desk import Books, Desk, DeskState, Solution, Solver


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPolicy:
    """When the loop thinks, and how much it may send.

    Parameters
    ----------
    thresholds
        How far the basis of the quotes may move before they are worked out anew.
    queue
        When a queue place is kept, and what one round may cost.
    pause_s
        Shortest time between two rounds: events that arrive meanwhile are taken together.
    idle_s
        Longest time between two rounds, so that the gate and the clock are looked at.
    ripe_s
        How long a quote must have been wanted, at its price, before an order is placed for it. A
        book that others trade in empties and refills within moments; cancels never wait.
    """

    thresholds: RepriceThresholds
    queue: QueuePolicy
    pause_s: float = 0.05
    idle_s: float = 1.0
    ripe_s: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.pause_s <= self.idle_s:
            raise BadParameter(f"pauses must be 0 < {self.pause_s} <= {self.idle_s}")
        if not 0.0 <= self.ripe_s < float("inf"):
            raise BadParameter(f"a quote ripens in 0 s or more, was {self.ripe_s}")


@dataclass(frozen=True, slots=True)
class Round:
    """One round: when, why the quotes were worked out anew (empty if not), and what it sends."""

    at: datetime
    why: tuple[Why, ...]
    gate: tuple[str, ...]
    plan: Plan


class QuotingLoop:
    """Keeps the orders of one session in line with what is worth quoting.

    Parameters
    ----------
    desk, books, solver, clock
        Our orders, the market's books, what should rest, and the time.
    gate
        Returns the reasons that forbid quoting now; empty opens it. It is asked in every round.
    policy
        Thresholds and pauses.
    show
        Is given each round that sends anything, before anything is sent.
    """

    def __init__(
        self,
        desk: Desk,
        books: Books,
        solver: Solver,
        clock: Clock,
        *,
        gate: Callable[[], tuple[str, ...]],
        policy: LoopPolicy,
        show: Callable[[Round], None],
    ) -> None:
        self._desk, self._books, self._solver, self._clock = desk, books, solver, clock
        self._gate, self._policy, self._show = gate, policy, show
        self._basis: Basis | None = None
        self._solution = Solution((), {})
        self._woken = asyncio.Event()
        self._begun: datetime | None = None
        self._stopped = False
        self._wanted_since: dict[tuple[str, Side, int], float] = {}
        self.rounds = 0
        self.solved = 0

    def wake(self) -> None:
        """Ask for a round: a book, an order, the forecast or the gate changed."""
        self._woken.set()

    def stop(self) -> None:
        """End the run at the next look: what rests is cancelled then."""
        self._stopped = True
        self._woken.set()

    async def run(self, until: datetime) -> None:
        """Quote until an instant or until stopped, then cancel what rests, also after an error."""
        try:
            while self._clock.now() < until and not self._stopped:
                await self.round()
                await asyncio.sleep(self._policy.pause_s)
                await self._sleep(until)
        finally:
            await self.withdraw()

    async def round(self) -> Round:
        """Look once, and send what the look asks for."""
        self._woken.clear()
        self.rounds += 1
        now, gate = self._clock.now(), self._gate()
        state = self._desk.state()
        books = self._others(state)
        basis = self._look(state, books, gate, now)
        why = moved(self._basis, basis, self._policy.thresholds)
        if why:
            self._think(state, books, basis, now)
        unripe = self._unripe(self._seconds(now))
        done = Round(now, why, gate, self._plan(state, books, unripe, is_open=not gate))
        await self._send(done)
        return done

    async def withdraw(self) -> Plan:
        """Cancel everything that rests because the session ends, whatever the gate says."""
        state = self._desk.state()
        left = plan((), state.resting, self._policy.queue, gate_open=False).cancels
        ends = tuple(replace(step, because=Because.SESSION_ENDS) for step in left)
        found = Plan(cancels=ends)
        await self._send(Round(self._clock.now(), (), (Because.SESSION_ENDS.value,), found))
        self._basis = None
        self._wanted_since.clear()
        return found

    async def _sleep(self, until: datetime) -> None:
        """Wait to be woken, but never past the end, nor longer than the idle time."""
        left = (until - self._clock.now()).total_seconds()
        wait = min(self._policy.idle_s, max(left, 0.0), self._until_ripe())
        try:
            await asyncio.wait_for(self._woken.wait(), wait)
        except TimeoutError:
            return

    def _others(self, state: DeskState) -> dict[str, OrderBook]:
        """Return the books that can be trusted, without our own orders."""
        seen = ((ticker, self._books.book(ticker)) for ticker in self._solver.tickers)
        return {
            ticker: without_own(book, state.resting)
            for ticker, book in seen
            if book is not None and ticker not in state.locked
        }

    def _look(
        self,
        state: DeskState,
        books: Mapping[str, OrderBook],
        gate: tuple[str, ...],
        now: datetime,
    ) -> Basis:
        probs = self._solver.prob_yes()
        return Basis(
            {
                ticker: _market_basis(
                    probs.get(ticker), books.get(ticker), state.held_e2.get(ticker, 0)
                )
                for ticker in self._solver.tickers
            },
            gate,
            self._seconds(now),
        )

    def _think(
        self, state: DeskState, books: Mapping[str, OrderBook], basis: Basis, now: datetime
    ) -> None:
        """Work out the quotes anew; behind a closed gate there is nothing to work out."""
        self._basis = basis
        if basis.gate:
            self._solution = Solution((), {})
            return
        self._solution = self._solver.solve(books, state.held_e2, now)
        self.solved += 1

    def _unripe(self, now_s: float) -> frozenset[tuple[str, Side]]:
        """Return the places whose quotes have not been wanted for long enough yet."""
        quotes = [(quote.ticker, quote.side, quote.price.e4) for quote in self._solution.quotes]
        self._wanted_since = {each: self._wanted_since.get(each, now_s) for each in quotes}
        return frozenset(
            (ticker, side)
            for (ticker, side, _), since in self._wanted_since.items()
            if now_s - since < self._policy.ripe_s
        )

    def _until_ripe(self) -> float:
        """Return the seconds until the next quote ripens; infinite if none is unripe."""
        now_s = self._seconds(self._clock.now())
        ages = (now_s - since for since in self._wanted_since.values())
        waits = (self._policy.ripe_s - age for age in ages if age < self._policy.ripe_s)
        return min(waits, default=float("inf"))

    def _plan(
        self,
        state: DeskState,
        books: Mapping[str, OrderBook],
        unripe: frozenset[tuple[str, Side]],
        *,
        is_open: bool,
    ) -> Plan:
        doubted = frozenset(self._solver.tickers) - books.keys()
        return plan(
            self._solution.quotes,
            state.resting,
            self._policy.queue,
            doubted=doubted,
            busy=state.busy | unripe,
            gate_open=is_open,
        )

    async def _send(self, done: Round) -> None:
        """Show what is sent, then send it: less risk first."""
        if done.plan.is_idle:
            return
        self._show(done)
        if done.plan.cancels:
            await self._desk.cancel(done.plan.cancels)
        if done.plan.cuts:
            await self._desk.cut(done.plan.cuts)
        if done.plan.places:
            await self._desk.place(done.plan.places)

    def _seconds(self, now: datetime) -> float:
        """Return seconds since the first look: a clock that may be set, but never runs back."""
        if self._begun is None:
            self._begun = now
        return (now - self._begun).total_seconds()


def _market_basis(prob: float | None, book: OrderBook | None, held_e2: int) -> MarketBasis:
    bid = None if book is None else book.best_bid(Side.YES)
    ask = None if book is None else book.best_ask(Side.YES)
    return MarketBasis(
        prob_yes=prob,
        yes_bid_e4=None if bid is None else bid.e4,
        yes_ask_e4=None if ask is None else ask.e4,
        trusted=book is not None,
        held_e2=held_e2,
    )
