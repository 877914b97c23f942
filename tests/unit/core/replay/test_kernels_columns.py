from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.kernels_columns import (
    DepthStream,
    OrderColumns,
    RowKind,
    Small,
    merged_stream,
)
from kalshi_alpha.core.replay.tape import DepthColumns, TradeColumns

LEVEL, PRINT, OPEN = RowKind.LEVEL, RowKind.PRINT, RowKind.OPEN


def ints(*values: int) -> IntArray:
    return np.array(values, dtype=np.int64)


def small(*values: int) -> Small:
    return np.array(values, dtype=np.int32)


def trades(at_us: int, price_e4: int = 4_000, market: int = 1) -> TradeColumns:
    return TradeColumns(
        at_us=ints(at_us, at_us),
        market=ints(market, market),
        yes_price_e4=ints(price_e4, price_e4),
        count_e2=ints(70, 80),
        taker_yes=ints(0, 1),
    )


DEPTH = DepthColumns(
    at_us=ints(5, 5, 6, 7),
    market=ints(1, 1, 1, 1),
    is_yes=ints(1, 0, 1, 1),
    price_e4=ints(4_000, 5_500, 4_000, 3_900),
    size_e2=ints(900, 300, 0, 10),
    opens=ints(1, 0, 0, 1),
)


def test_a_ladder_is_merged_by_time_with_prints_before_the_levels_of_their_instant() -> None:
    stream, at_us = merged_stream(DEPTH, trades(6), n_markets=2)
    rows = list(zip(stream.kind, stream.book, stream.tick, stream.size_e2, at_us, strict=True))
    assert rows == [
        *[(OPEN, 2, 0, 0, 5), (OPEN, 3, 0, 0, 5), (LEVEL, 2, 40, 900, 5), (LEVEL, 3, 55, 300, 5)],
        # A taker of NO hits the YES bids, and a taker of YES the NO bids at 60 cents.
        *[(PRINT, 2, 40, 70, 6), (PRINT, 3, 60, 80, 6), (LEVEL, 2, 40, 0, 6)],
        *[(OPEN, 2, 0, 0, 7), (OPEN, 3, 0, 0, 7), (LEVEL, 2, 39, 10, 7)],
    ]
    assert (stream.n_books, stream.n_ticks, stream.n_rows) == (4, 101, 10)


@pytest.mark.parametrize(
    ("price_e4", "market", "step"), [(4_050, 1, 100), (4_000, 2, 100), (4_000, 1, 300)]
)
def test_prices_off_the_step_and_markets_of_no_event_are_refused(
    price_e4: int, market: int, step: int
) -> None:
    with pytest.raises(BadParameter):
        merged_stream(DEPTH, trades(6, price_e4, market), n_markets=2, tick_e4=step)


@pytest.mark.parametrize(
    ("kind", "book", "tick", "size"),
    [(3, 0, 5, 1), (0, 2, 5, 1), (0, -1, 5, 1), (0, 0, 0, 1), (1, 0, 100, 1), (0, 0, 5, -1)],
)
def test_a_row_that_no_book_can_hold_is_refused(kind: int, book: int, tick: int, size: int) -> None:
    with pytest.raises(BadParameter, match="lie outside"):
        DepthStream(np.array([kind], dtype=np.int8), small(book), small(tick), small(size), 2)


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(BadParameter, match="length"):
        DepthStream(np.zeros(1, dtype=np.int8), small(0), small(5), small(1, 2), 2)
    with pytest.raises(BadParameter, match="length"):
        OrderColumns(small(0), small(5), small(1), ints(0), ints(1, 2))


@pytest.mark.parametrize(
    ("tick", "count", "first", "last"),
    [
        *[((0, 5), (1, 1), (0, 2), (1, 3)), ((5, 5), (0, 1), (0, 2), (1, 3))],
        *[((5, 5), (1, 1), (-2, 2), (1, 3)), ((5, 5), (1, 1), (2, 0), (3, 1))],
        *[((5, 5), (1, 1), (0, 2), (1, 1)), ((5, 5), (1, 1), (0, 2), (3, 4))],
    ],
)
def test_orders_that_are_none_or_rest_at_once_in_a_book_are_refused(
    tick: tuple[int, int], count: tuple[int, int], first: tuple[int, int], last: tuple[int, int]
) -> None:
    with pytest.raises(BadParameter):
        OrderColumns(small(1, 1), small(*tick), small(*count), ints(*first), ints(*last))


@pytest.mark.parametrize(("book", "tick"), [(2, 5), (-1, 5), (0, 100)])
def test_an_order_outside_the_stream_is_refused(book: int, tick: int) -> None:
    stream = DepthStream(np.zeros(1, dtype=np.int8), small(0), small(5), small(1), 2)
    orders = OrderColumns(small(book), small(tick), small(1), ints(0), ints(1))
    with pytest.raises(BadParameter, match="outside"):
        orders.require_on(stream)
