"""The rows of a stream one after another: books, queues and fills, compiled where numba is.

With the extra ``fast`` the functions are compiled when they are first called; without it they are
ordinary Python, and `kernels_numpy` is the faster way to the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar, cast

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.replay.kernels_columns import Kinds, Small

F = TypeVar("F", bound=Callable[..., Any])

IS_COMPILED = find_spec("numba") is not None

# Plain numbers: the compiler takes them as constants.
_LEVEL, _PRINT = 0, 1
_THROUGH_ONLY, _PRO_RATA, _NOBODY_LEAVES = 0, 2, 3
# What stands in a book, by column; a price of 0 where nothing does.
_PRICE, _ORDER, _AHEAD, _PRINTED, _LEFT = 0, 1, 2, 3, 4
_NOTHING = 0

Rows = tuple[Kinds, Small, Small, Small]
Orders = tuple[Small, Small, Small, IntArray, IntArray]
Fills = tuple[IntArray, IntArray, IntArray]


def compiled(function: F) -> F:
    """Compile a function if there is a compiler."""
    if not IS_COMPILED:
        return function
    from numba import njit

    return cast(F, njit(cache=True, nogil=True)(function))


@compiled
def walk_touches(rows: Rows, levels: Small, chosen: IntArray) -> tuple[Small, Small]:
    """Keep every book's best level, and note them all after each chosen row.

    ``levels`` has shape (n_books, n_ticks) and begins as zeros; ``chosen`` rises.
    """
    kind, book, tick, size = rows
    n_books = levels.shape[0]
    best = np.zeros(n_books, dtype=np.int32)
    ticks = np.zeros((chosen.size, n_books), dtype=np.int32)
    sizes = np.zeros((chosen.size, n_books), dtype=np.int32)
    row = 0
    for step in range(chosen.size):
        while row <= chosen[step]:
            what = kind[row]
            if what == _LEVEL:
                b, t, n = book[row], tick[row], size[row]
                levels[b, t] = n
                if n > 0:
                    best[b] = max(best[b], t)
                elif t == best[b]:
                    while t > 0 and levels[b, t] == 0:
                        t -= 1
                    best[b] = t
            elif what != _PRINT:
                levels[book[row]] = 0
                best[book[row]] = 0
            row += 1
        for b in range(n_books):
            ticks[step, b] = best[b]
            sizes[step, b] = levels[b, best[b]]
    return ticks, sizes


@compiled
def queue_left(rule: int, ahead: int, before: int, printed: int, after: int) -> int:
    """Return who is before us when a level goes from one size to another.

    ``ahead`` has already lost the ``printed`` contracts.
    """
    if rule == _NOBODY_LEAVES:
        return ahead
    stayed = before - printed
    if rule == _PRO_RATA and 0 <= after < stayed:
        ahead = -((-ahead * after) // stayed)
    return min(ahead, after)


@compiled
def met(standing: IntArray, rule: int, tick: int, count: int) -> int:
    """Pass a print at or through our price by what stands in its book; return what it fills."""
    if tick < standing[_PRICE]:
        standing[_AHEAD] = 0
        reach = count
    elif rule == _THROUGH_ONLY:
        return 0
    else:
        reach = max(count - standing[_AHEAD], 0)
        standing[_AHEAD] = max(standing[_AHEAD] - count, 0)
        standing[_PRINTED] += count
    filled: int = min(reach, standing[_LEFT])
    standing[_LEFT] -= filled
    if standing[_LEFT] == 0:
        standing[_PRICE] = _NOTHING
    return filled


@compiled
def walk_fills(rows: Rows, levels: Small, orders: Orders, rule: int, fills: Fills) -> int:
    """Pass all rows by the orders that rest, write the fills, and return how many there are.

    Parameters
    ----------
    rows
        Kind, book, tick and size of each.
    levels
        Shape (n_books, n_ticks), zeros to begin with.
    orders
        Book, tick, count, first and last row of each.
    rule
        A `QueueRule`.
    fills
        Row, order and count, with room for one fill a print.
    """
    kind, book, tick, size = rows
    order_book, order_tick, order_count, from_row, until_row = orders
    n_rows, n_orders, n_fills, coming, row = kind.size, order_book.size, 0, 0, 0
    standing = np.zeros((levels.shape[0], 5), dtype=np.int64)
    while row < n_rows:
        while coming < n_orders and from_row[coming] < row:
            mine = standing[order_book[coming]]
            mine[_PRICE], mine[_ORDER] = order_tick[coming], coming
            mine[_LEFT], mine[_PRINTED] = order_count[coming], 0
            mine[_AHEAD] = levels[order_book[coming], order_tick[coming]]
            coming += 1
        until = n_rows
        if coming < n_orders:
            until = min(from_row[coming] + 1, n_rows)
        while row < until:
            what, b, t = kind[row], book[row], tick[row]
            if what == _LEVEL:
                if t == standing[b, _PRICE]:
                    mine = standing[b]
                    mine[_AHEAD] = queue_left(
                        rule, mine[_AHEAD], levels[b, t], mine[_PRINTED], size[row]
                    )
                    mine[_PRINTED] = 0
                levels[b, t] = size[row]
            elif what != _PRINT:
                levels[b] = 0
            elif t <= standing[b, _PRICE] and row <= until_row[standing[b, _ORDER]]:
                filled = met(standing[b], rule, t, size[row])
                if filled > 0:
                    fills[0][n_fills], fills[1][n_fills] = row, standing[b, _ORDER]
                    fills[2][n_fills] = filled
                    n_fills += 1
            row += 1
    return n_fills
