from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.fees import FeeSchedule, FeeTerms
from kalshi_alpha.core.replay.clocks import from_us, to_us
from kalshi_alpha.core.replay.own_orders import (
    OwnFill,
    OwnOrder,
    Walk,
    closing_cash,
    own_fills,
    paper_walk,
    replayed_walk,
)
from kalshi_alpha.core.replay.tape import DepthColumns, EventTape, GapColumns, TradeColumns
from kalshi_alpha.core.types import Side
from replay_cases import CHARGED, DECIDES, MIDDLE, tape

ZERO = to_us(DECIDES)
STEP_E6 = 100
FEES = FeeSchedule(((DECIDES.replace(year=2024), CHARGED),))
ORDER = OwnOrder(
    client_order_id="a",
    ticker=MIDDLE,
    side=Side.YES,
    price_e4=4_000,
    count_e2=1_000,
    from_us=ZERO,
    until_us=ZERO + 1_000,
)
WALKS = pytest.mark.parametrize("walk", [replayed_walk, paper_walk])


def recorded(prints: list[tuple[int, int, int, int]], ahead_e2: int = 500) -> EventTape:
    """Return a tape of the middle market: prints, and a book with so much at 40 cents."""
    rows = np.array([(ZERO + at, 1, p, c, taker) for at, p, c, taker in prints], dtype=np.int64)
    columns = rows.reshape(len(prints), 5).T
    level = [np.array([each]) for each in (ZERO - 1, 1, 1, 4_000, ahead_e2, 1)]
    return replace(tape(()), trades=TradeColumns(*columns), depth=DepthColumns(*level))


def filled(found: EventTape, order: OwnOrder, walk: Walk, **more: bool) -> list[tuple[int, int]]:
    fills = own_fills(found, [order], FEES, STEP_E6, walk=walk, **more)
    return [(fill.at_us - ZERO, fill.count_e2) for fill in fills]


@WALKS
def test_prints_use_up_what_the_book_showed_and_then_fill(walk: Walk) -> None:
    found = recorded([(1, 4_000, 300, 0), (2, 4_000, 300, 1), (3, 4_000, 400, 0)])
    # Three of the five ahead, a buyer who hits nobody of ours, the last two, and two of ours.
    assert filled(found, ORDER, walk) == [(3, 200)]


@WALKS
def test_a_place_that_the_venue_told_holds_for_what_is_printed_after_it(walk: Walk) -> None:
    order = replace(ORDER, places=((ZERO + 2, 100),))
    found = recorded([(1, 4_000, 300, 0), (2, 4_000, 200, 0), (3, 4_000, 300, 0)])
    assert filled(found, order, walk) == [(3, 200)]
    assert filled(found, order, walk, with_places=False) == [(3, 300)]
    early = replace(ORDER, places=((ZERO, 0),))
    assert filled(found, early, walk) == [(1, 300), (2, 200), (3, 300)]


@WALKS
def test_what_was_taken_off_an_order_is_not_filled(walk: Walk) -> None:
    order = replace(ORDER, cuts=((ZERO + 2, 600), (ZERO + 4, 400)))
    found = recorded([(1, 4_000, 600, 0), (3, 4_000, 700, 0), (5, 4_000, 700, 0)])
    assert filled(found, order, walk) == [(1, 100), (3, 300)]


@WALKS
def test_prints_before_it_rests_and_after_it_is_gone_fill_nothing(walk: Walk) -> None:
    found = recorded([(0, 3_900, 900, 0), (1_000, 3_900, 10, 0), (1_001, 3_900, 900, 0)])
    assert filled(found, ORDER, walk) == [(1_000, 10)]


@WALKS
def test_behind_a_queue_that_nobody_knows_only_prints_through_the_price_fill(walk: Walk) -> None:
    early = replace(ORDER, from_us=ZERO - 1)  # the book is shown at that very instant
    found = recorded([(1, 4_000, 900_000, 0), (3, 3_900, 300, 0), (5, 4_000, 200, 0)], 0)
    assert filled(found, early, walk) == [(3, 300), (5, 200)]
    lost = replace(found, gaps=GapColumns(np.array([ZERO - 1]), np.array([1])))
    assert filled(lost, ORDER, walk) == [(1, 1_000)], "a snapshot of the gap's instant holds"
    lost = replace(found, gaps=GapColumns(np.array([ZERO]), np.array([1])))
    later = replace(ORDER, from_us=ZERO + 1)
    assert filled(lost, later, walk) == [(3, 300), (5, 200)]


