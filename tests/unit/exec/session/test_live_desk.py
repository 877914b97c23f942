from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

import pytest

from fakes.order_venue import FakeVenue
from kalshi_alpha.core.fees import FeeTerms, FeeType
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.quoting.plan import Because, Step
from kalshi_alpha.core.types import (
    Contracts,
    Market,
    MarketStatus,
    Price,
    Side,
    Strike,
    StrikeType,
    TickGrid,
)
from kalshi_alpha.exec.quoting.solver import Lot
from kalshi_alpha.exec.session.live_desk import REFUSED_FOR, LiveDesk, QuotedMarket, paid_lots
from kalshi_alpha.sim.virtual_time import VirtualClock, run_virtual
from live_desk import LiveDesk as Around
from live_desk import MemoryJournal
from order_cases import AT, belief

EVENT, TICKER = "KXCPI-24NOV", "KXCPI-24NOV-T0.2"
CLOSE = AT + timedelta(hours=2)
MARKET = Market(
    TICKER,
    EVENT,
    Strike(StrikeType.GREATER, floor=Decimal("0.2")),
    TickGrid.linear_cent(),
    MarketStatus.ACTIVE,
    CLOSE,
)
QUOTED = QuotedMarket("KXCPI", MARKET, FeeTerms(FeeType.QUADRATIC_WITH_MAKER_FEES, Decimal(1)))

BELIEF = belief(
    risk_unit="CPI:2024-12-11",
    strike="> 0.2",
    p=0.4,
    p_model=0.42,
    p_market=0.36,
    closes_at=CLOSE,
    touch_e4=3400,
    touch_depth_e2=10_000,
)


@dataclass
class Scene:
    around: Around
    desk: LiveDesk
    refused: list[str] = field(default_factory=list)


def play(
    act: Callable[[Scene], Awaitable[None]], ends_after: timedelta = timedelta(hours=1)
) -> None:
    async def main(clock: VirtualClock) -> None:
        around = await Around(clock, FakeVenue(clock), MemoryJournal()).open()
        refused: list[str] = []
        desk = LiveDesk(
            around.gateway,
            {TICKER: QUOTED},
            clock,
            AT + ends_after,
            refused.append,
            belief=lambda ticker, side: BELIEF if (ticker, side) == (TICKER, Side.YES) else None,
        )
        try:
            await act(Scene(around, desk, refused))
        finally:
            await around.close()

    run_virtual(main, AT)


def step(price_e4: int = 3400, lots: int = 5, order: str | None = None) -> Step:
    return Step(TICKER, Side.YES, price_e4, Contracts.whole(lots), Because.WANTED, order)


@pytest.mark.parametrize(("minutes", "end"), [(5, 5), (90, 90), (120, 120), (500, 120)])
def test_no_order_outlasts_its_session_or_its_market(minutes: int, end: int) -> None:
    """The market closes after two hours; a session ends before the freeze."""

    async def act(scene: Scene) -> None:
        await scene.desk.place([step()])
        (order,) = scene.around.blotter.orders.values()
        assert order.intent.expires_at == AT + timedelta(minutes=end)
        (held,) = scene.around.venue.state.orders.values()
        assert held.remaining == Contracts.whole(5).e2

    play(act, timedelta(minutes=minutes))


def test_what_is_placed_rests_with_its_fee_and_its_end() -> None:
    async def act(scene: Scene) -> None:
        await scene.desk.place([step(), step(3300)])
        state = scene.desk.state()
        assert [(o.price.e4, o.remaining) for o in state.resting] == [
            (3400, Contracts.whole(5)),
            (3300, Contracts.whole(5)),
        ]
        assert state.busy == frozenset()
        orders = list(scene.around.blotter.orders.values())
        assert {o.intent.expires_at for o in orders} == {AT + timedelta(hours=1)}
        assert {o.intent.belief for o in orders} == {BELIEF}
        # 0.0175 * 5 * 0.34 * 0.66 is 0.019635, up to the balance step.
        assert str(orders[0].intent.fee_max) == "0.019700"

    play(act)


def test_what_may_yet_be_paid_in_fees_counts_against_the_caps() -> None:
    async def act(scene: Scene) -> None:
        await scene.desk.place([step(5000, 100)])
        # A hundred at 50 cents, and 0.0175 * 100 * 0.25 of fees.
        assert str(scene.around.blotter.at_risk) == "50.437500"

    play(act)


@pytest.mark.parametrize(("cents", "paid"), [((34, 33), 3350), ((34, 33, 33), 3334)])
def test_what_was_paid_on_average_is_rounded_against_us(cents: tuple[int, ...], paid: int) -> None:
    async def act(scene: Scene) -> None:
        await scene.desk.place([step(100 * each, 1) for each in cents])
        for held in list(scene.around.venue.state.orders.values()):
            scene.around.gateway.take_fill(scene.around.venue.fill_held(held, 100))
        assert paid_lots(scene.around.blotter) == {TICKER: Lot(Side.YES, Price(paid))}

    play(act)


def test_two_alike_orders_of_one_instant_are_two() -> None:
    async def act(scene: Scene) -> None:
        await scene.desk.place([step(), step()])
        assert len(scene.desk.state().resting) == 2

    play(act)


def test_an_order_never_outlives_its_market() -> None:
    async def act(scene: Scene) -> None:
        clock = scene.around.clock
        long = LiveDesk(scene.around.gateway, {TICKER: QUOTED}, clock, AT + timedelta(hours=9))
        await long.place([step()])
        (order,) = scene.around.blotter.orders.values()
        assert order.intent.expires_at == CLOSE

    play(act)


def test_cancelling_and_cutting_are_seen_in_the_next_state() -> None:
    async def act(scene: Scene) -> None:
        await scene.desk.place([step(), step(3300)])
        first, second = (o.client_order_id for o in scene.desk.state().resting)
        await scene.desk.cut([step(lots=2, order=first)])
        await scene.desk.cancel([step(order=second)])
        (left,) = scene.desk.state().resting
        assert (left.client_order_id, left.remaining) == (first, Contracts.whole(2))

    play(act)


def test_a_refused_place_is_left_alone_for_a_while() -> None:
    async def act(scene: Scene) -> None:
        scene.around.closed_gate = Reason.FREEZE_WINDOW
        await scene.desk.place([step()])
        assert scene.desk.state().busy == {(TICKER, Side.YES)}
        assert "freeze_window" in scene.refused[0]
        begun = scene.around.clock.now()
        waited = await scene.around.until(lambda: not scene.desk.state().busy)
        assert timedelta(seconds=waited) >= REFUSED_FOR - timedelta(seconds=0.1)
        assert scene.around.clock.now() > begun

    play(act)


def test_what_was_paid_is_the_average_of_the_fills_upward() -> None:
    async def act(scene: Scene) -> None:
        await scene.desk.place([step(3400, 2), step(3300, 1)])
        for order in scene.desk.state().resting:
            scene.around.venue.fill(order.client_order_id, order.remaining.e2)
        scene.around.gateway.doubt()
        await scene.around.until(lambda: len(scene.around.blotter.positions) > 0)
        await scene.around.until(lambda: not scene.desk.state().resting)
        # (2 * 34 + 33) / 3 is 33.67 cents.
        assert paid_lots(scene.around.blotter) == {TICKER: Lot(Side.YES, Price(3367))}

    play(act)
