from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.quoting.basis import RepriceThresholds, Why
from kalshi_alpha.core.quoting.plan import Because, QueuePolicy, Step
from kalshi_alpha.core.quoting.quotes import Quote, RestingOrder
from kalshi_alpha.core.types import Contracts, Price, Side
from kalshi_alpha.exec.quoting.desk import DeskState, Solution
from kalshi_alpha.exec.quoting.loop import LoopPolicy, QuotingLoop, Round
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual

START = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)
T = "KXCPI-24NOV-T0.2"
POLICY = LoopPolicy(thresholds=RepriceThresholds(age_s=3600.0), queue=QueuePolicy(), ripe_s=0.0)


@dataclass
class ObedientDesk:
    """Does at once whatever it is told, and keeps a list of it."""

    orders: dict[str, RestingOrder] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    log: list[str] = field(default_factory=list)

    def state(self) -> DeskState:
        return DeskState(tuple(self.orders.values()), frozenset(), self.locked, dict(self.held))

    async def cancel(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self.log.append(f"cancel {step.price_e4} {step.because.value}")
            del self.orders[step.client_order_id or ""]

    async def cut(self, steps: Sequence[Step]) -> None:
        self.log += [f"cut to {step.contracts}" for step in steps]

    async def place(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self.log.append(f"place {step.contracts} @ {step.price_e4}")
            name = f"c{len(self.log)}"
            price = Price(step.price_e4)
            self.orders[name] = RestingOrder(
                name, f"v{name}", step.ticker, step.side, price, step.contracts
            )

    def fill(self, lots: int) -> None:
        ((name, order),) = self.orders.items()
        left = order.remaining.e2 - 100 * lots
        del self.orders[name]
        if left:
            self.orders[name] = RestingOrder(
                name, order.order_id, T, order.side, order.price, Contracts(left)
            )
        self.held[T] = self.held.get(T, 0) + 100 * lots


@dataclass
class Shelf:
    """Books by ticker; a missing one cannot be trusted."""

    books: dict[str, OrderBook] = field(default_factory=dict)

    def book(self, ticker: str) -> OrderBook | None:
        return self.books.get(ticker)

    def show(self, bid: int, ask: int) -> None:
        self.books[T] = OrderBook.of(T, START, [(bid, 5000)], [(10_000 - ask, 5000)])


@dataclass
class JoinsTheBid:
    """Wants ten lots in all at the best bid of others."""

    prob: float = 0.5
    seen: list[int] = field(default_factory=list)

    @property
    def tickers(self) -> tuple[str, ...]:
        return (T,)

    def prob_yes(self) -> Mapping[str, float]:
        return {T: self.prob}

    def solve(
        self, books: Mapping[str, OrderBook], held_e2: Mapping[str, int], at: datetime
    ) -> Solution:
        del at
        book = books.get(T)
        size = 1000 - held_e2.get(T, 0)
        bid = None if book is None else book.best_yes_bid
        if bid is None or size <= 0:
            return Solution((), self.prob_yes())
        self.seen.append(bid.e4)
        return Solution((Quote(T, Side.YES, bid, Contracts(size)),), self.prob_yes())


@dataclass
class Scene:
    loop: QuotingLoop
    desk: ObedientDesk
    shelf: Shelf
    solver: JoinsTheBid
    clock: VirtualClock
    gate: list[str]
    shown: list[Round]


def play(act: Callable[[Scene], Coroutine[Any, Any, None]], policy: LoopPolicy = POLICY) -> Scene:
    async def main(clock: VirtualClock) -> Scene:
        desk, shelf, solver = ObedientDesk(), Shelf(), JoinsTheBid()
        shelf.show(3400, 3800)
        gate: list[str] = []
        shown: list[Round] = []
        loop = QuotingLoop(
            desk,
            shelf,
            solver,
            clock,
            gate=lambda: tuple(gate),
            policy=policy,
            show=shown.append,
        )
        scene = Scene(loop, desk, shelf, solver, clock, gate, shown)
        await act(scene)
        return scene

    return run_virtual(main, START)


def test_it_joins_the_book_and_does_not_chase_its_own_order() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.round()
        # The venue's book now holds our ten lots beside the fifty of others.
        scene.shelf.books[T] = OrderBook.of(T, START, [(3400, 6000)], [(6200, 5000)])
        await scene.loop.round()

    scene = play(act)
    assert scene.desk.log == ["place 10.00 @ 3400"]
    assert [r.why for r in scene.shown] == [(Why.FIRST,)]


def test_it_cancels_before_the_next_round_places_at_the_new_price() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.round()
        scene.shelf.show(3300, 3800)
        await scene.loop.round()
        await scene.loop.round()

    assert play(act).desk.log == [
        "place 10.00 @ 3400",
        f"cancel 3400 {Because.BIDS_TOO_MUCH.value}",
        "place 10.00 @ 3300",
    ]


def test_a_fill_is_solved_for_again() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.round()
        scene.desk.fill(4)
        found = await scene.loop.round()
        assert found.why == (Why.FILL,)
        assert found.plan.is_idle  # six lots are left, and six are wanted

    assert play(act).loop.solved == 2


def test_a_book_in_doubt_is_left_at_once() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.round()
        scene.shelf.books.clear()
        await scene.loop.round()
        assert scene.desk.log[-1] == f"cancel 3400 {Because.DOUBT.value}"
        scene.shelf.show(3400, 3800)
        await scene.loop.round()

    assert play(act).desk.log[-1] == "place 10.00 @ 3400"


def test_a_locked_market_is_left_alone() -> None:
    async def act(scene: Scene) -> None:
        scene.desk.locked = frozenset({T})
        await scene.loop.round()

    assert play(act).desk.log == []


def test_a_closing_gate_cancels_and_an_open_one_quotes_again() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.round()
        scene.gate.append("kill_switch")
        await scene.loop.round()
        scene.gate.clear()
        await scene.loop.round()

    assert play(act).desk.log == [
        "place 10.00 @ 3400",
        f"cancel 3400 {Because.GATE.value}",
        "place 10.00 @ 3400",
    ]


def test_a_run_ends_on_time_with_nothing_resting() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.run(START + timedelta(minutes=5))
        assert scene.clock.now() >= START + timedelta(minutes=5)

    scene = play(act)
    assert scene.desk.orders == {}
    assert scene.loop.rounds <= 301
    assert scene.desk.log[-1] == "cancel 3400 the session ends"


def test_a_run_that_fails_cancels_what_rests() -> None:
    class Broken(Exception):
        pass

    async def act(scene: Scene) -> None:
        async def break_the_gate() -> None:
            await asyncio.sleep(2.5)

            def raise_it(_: object) -> Mapping[str, float]:
                raise Broken

            scene.solver.prob_yes = raise_it.__get__(scene.solver)  # type: ignore[method-assign]

        breaking = asyncio.create_task(break_the_gate())
        with pytest.raises(Broken):
            await scene.loop.run(START + timedelta(minutes=5))
        await breaking

    assert play(act).desk.orders == {}


def test_events_that_come_together_are_one_round() -> None:
    async def act(scene: Scene) -> None:
        async def flicker() -> None:
            for _ in range(1000):
                scene.loop.wake()
                await asyncio.sleep(0.001)

        noise = asyncio.create_task(flicker())
        await scene.loop.run(START + timedelta(seconds=1))
        await noise

    assert play(act).loop.rounds <= 22


def test_a_small_move_is_not_thought_about() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.round()
        scene.shelf.show(3450, 3800)
        await scene.loop.round()

    assert play(act).loop.solved == 1


def test_a_quote_is_placed_once_it_has_been_wanted_for_a_while() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.run(START + timedelta(seconds=0.4))
        assert scene.desk.log == []

    async def act_longer(scene: Scene) -> None:
        await scene.loop.run(START + timedelta(seconds=0.7))
        assert scene.desk.log[0] == "place 10.00 @ 3400"

    patient = replace(POLICY, ripe_s=0.5)
    play(act, patient)
    play(act_longer, patient)


def test_a_book_that_flickers_makes_no_order_but_loses_one_at_once() -> None:
    async def act(scene: Scene) -> None:
        await scene.loop.run(START + timedelta(seconds=0.6))
        scene.desk.log.clear()

        async def flicker() -> None:
            for bid in (3300, 3400) * 10:
                scene.shelf.show(bid, 3800)
                scene.loop.wake()
                await asyncio.sleep(0.2)

        noise = asyncio.create_task(flicker())
        await scene.loop.run(START + timedelta(seconds=4))
        await noise

    scene = play(act, replace(POLICY, ripe_s=0.5))
    assert [line for line in scene.desk.log if line.startswith("place")] == []


@pytest.mark.parametrize(("pause", "idle"), [(0.0, 1.0), (2.0, 1.0)])
def test_pauses_that_make_no_sense_are_refused(pause: float, idle: float) -> None:
    with pytest.raises(BadParameter):
        LoopPolicy(thresholds=RepriceThresholds(), queue=QueuePolicy(), pause_s=pause, idle_s=idle)
