"""Full-depth replay over columns: touches, queue positions, fills and profit, two ways alike.

With the extra ``fast`` the rows are walked by compiled code, without it NumPy works order by
order. Both give the same integers, hence the same cents.

A bid of ours stands behind what its level showed when it came. Prints at its price use that queue
up and then fill it; a print through its price leaves nobody before it; how a level that shrinks
without prints moves it up is the `QueueRule`. No print fills more than was printed, and a book
that comes to our price without a print fills nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay import kernels_numpy, kernels_walk
from kalshi_alpha.core.replay.kernels_columns import (
    DepthStream,
    FillColumns,
    OrderColumns,
    QueueRule,
    RowKind,
    TouchColumns,
)
from kalshi_alpha.core.types import E4_PER_DOLLAR

IS_COMPILED = kernels_walk.IS_COMPILED


def touches(stream: DepthStream, chosen: IntArray, *, compiled: bool = IS_COMPILED) -> TouchColumns:
    """Return every book's best level as it stands after each chosen row.

    Parameters
    ----------
    stream
        Rows of a ladder.
    chosen
        Rows, each once and rising; shape (n_chosen,).
    compiled
        Whether to walk the rows, or to leave them to NumPy.

    Raises
    ------
    BadParameter
        If a row is none of the stream's, or they do not rise.
    """
    if chosen.size and not (
        chosen[0] >= 0 and chosen[-1] < stream.n_rows and bool((np.diff(chosen) > 0).all())
    ):
        raise BadParameter("chosen rows lie outside the stream or do not rise")
    if not compiled:
        return kernels_numpy.numpy_touches(stream, chosen)
    levels = np.zeros((stream.n_books, stream.n_ticks), dtype=np.int32)
    columns = (stream.kind, stream.book, stream.tick, stream.size_e2)
    return TouchColumns(*kernels_walk.walk_touches(columns, levels, chosen))


def depth_fills(
    stream: DepthStream,
    orders: OrderColumns,
    rule: QueueRule,
    *,
    compiled: bool = IS_COMPILED,
) -> FillColumns:
    """Pass a stream by our orders and return what fills, in the order of the rows.

    Parameters
    ----------
    stream
        Rows of a ladder.
    orders
        Bids, each alone in its book while it rests.
    rule
        How a level that shrinks moves us up.
    compiled
        Whether to walk the rows, or to leave them to NumPy.

    Raises
    ------
    BadParameter
        If an order lies outside the stream's books or prices.
    """
    orders.require_on(stream)
    if not compiled:
        return kernels_numpy.numpy_fills(stream, orders, rule)
    levels = np.zeros((stream.n_books, stream.n_ticks), dtype=np.int32)
    room = int(np.count_nonzero(stream.kind == RowKind.PRINT))
    row, order, count = (np.empty(room, dtype=np.int64) for _ in range(3))
    rows = (stream.kind, stream.book, stream.tick, stream.size_e2)
    bids = (orders.book, orders.tick, orders.count_e2, orders.from_row, orders.until_row)
    n_fills = kernels_walk.walk_fills(rows, levels, bids, int(rule), (row, order, count))
    return FillColumns(row[:n_fills], order[:n_fills], count[:n_fills])


@dataclass(frozen=True, slots=True)
class Profit:
    """What fills cost, what they paid and what the fees were, exactly, in 1e-6 dollars."""

    cost_e6: int
    payout_e6: int
    fees_e6: int

    @property
    def net_e6(self) -> int:
        """Payout less cost less fees."""
        return self.payout_e6 - self.cost_e6 - self.fees_e6


def settled_profit(
    fills: FillColumns,
    orders: OrderColumns,
    stream: DepthStream,
    yes_payout_e4: IntArray,
    fee_e6: IntArray | None = None,
) -> Profit:
    """Settle the fills of a ladder.

    Parameters
    ----------
    fills, orders, stream
        What filled, of what, on which price step.
    yes_payout_e4
        What one YES contract of each market paid, in 1e-4 dollars; shape (n_books / 2,).
    fee_e6
        The fee of each fill, in 1e-6 dollars, shape (n_fills,); None where none is charged.

    Raises
    ------
    BadParameter
        If the shapes do not match, or a payout lies outside a dollar.
    """
    charged = np.zeros_like(fills.row) if fee_e6 is None else fee_e6
    if 2 * yes_payout_e4.size != stream.n_books or charged.shape != fills.row.shape:
        raise BadParameter("payouts are by market, and fees by fill")
    if yes_payout_e4.size and not (
        yes_payout_e4.min() >= 0 and yes_payout_e4.max() <= E4_PER_DOLLAR
    ):
        raise BadParameter("a contract pays between nothing and a dollar")
    book = orders.book[fills.order]
    yes = yes_payout_e4[book // 2]
    paid = np.where(book % 2 == 0, yes, E4_PER_DOLLAR - yes)
    price_e4 = orders.tick[fills.order].astype(np.int64) * stream.tick_e4
    return Profit(
        cost_e6=int((fills.count_e2 * price_e4).sum()),
        payout_e6=int((fills.count_e2 * paid).sum()),
        fees_e6=int(charged.sum()),
    )
