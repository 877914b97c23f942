from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.fills import MarketPrints, RestingOrder, resting_fills
from kalshi_alpha.core.replay.kernels import (
    Profit,
    depth_fills,
    settled_profit,
    touches,
)
from kalshi_alpha.core.replay.kernels_columns import FillColumns, QueueRule
from kalshi_alpha.core.types import Side
from kernel_cases import (
    BIDS,
    BOTH,
    LEVEL,
    OPEN,
    PRINT,
    ROWS,
    Bid,
    Row,
    in_turn,
    orders_of,
    plain,
    stream_of,
)


def at_price(rows: list[tuple[int, int]], rule: QueueRule, *, compiled: bool) -> list[int]:
    """Return what each row fills of 500 bid at 40 cents behind 1000 that were shown."""
    table: list[Row] = [(LEVEL, 0, 40, 1000), *((kind, 0, 40, n) for kind, n in rows)]
    fills = depth_fills(stream_of(table), orders_of([(0, 40, 500, 0, 99)]), rule, compiled=compiled)
    filled = dict(zip(fills.row.tolist(), fills.count_e2.tolist(), strict=True))
    return [filled.get(row + 1, 0) for row in range(len(rows))]


@pytest.mark.parametrize("compiled", BOTH)
@pytest.mark.parametrize(
    ("rows", "careful", "pro_rata"),
    [
        # Prints use the queue up, and what is past it fills us.
        ([(PRINT, 700), (LEVEL, 300), (PRINT, 400)], [0, 0, 100], [0, 0, 100]),
        # Nobody before us moves while those behind can have left.
        ([(LEVEL, 2000), (LEVEL, 1200), (PRINT, 900)], [0, 0, 0], [0, 0, 300]),
        # A level smaller than our queue must have lost some of it.
        ([(LEVEL, 600), (PRINT, 700)], [0, 100], [0, 100]),
        # What a print took is not taken again by the level that then says so.
        ([(LEVEL, 2000), (PRINT, 500), (LEVEL, 1500), (PRINT, 500)], [0] * 4, [0] * 4),
        # An emptied level leaves us alone there; a print never fills more than we bid.
        (
            [(LEVEL, 0), (PRINT, 300), (LEVEL, 900), (PRINT, 300)],
            [0, 300, 0, 200],
            [0, 300, 0, 200],
        ),
        # A third of 3 contracts cannot leave: rounding keeps more before us.
        ([(LEVEL, 3), (LEVEL, 2), (PRINT, 3)], [0, 0, 1], [0, 0, 1]),
    ],
)
def test_the_queue_before_us_is_used_up_as_its_rule_says(
    rows: list[tuple[int, int]], careful: list[int], pro_rata: list[int], *, compiled: bool
) -> None:
    assert at_price(rows, QueueRule.BEHIND_LEAVES, compiled=compiled) == careful
    assert at_price(rows, QueueRule.PRO_RATA, compiled=compiled) == pro_rata
    assert at_price(rows, QueueRule.THROUGH_ONLY, compiled=compiled) == [0] * len(rows)


@pytest.mark.parametrize("compiled", BOTH)
@pytest.mark.parametrize("rule", QueueRule)
def test_a_print_through_the_price_fills_whatever_was_before_us(
    rule: QueueRule, *, compiled: bool
) -> None:
    rows: list[Row] = [(LEVEL, 1, 40, 1000), (PRINT, 1, 39, 300), (PRINT, 0, 20, 900)]
    fills = depth_fills(stream_of(rows), orders_of([(1, 40, 500, 0, 9)]), rule, compiled=compiled)
    assert plain(fills) == [(1, 0, 300)]


@pytest.mark.parametrize("compiled", BOTH)
def test_an_order_meets_only_the_rows_of_its_time(*, compiled: bool) -> None:
    rows: list[Row] = [(PRINT, 0, 40, 100)] * 6
    bids: list[Bid] = [(0, 40, 900, 0, 2), (0, 40, 900, 4, 4), (0, 40, 150, 4, 9)]
    fills = depth_fills(
        stream_of(rows), orders_of(bids), QueueRule.BEHIND_LEAVES, compiled=compiled
    )
    assert plain(fills) == [(1, 0, 100), (2, 0, 100), (5, 2, 100)]


@pytest.mark.parametrize("compiled", BOTH)
def test_touches_follow_levels_that_empty_and_books_that_begin_anew(*, compiled: bool) -> None:
    rows: list[Row] = [
        *[(LEVEL, 0, 40, 5), (LEVEL, 0, 42, 7), (LEVEL, 1, 55, 3), (LEVEL, 0, 42, 0)],
        *[(OPEN, 0, 0, 0), (LEVEL, 0, 11, 2), (PRINT, 0, 11, 2)],
    ]
    found = touches(stream_of(rows), np.array([1, 3, 4, 6]), compiled=compiled)
    assert found.tick.tolist() == [[42, 0], [40, 55], [0, 55], [11, 55]]
    assert found.size_e2.tolist() == [[7, 0], [5, 3], [0, 3], [2, 3]]


