"""A recorded ladder as one stream of rows, and orders and fills as columns over it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.tape import DepthColumns, TradeColumns
from kalshi_alpha.core.types import E4_PER_DOLLAR

Small = npt.NDArray[np.int32]
Kinds = npt.NDArray[np.int8]


class RowKind(IntEnum):
    """What a row of a stream says."""

    LEVEL = 0
    PRINT = 1
    OPEN = 2


class QueueRule(IntEnum):
    """Who is taken to have left when a level shrinks by more than was printed there.

    ``THROUGH_ONLY``: the queue is not looked at, and only a print through the price fills.
    ``BEHIND_LEAVES``: whoever came after us leaves first, so we move up only as far as the level
    is smaller than our queue; the careful reading. ``PRO_RATA``: those before us and those after
    us leave in proportion to their contracts, rounded so that more stay before us.
    ``NOBODY_LEAVES``: whoever is before us stays until prints have used him up; more careful still,
    and what paper orders go by.
    """

    THROUGH_ONLY = 0
    BEHIND_LEAVES = 1
    PRO_RATA = 2
    NOBODY_LEAVES = 3


@dataclass(frozen=True, slots=True, eq=False)
class DepthStream:
    """Levels and prints of a ladder in the order they came; arrays of shape (n_rows,).

    Attributes
    ----------
    kind
        A `RowKind`: a level as it was set, a print, or the beginning of a snapshot, before which
        everything known of the book goes.
    book
        Twice the market's index for YES bids, one more for NO bids. A print names the book that
        its taker hit, a beginning the one it clears.
    tick
        The price on the book's own scale, in steps of ``tick_e4``; 0 for a beginning.
    size_e2
        What rests at the level afterwards, or what was printed, in hundredths of contracts.
    n_books, tick_e4
        How many books there are, and the price step in 1e-4 dollars.

    Raises
    ------
    BadParameter
        If the columns differ in length or hold what no book can.
    """

    kind: Kinds
    book: Small
    tick: Small
    size_e2: Small
    n_books: int
    tick_e4: int = 100

    def __post_init__(self) -> None:
        if not (self.tick_e4 > 0 and E4_PER_DOLLAR % self.tick_e4 == 0 and self.n_books >= 0):
            raise BadParameter(f"no price step: {self.tick_e4}e-4 dollars, {self.n_books} books")
        columns = (self.kind, self.book, self.tick, self.size_e2)
        if any(each.shape != self.kind.shape for each in columns):
            raise BadParameter("columns of a stream differ in length")
        # The compiled path does not check an index again.
        priced = self.tick[self.kind != RowKind.OPEN]
        for name, column, low, high in (
            ("kinds", self.kind, 0, max(RowKind)),
            ("books", self.book, 0, self.n_books - 1),
            ("ticks", priced, 1, self.n_ticks - 2),
            ("ticks", self.tick, 0, self.n_ticks - 2),
            ("sizes", self.size_e2, 0, np.iinfo(np.int32).max),
        ):
            if column.size and not (column.min() >= low and column.max() <= high):
                raise BadParameter(f"{name} of a stream lie outside {low} to {high}")

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return int(self.kind.size)

    @property
    def n_ticks(self) -> int:
        """How many prices a book has, both ends included."""
        return E4_PER_DOLLAR // self.tick_e4 + 1


def merged_stream(
    depth: DepthColumns, trades: TradeColumns, n_markets: int, tick_e4: int = 100
) -> tuple[DepthStream, IntArray]:
    """Merge an event's levels and prints by time; return the stream and each row's time.

    At one instant prints come first: the level that a print made smaller must not move us up
    before the print does, or its contracts would count twice.

    Raises
    ------
    BadParameter
        If a price is not on the step, or a market is not of the event.
    """
    opens = np.flatnonzero(depth.opens)
    book = [
        2 * trades.market + trades.taker_yes,
        *(2 * depth.market[opens] + side for side in (0, 1)),
        2 * depth.market + 1 - depth.is_yes,
    ]
    hit_e4 = np.where(
        trades.taker_yes == 1, E4_PER_DOLLAR - trades.yes_price_e4, trades.yes_price_e4
    )
    nothing = np.zeros(opens.size, dtype=np.int64)
    price = np.concatenate([hit_e4, nothing, nothing, depth.price_e4])
    if (price % tick_e4).any():
        raise BadParameter(f"prices are not on a step of {tick_e4}e-4 dollars")
    largest = max(
        (int(each.max()) for each in (trades.count_e2, depth.size_e2) if each.size), default=0
    )
    if largest > np.iinfo(np.int32).max:
        raise BadParameter(f"no stream holds a size of {largest} hundredths of contracts")
    at_us = np.concatenate([trades.at_us, depth.at_us[opens], depth.at_us[opens], depth.at_us])
    kinds = (RowKind.PRINT, RowKind.OPEN, RowKind.OPEN, RowKind.LEVEL)
    counts = (trades.at_us.size, opens.size, opens.size, depth.at_us.size)
    kind = np.repeat(np.array(kinds, dtype=np.int8), counts)
    size = np.concatenate([trades.count_e2, nothing, nothing, depth.size_e2])
    # A beginning keeps its place before the first level of its own snapshot.
    place = np.concatenate(
        [np.full(counts[0], -1), opens - 0.5, opens - 0.5, np.arange(counts[3], dtype=np.float64)]
    )
    order = np.lexsort((place, at_us))
    small = (np.concatenate(book), price // tick_e4, size)
    books, ticks, sizes = (np.ascontiguousarray(each[order].astype(np.int32)) for each in small)
    return DepthStream(kind[order], books, ticks, sizes, 2 * n_markets, tick_e4), at_us[order]


@dataclass(frozen=True, slots=True, eq=False)
class OrderColumns:
    """Bids of ours over a stream, by the row after which they rest; arrays (n_orders,).

    Attributes
    ----------
    book, tick, count_e2
        Where each rests, and how much of it.
    from_row, until_row
        The last row before it rests, -1 for none, and the last that can meet it.

    Raises
    ------
    BadParameter
        If a column is out of order, or two of them rest at once in one book: a print fills no
        more than was printed, and who of ours would come first is for the caller to say.
    """

    book: Small
    tick: Small
    count_e2: Small
    from_row: IntArray
    until_row: IntArray

    def __post_init__(self) -> None:
        columns = (self.book, self.tick, self.count_e2, self.from_row, self.until_row)
        if any(each.shape != self.book.shape for each in columns):
            raise BadParameter("columns of orders differ in length")
        if not self.book.size:
            return
        if not (
            self.count_e2.min() > 0 and self.from_row.min() >= -1 and self.tick.min() > 0
        ) or bool((np.diff(self.from_row) < 0).any() or (self.until_row < self.from_row).any()):
            raise BadParameter("orders have contracts and a price, and come by their first row")
        by_book = np.argsort(self.book, kind="stable")
        same = np.diff(self.book[by_book]) == 0
        if bool((same & (self.from_row[by_book][1:] < self.until_row[by_book][:-1])).any()):
            raise BadParameter("two orders rest at once in one book")

    def require_on(self, stream: DepthStream) -> None:
        """Refuse orders in books or at prices that a stream does not have.

        Raises
        ------
        BadParameter
            If one lies outside.
        """
        if self.book.size and not (
            self.book.min() >= 0
            and self.book.max() < stream.n_books
            and self.tick.max() < stream.n_ticks - 1
        ):
            raise BadParameter("an order lies outside the stream's books and prices")


@dataclass(frozen=True, slots=True, eq=False)
class FillColumns:
    """Fills in the order of the rows that made them; arrays of shape (n_fills,).

    ``order`` is the index of the order, ``count_e2`` hundredths of contracts.
    """

    row: IntArray
    order: IntArray
    count_e2: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class TouchColumns:
    """Best levels of every book after chosen rows; arrays of shape (n_chosen, n_books).

    ``tick`` is 0 and ``size_e2`` 0 where a book is empty.
    """

    tick: Small
    size_e2: Small
