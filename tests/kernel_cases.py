"""Streams and orders of the depth kernels, written as rows."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from kalshi_alpha.core.replay.kernels_columns import (
    DepthStream,
    FillColumns,
    OrderColumns,
    RowKind,
)

Row = tuple[int, int, int, int]
Bid = tuple[int, int, int, int, int]
LEVEL, PRINT, OPEN = RowKind.LEVEL, RowKind.PRINT, RowKind.OPEN
BOTH = (True, False)


def stream_of(rows: list[Row], n_books: int = 2) -> DepthStream:
    """Return the columns of rows: kind, book, tick and size in hundredths."""
    table = np.array(rows, dtype=np.int32).reshape(-1, 4)
    kind, book, tick, size = (np.ascontiguousarray(table[:, at]) for at in range(4))
    return DepthStream(kind.astype(np.int8), book, tick, size, n_books)


def orders_of(bids: list[Bid]) -> OrderColumns:
    """Return the columns of orders: book, tick, count, and the rows they rest between."""
    table = np.array(bids, dtype=np.int64).reshape(-1, 5)
    book, tick, count = (np.ascontiguousarray(table[:, at].astype(np.int32)) for at in range(3))
    return OrderColumns(book, tick, count, table[:, 3].copy(), table[:, 4].copy())


def plain(fills: FillColumns) -> list[tuple[int, int, int]]:
    """Return fills as triples of row, order and count."""
    columns = (fills.row.tolist(), fills.order.tolist(), fills.count_e2.tolist())
    return list(zip(*columns, strict=True))


TICKS = st.integers(38, 42)
ROWS = st.lists(
    st.one_of(
        st.tuples(st.just(LEVEL), st.integers(0, 3), TICKS, st.integers(0, 60)),
        st.tuples(st.just(PRINT), st.integers(0, 3), TICKS, st.integers(0, 25)),
        st.tuples(st.just(OPEN), st.integers(0, 3), st.just(0), st.just(0)),
    ),
    max_size=60,
)
BIDS = st.lists(
    st.tuples(st.integers(0, 3), TICKS, st.integers(1, 40), st.integers(0, 20)), max_size=12
)


def in_turn(bids: list[tuple[int, int, int, int]]) -> list[Bid]:
    """Return bids that rest one after another in each book, the next where the last ends."""
    ends = [-1, 0, 1, 2]
    found: list[Bid] = []
    for book, tick, count, rows in bids:
        found.append((book, tick, count, ends[book], ends[book] + rows))
        ends[book] += rows
    return sorted(found, key=lambda bid: bid[3])
