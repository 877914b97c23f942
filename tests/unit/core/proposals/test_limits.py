from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.proposals.holdings import Holdings
from kalshi_alpha.core.proposals.legs import Legs
from kalshi_alpha.core.proposals.limits import (
    RunningRoom,
    unit_cap,
    unit_shares,
    within_position_limits,
    worst_fills,
)
from kalshi_alpha.core.risk.pal import Commitment, Exposure, PalLimits, room
from kalshi_alpha.core.risk.unit_book import UnitBook
from kalshi_alpha.core.types import Contracts, Money, Side
from scan_cases import EVENT, KELLY, LIMITS, Scene, held, scene, scenes, snapshot

LOT = Contracts.whole(1)
# Our side of both markets is YES: above 0.2 at 50 c, above 0.3 at 20 c.
TWO = scene(snapshot({2: (50, 46), 3: (20, 76)}))


def legs(*counts: int, case: Scene = TWO) -> Legs:
    priced = case.priced()
    e2 = np.array([100 * count for count in counts], dtype=np.int64)
    return Legs(priced, np.arange(len(counts)), e2, case.policy.balance_step_e6)


def cut(orders: Legs, limits: PalLimits | None, *exposures: Exposure) -> list[float]:
    known = {} if limits is None else {EVENT: limits}
    counts = within_position_limits(orders, Holdings({EVENT: exposures}, known), LOT).contracts_e2
    return [e2 / 100 for e2 in counts.tolist()]


def test_orders_within_the_limits_keep_their_size() -> None:
    assert cut(legs(100, 100), LIMITS) == [100, 100]


def test_the_first_order_takes_the_room_of_the_next() -> None:
    """$60 of ladder: 100 at 50 c cost 50.4375, and 9.5625 buy 47 at 20.28 c."""
    assert cut(legs(100, 100), PalLimits(Money.parse("60"))) == [100, 47]


def test_filled_resting_and_unknown_orders_all_take_room() -> None:
    """Each holds $10 of the strike's $50; $20 are left, which buy 39 at 50.4375 c."""
    three = [held(2, 20, 50, commitment=each) for each in Commitment]
    assert cut(legs(100), PalLimits(Money.parse("1000"), Money.parse("50")), *three) == [39]


def test_no_of_the_same_strike_takes_room_too() -> None:
    limits = PalLimits(Money.parse("1000"), Money.parse("50"))
    assert cut(legs(100), limits, held(2, 60, 50, side=Side.NO)) == [39]


def test_an_event_without_limits_gets_nothing() -> None:
    assert cut(legs(100), None) == [0]


def test_a_cap_that_is_broken_already_leaves_nothing() -> None:
    assert cut(legs(100), PalLimits(Money.parse("10")), held(3, 100, 20)) == [0]


def test_rooms_are_those_before_each_order() -> None:
    rooms_e6 = within_position_limits(legs(100, 10), Holdings({}, {EVENT: LIMITS}), LOT).rooms_e6
    assert rooms_e6.tolist() == [2_500_000_000, 2_500_000_000]
    tight = Holdings({}, {EVENT: PalLimits(Money.parse("60"))})
    assert within_position_limits(legs(100, 10), tight, LOT).rooms_e6.tolist() == [
        60_000_000,
        9_562_500,
    ]


