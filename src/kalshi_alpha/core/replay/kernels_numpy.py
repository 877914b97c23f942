"""The numbers of `kernels_walk` without a compiler: order by order, over whole columns.

Until the queue before us is used up it is the least of what was there when we came, less all
that was printed since, and of each size the level was set to, less what was printed after that;
so one running minimum tells when it ends. From then on nobody comes before us any more. Only the
pro-rata rule depends on its own past, and goes row by row, over the rows of its own level.
"""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.replay.kernels_columns import (
    DepthStream,
    FillColumns,
    OrderColumns,
    QueueRule,
    RowKind,
    Small,
    TouchColumns,
)
from kalshi_alpha.core.replay.kernels_walk import queue_left


def numpy_touches(stream: DepthStream, chosen: IntArray) -> TouchColumns:
    """Return every book's best level after each chosen row; see `kernels.touches`."""
    levels = np.zeros((stream.n_books, stream.n_ticks), dtype=np.int32)
    ticks = np.zeros((chosen.size, stream.n_books), dtype=np.int32)
    sizes = np.zeros_like(ticks)
    every = np.arange(stream.n_books)
    begin = 0
    for step, row in enumerate(chosen.tolist()):
        _set_levels(levels, stream, begin, row + 1)
        begin = row + 1
        top = stream.n_ticks - 1 - np.argmax(levels[:, ::-1] > 0, axis=1)
        top = np.where(levels[every, top] > 0, top, 0)
        ticks[step], sizes[step] = top, levels[every, top]
    return TouchColumns(ticks, sizes)


def _set_levels(levels: Small, stream: DepthStream, begin: int, end: int) -> None:
    part = slice(begin, end)
    kind, book, tick = stream.kind[part], stream.book[part], stream.tick[part]
    opened = np.flatnonzero(kind == RowKind.OPEN)
    since = np.full(stream.n_books, -1)
    since[book[opened]] = opened
    levels[since >= 0] = 0
    # Rows before a book's last beginning are gone; of the others the last of each level counts.
    counts = (kind == RowKind.LEVEL) & (np.arange(kind.size) > since[book])
    levels[book[counts], tick[counts]] = stream.size_e2[part][counts]


def numpy_fills(stream: DepthStream, orders: OrderColumns, rule: QueueRule) -> FillColumns:
    """Return the fills of all orders; see `kernels.depth_fills`."""
    by_book = np.argsort(stream.book, kind="stable")
    ends = np.searchsorted(stream.book[by_book], np.arange(stream.n_books + 1))
    found: list[tuple[IntArray, int, IntArray]] = []
    for order in range(orders.book.size):
        book = int(orders.book[order])
        rows = by_book[ends[book] : ends[book + 1]]
        first = int(np.searchsorted(rows, orders.from_row[order], side="right"))
        last = int(np.searchsorted(rows, orders.until_row[order], side="right"))
        before = _size_shown(stream, rows[:first], int(orders.tick[order]))
        made = _order_fills(stream, rows[first:last], before, orders, order, rule)
        found.append((made[0], order, made[1]))
    if not found:
        none = np.empty(0, dtype=np.int64)
        return FillColumns(none, none, none)
    row = np.concatenate([each[0] for each in found])
    whose = np.repeat([each[1] for each in found], [each[0].size for each in found])
    count = np.concatenate([each[2] for each in found])
    in_time = np.argsort(row, kind="stable")
    return FillColumns(row[in_time], whose[in_time].astype(np.int64), count[in_time])


def _size_shown(stream: DepthStream, rows: IntArray, tick: int) -> int:
    """Return what the level shows after its book's rows."""
    kind = stream.kind[rows]
    says = np.flatnonzero(
        (kind == RowKind.OPEN) | ((kind == RowKind.LEVEL) & (stream.tick[rows] == tick))
    )
    return int(stream.size_e2[rows[says[-1]]]) if says.size and kind[says[-1]] == 0 else 0


def _order_fills(
    stream: DepthStream,
    rows: IntArray,
    before: int,
    orders: OrderColumns,
    order: int,
    rule: QueueRule,
) -> tuple[IntArray, IntArray]:
    kind, tick, price = stream.kind[rows], stream.tick[rows], orders.tick[order]
    is_print = kind == RowKind.PRINT
    through, level = is_print & (tick < price), is_print & (tick == price)
    is_set = (kind == RowKind.LEVEL) & (tick == price)
    size = np.asarray(stream.size_e2[rows], dtype=np.int64)
    if rule is QueueRule.THROUGH_ONLY:
        reach = np.where(through, size, 0)
    elif rule is QueueRule.PRO_RATA:
        reach = _pro_rata_reach(size, through, level, is_set, kind == RowKind.OPEN, before)
    else:
        moves_up = is_set if rule is QueueRule.BEHIND_LEAVES else np.zeros_like(is_set)
        reach = _behind_leaves_reach(size, through, level, moves_up, before)
    filled = np.diff(np.minimum(np.cumsum(reach), orders.count_e2[order]), prepend=0)
    some = np.flatnonzero(filled)
    return rows[some], filled[some]


def _behind_leaves_reach(
    size: IntArray, through: BoolArray, level: BoolArray, is_set: BoolArray, before: int
) -> IntArray:
    """Return how many contracts of each row get as far as us."""
    printed = np.cumsum(np.where(level, size, 0))
    far = np.iinfo(np.int64).max // 2
    bound = np.concatenate([[before], np.where(is_set, size + printed, far)])
    ahead = np.minimum.accumulate(bound)[1:] - printed
    free = np.flatnonzero((ahead <= 0) | through)
    if before > 0 and not free.size:
        return np.zeros_like(size)
    first = 0 if before <= 0 else int(free[0])
    reach = np.where(through | level, size, 0)
    reach[:first] = 0
    if before > 0 and level[first]:
        reach[first] = -ahead[first]
    return reach


def _pro_rata_reach(
    size: IntArray,
    through: BoolArray,
    level: BoolArray,
    is_set: BoolArray,
    opens: BoolArray,
    before: int,
) -> IntArray:
    reach = np.zeros_like(size)
    ahead, shown, printed = before, before, 0
    for at in np.flatnonzero(through | level | is_set | opens).tolist():
        n = int(size[at])
        if through[at]:
            ahead, reach[at] = 0, n
        elif level[at]:
            reach[at] = max(n - ahead, 0)
            ahead, printed = max(ahead - n, 0), printed + n
        elif is_set[at]:
            ahead = int(queue_left(int(QueueRule.PRO_RATA), ahead, shown, printed, n))
            shown, printed = n, 0
        else:
            shown = 0
    return reach