@given(rows=ROWS, bids=BIDS, rule=st.sampled_from(QueueRule))
def test_no_order_and_no_print_fills_more_than_it_has(
    rows: list[Row], bids: list[tuple[int, int, int, int]], rule: QueueRule
) -> None:
    orders = orders_of(in_turn(bids))
    fills = depth_fills(stream_of(rows, 4), orders, rule)
    of_order, of_row = np.zeros(len(bids), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    np.add.at(of_order, fills.order, fills.count_e2)
    np.add.at(of_row, fills.row, fills.count_e2)
    assert (of_order <= orders.count_e2).all()
    assert all(
        filled <= (row[3] if row[0] == PRINT else 0)
        for filled, row in zip(of_row, rows, strict=True)
    )


@given(rows=ROWS, bids=BIDS)
def test_the_careful_rule_never_fills_more_by_any_row_than_the_pro_rata_one(
    rows: list[Row], bids: list[tuple[int, int, int, int]]
) -> None:
    stream, orders = stream_of(rows, 4), orders_of(in_turn(bids))
    sums = []
    for rule in QueueRule:
        fills = depth_fills(stream, orders, rule)
        by_row = np.zeros((len(rows), len(bids)), dtype=np.int64)
        np.add.at(by_row, (fills.row, fills.order), fills.count_e2)
        sums.append(by_row.cumsum(axis=0))
    assert (sums[0] <= sums[1]).all()
    assert (sums[1] <= sums[2]).all()


@given(rows=ROWS, ahead=st.integers(0, 50), count=st.integers(1, 60))
def test_where_no_level_changes_the_fills_are_those_of_a_resting_order(
    rows: list[Row], ahead: int, count: int
) -> None:
    prints = [row for row in rows if row[0] == PRINT and row[1] < 2]
    stream = stream_of([(LEVEL, 0, 40, ahead), *prints])
    mine = depth_fills(stream, orders_of([(0, 40, count, 0, 99)]), QueueRule.BEHIND_LEAVES)
    book, tick, size = (np.array([row[at] for row in prints], dtype=np.int64) for at in (1, 2, 3))
    theirs = resting_fills(
        MarketPrints(
            at_us=1 + np.arange(len(prints)),
            yes_price_e4=100 * np.where(book == 0, tick, 100 - tick),
            count_e2=size,
            taker_yes=book,
        ),
        RestingOrder(
            side=Side.YES, price_e4=4000, count_e2=count, from_us=0, until_us=99, ahead_e2=ahead
        ),
    )
    assert mine.row.tolist() == theirs.at_us.tolist()
    assert mine.count_e2.tolist() == theirs.count_e2.tolist()


def test_profit_is_payout_less_cost_less_fees_to_the_last_fraction_of_a_cent() -> None:
    orders = orders_of([(0, 40, 500, -1, 9), (3, 55, 300, -1, 9)])
    fills = FillColumns(np.array([0, 1]), np.array([0, 1]), np.array([333, 101]))
    stream = stream_of([(PRINT, 0, 40, 333), (PRINT, 3, 55, 101)], 4)
    found = settled_profit(fills, orders, stream, np.array([10_000, 2_500]), np.array([7, 0]))
    assert found == Profit(333 * 4_000 + 101 * 5_500, 333 * 10_000 + 101 * 7_500, 7)
    assert found.net_e6 == 333 * 6_000 + 101 * 2_000 - 7


@pytest.mark.parametrize(
    ("payouts", "fees"),
    [([10_000], [0]), ([10_001, 0], [0]), ([-1, 0], [0]), ([10_000, 0], [0, 0])],
)
def test_payouts_and_fees_that_fit_no_fill_are_refused(payouts: list[int], fees: list[int]) -> None:
    orders = orders_of([(0, 40, 500, -1, 9)])
    fills = FillColumns(np.array([0]), np.array([0]), np.array([1]))
    stream = stream_of([(PRINT, 0, 40, 1)], 4)
    with pytest.raises(BadParameter):
        settled_profit(fills, orders, stream, np.array(payouts), np.array(fees))


@pytest.mark.parametrize("chosen", [[-1], [3], [1, 1], [2, 1]])
def test_touches_are_asked_after_rows_that_are_there(chosen: list[int]) -> None:
    with pytest.raises(BadParameter):
        touches(stream_of([(LEVEL, 0, 40, 5)] * 3), np.array(chosen))