@given(
    st.lists(st.builds(held, st.sampled_from([2, 3]), st.integers(1, 50), st.integers(1, 99))),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_running_room_is_what_adding_up_again_gives(
    exposures: list[Exposure], ladder: int, strike: int
) -> None:
    limits = PalLimits(Money(ladder * 10**6), Money(strike * 10**6))
    running = RunningRoom(limits, [])
    for count, exposure in enumerate(exposures):
        expected = room(limits, exposures[:count], exposure.ticker)
        assert running.room_e6(exposure.ticker) == expected.e6
        running.commit(exposure.ticker, exposure.at_risk.e6)


def test_the_worst_fills_of_two_thresholds_by_hand() -> None:
    """Atoms: at most 0.2, exactly 0.3, above. Ten each cost 5.0438 and 2.028 dollars.

    At most 0.2 both lose; at 0.3 only the upper one does; above, nothing is lost.
    """
    found = worst_fills(legs(10, 10), 0, ())
    assert found.new == pytest.approx((-7.0718, -2.028, 0.0))
    assert found.filled == (0.0, 0.0, 0.0)


def test_a_filled_holding_counts_with_its_gain_and_a_resting_one_only_with_its_loss() -> None:
    filled, resting = held(2, 10, 50), held(2, 10, 50, commitment=Commitment.RESTING)
    assert worst_fills(legs(), 0, [filled]).filled == (-5.0, 5.0, 5.0)
    assert worst_fills(legs(), 0, [resting]).filled == (-5.0, 0.0, 0.0)


def test_a_holding_on_a_market_that_is_not_listed_is_lost_everywhere() -> None:
    assert worst_fills(legs(), 0, [held(7, 10, 50)]).filled == (-5.0, -5.0, -5.0)


def shares(orders: Legs, cap: float, *exposures: Exposure) -> list[float]:
    sizing = replace(KELLY, kelly_cap=cap)
    return [float(s) for s in unit_shares(orders, Holdings({EVENT: exposures}, {}), sizing)]


def test_a_unit_within_its_cap_is_left_alone() -> None:
    assert shares(legs(100, 100), 0.0071) == [1.0, 1.0]


def test_a_unit_above_its_cap_is_scaled_as_a_whole() -> None:
    """Both lose $70.7175 together; a cap of $35, less a step for each fee, is 49.5 %."""
    first, second = shares(legs(100, 100), 0.0035)
    assert first == second == pytest.approx(34.9998 / 70.7175, abs=1e-6)


def test_a_filled_hedge_leaves_more_room() -> None:
    """NO above 0.3, filled at 20 c, gains where both new legs lose."""
    hedge = held(3, 100, 20, side=Side.NO)
    assert shares(legs(100, 0), 0.0035, hedge) == [1.0, 1.0]
    assert shares(legs(100, 0), 0.0035)[0] < 1.0


def test_a_unit_that_exceeds_its_cap_already_gets_nothing() -> None:
    assert shares(legs(100, 100), 0.0035, held(2, 100, 50)) == [0.0, 0.0]


def test_ladders_of_one_unit_share_its_cap() -> None:
    case = scene(snapshot({2: (50, 46)}, "KXA-24NOV"), snapshot({2: (50, 46)}, "KXB-24NOV"))
    together = unit_shares(
        legs(100, 100, case=case), Holdings({}, {}), replace(KELLY, kelly_cap=0.006)
    )
    assert together.max() < 1.0
    one, other = case.snapshots
    apart = replace(other, ladder=replace(other.ladder, risk_unit="CPI:2025-01-15"))
    lone = replace(case, snapshots=(one, apart))
    alone = unit_shares(
        legs(100, 100, case=lone), Holdings({}, {}), replace(KELLY, kelly_cap=0.006)
    )
    assert alone.tolist() == [1.0, 1.0]


@settings(max_examples=40, deadline=None)
@given(scenes())
def test_no_subset_of_fills_breaks_a_cap(case: Scene) -> None:
    """Every subset of a unit's proposals, in every settlement value, beside what is filled."""
    result = case.run()
    cap = case.policy.sizing.kelly_cap * case.policy.sizing.bankroll.dollars
    for unit in {p.risk_unit for p in result.proposals}:
        total = 0.0
        for each in (s for s in case.snapshots if s.ladder.risk_unit == unit):
            event = each.ladder.event_ticker
            mine = [p for p in result.proposals if p.event_ticker == event]
            strikes = {m.ticker: m.strike.floor for m in each.ladder.markets}
            worst = 0.0
            for index in range(9):
                value = each.ladder.grid.value(index)
                above = {t: f is not None and value > f for t, f in strikes.items()}
                filled = sum(
                    e.contracts.count * (above[e.ticker] == (e.side is Side.YES))
                    - e.at_risk.dollars
                    for e in case.exposures[event]
                    if e.commitment is Commitment.FILLED
                )
                for some in itertools.chain.from_iterable(
                    itertools.combinations(mine, n) for n in range(len(mine) + 1)
                ):
                    gain = sum(
                        p.contracts.count * (above[p.market_ticker] == (p.side is Side.YES))
                        - p.max_loss.dollars
                        for p in some
                    )
                    worst = max(worst, -(filled + gain))
            total += worst
        assert total <= cap + 1e-9


@settings(max_examples=40, deadline=None)
@given(scenes())
def test_position_limits_hold_with_every_order_counted(case: Scene) -> None:
    result = case.run()
    for each in case.snapshots:
        event = each.ladder.event_ticker
        mine = [p for p in result.proposals if p.event_ticker == event]
        limits, exposures = case.limits[event], case.exposures[event]
        held_e6 = sum(e.at_risk.e6 for e in exposures)
        if mine:
            assert held_e6 + sum(p.max_loss.e6 for p in mine) <= limits.ladder_cap.e6
        for p in mine:
            on_strike = sum(e.at_risk.e6 for e in exposures if e.ticker == p.market_ticker)
            assert on_strike + p.max_loss.e6 <= limits.cap_of(p.market_ticker).e6


def test_what_is_held_on_the_same_news_elsewhere_takes_from_its_cap() -> None:
    """400 at 50.4375 c put 201.75 at risk; beside 2,400 elsewhere the cap of 2,500 leaves 100."""
    orders = legs(400)
    unit = TWO.snapshots[0].ladder.risk_unit
    beside = UnitBook(Money.parse("2400"), (0, 300_000), (0.2, 0.8))
    assert unit_shares(orders, Holdings({}, {}), KELLY).tolist() == [1.0]
    [share] = unit_shares(orders, Holdings({}, {}, {unit: beside}), KELLY).tolist()
    assert share == pytest.approx(100 / 201.75, abs=1e-3)
    assert unit_shares(orders, Holdings({}, {}, {"CPI:2025-01-15": beside}), KELLY)[0] == 1.0


def test_a_loss_elsewhere_beyond_the_cap_leaves_nothing_for_the_same_news() -> None:
    unit = TWO.snapshots[0].ladder.risk_unit
    beside = Holdings({}, {}, {unit: UnitBook(Money.parse("2600"), (0, 300_000), (0.2, 0.8))})
    assert unit_cap(unit, Holdings({}, {}), KELLY) == 2500.0
    assert unit_cap(unit, beside, KELLY) == -100.0
    assert unit_shares(legs(400), beside, KELLY).tolist() == [0.0]