def test_fees_and_cash_are_those_of_the_schedule() -> None:
    (fill,) = own_fills(recorded([(1, 3_900, 400, 0)]), [ORDER], FEES, STEP_E6)
    # 0.0175 x 4 x 0.4 x 0.6 = 0.0168 dollars, and four contracts at 40 cents.
    assert (fill.fee_e6, fill.cash_e6) == (16_800, -1_616_800)


def test_a_fill_is_charged_by_the_terms_of_its_own_instant() -> None:
    free = FeeTerms.parse("quadratic", 1)
    dated = FeeSchedule(((DECIDES.replace(year=2024), free), (from_us(ZERO + 2), CHARGED)))
    found = recorded([(1, 3_900, 400, 0), (2, 3_900, 400, 0)])
    fills = own_fills(found, [ORDER], dated, STEP_E6)
    assert [fill.fee_e6 for fill in fills] == [0, 16_800]


def test_a_tape_without_books_and_orders_of_other_events_are_told_apart() -> None:
    with pytest.raises(BadParameter, match="nobody recorded its books"):
        own_fills(tape(()), [ORDER], FEES, STEP_E6)
    other = replace(ORDER, ticker="KXHIGHNY-25JAN11-T40")
    assert own_fills(recorded([(1, 3_900, 400, 0)]), [other], FEES, STEP_E6) == ()


PRINTS = st.lists(
    st.tuples(
        st.integers(0, 1_100),
        st.sampled_from([3_900, 4_000, 4_100]),
        st.integers(1, 600),
        st.integers(0, 1),
    ),
    max_size=12,
)
MARKS = st.lists(st.tuples(st.integers(ZERO, ZERO + 1_000), st.integers(0, 700)), max_size=4)


@given(PRINTS, MARKS, MARKS, st.integers(0, 900), st.sampled_from(list(Side)))
def test_a_replay_and_paper_fill_alike_whatever_happens(
    prints: list[tuple[int, int, int, int]],
    places: list[tuple[int, int]],
    cuts: list[tuple[int, int]],
    ahead_e2: int,
    side: Side,
) -> None:
    found = recorded(sorted(prints), ahead_e2)
    price_e4 = 4_000 if side is Side.YES else 6_000
    order = replace(
        ORDER, side=side, price_e4=price_e4, places=tuple(sorted(places)), cuts=tuple(sorted(cuts))
    )
    assert filled(found, order, replayed_walk) == filled(found, order, paper_walk)


def bought(side: Side, count_e2: int, cash_e6: int, at_us: int = 0) -> OwnFill:
    return OwnFill(
        at_us=at_us,
        client_order_id="a",
        ticker=MIDDLE,
        side=side,
        price_e4=4_000,
        count_e2=count_e2,
        fee_e6=0,
        cash_e6=cash_e6,
    )


def test_both_sides_are_a_dollar_at_once_and_the_rest_is_paid_at_the_end() -> None:
    yes, no = bought(Side.YES, 300, -1_200_000), bought(Side.NO, 100, -500_000, at_us=1)
    assert (
        closing_cash(10_000_000, [yes, no], {MIDDLE: 10_000}) == 8_300_000 + 1_000_000 + 2_000_000
    )
    assert closing_cash(10_000_000, [no], {MIDDLE: 0}) == 10_500_000
    assert closing_cash(10_000_000, [no], {MIDDLE: 3_000}) == 9_500_000 + 700_000


def test_an_unknown_payout_of_what_is_held_is_refused() -> None:
    with pytest.raises(BadParameter, match="not known what"):
        closing_cash(0, [bought(Side.YES, 100, 0)], {})
    pair = [bought(Side.YES, 100, 0), bought(Side.NO, 100, 0, at_us=1)]
    assert closing_cash(0, pair, {}) == 1_000_000
