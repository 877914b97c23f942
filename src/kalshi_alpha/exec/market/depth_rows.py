"""Rows of the depth table as they grow: levels as they were set, and where snapshots begin."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from kalshi_alpha.core.arrays import IntArray

if TYPE_CHECKING:
    import polars as pl

EMPTY_PRICE_E4 = 100
"""A snapshot of an empty book has to have a row: it sets this level to nothing."""


class DepthRows:
    """Books of markets by their place, and every change of them.

    A count below zero, which a recording with a hole can give, is taken for an empty level.

    Attributes
    ----------
    negatives
        How often that was so.
    """

    def __init__(self) -> None:
        self._columns = [array("q") for _ in range(6)]
        self._books: dict[int, dict[int, int]] = {}
        self._last_us = -(1 << 62)
        self._gaps = [array("q") for _ in range(2)]
        self._lost: set[int] = set()
        self.negatives = 0

    def __len__(self) -> int:
        return len(self._columns[0])

    def snapshot(
        self,
        at_us: int,
        market: int,
        yes: Iterable[tuple[int, int]],
        no: Iterable[tuple[int, int]],
    ) -> None:
        """Take in a whole book, levels as prices in 1e-4 dollars and counts in hundredths.

        One that says what is known already has no rows.
        """
        rows = [(1, price, size) for price, size in yes] + [(0, price, size) for price, size in no]
        rows = sorted(row for row in rows if row[2])
        book = {2 * price_e4 + is_yes: size_e2 for is_yes, price_e4, size_e2 in rows}
        held = self._books.get(market)
        if held is not None and book == {level: size for level, size in held.items() if size}:
            return
        opens = 1
        for is_yes, price_e4, size_e2 in rows or [(1, EMPTY_PRICE_E4, 0)]:
            self._add(at_us, market, is_yes, price_e4, size_e2, opens)
            opens = 0
        self._books[market] = book
        self._lost.discard(market)

    def change(self, at_us: int, market: int, *, is_yes: int, price_e4: int, delta_e2: int) -> None:
        """Take in a change of one level; of a book that was lost it says nothing."""
        if market in self._lost:
            return
        book = self._books.setdefault(market, {})
        level = 2 * price_e4 + is_yes
        size_e2 = book.get(level, 0) + delta_e2
        if size_e2 < 0:
            size_e2 = 0
            self.negatives += 1
        book[level] = size_e2
        self._add(at_us, market, is_yes, price_e4, size_e2, 0)

    def lose(self, at_us: int, markets: Iterable[int]) -> None:
        """Take in that from an instant on books are not known, until their next snapshots."""
        lost = [market for market in markets if market not in self._lost]
        if not lost:
            return
        # What was shown in the same microsecond was shown before it.
        self._last_us = max(self._last_us + 1, at_us)
        for market in lost:
            self._lost.add(market)
            self._books.pop(market, None)
            for column, value in zip(self._gaps, (self._last_us, market), strict=True):
                column.append(value)

    def is_lost(self, market: int) -> bool:
        """Say whether a book was lost and not shown again."""
        return market in self._lost

    def book(self, market: int) -> dict[tuple[int, int], int]:
        """Return what rests now, by side (1 for YES) and price."""
        held = self._books.get(market, {})
        return {(level & 1, level >> 1): size for level, size in held.items() if size}

    def frame(self) -> pl.DataFrame:
        """Return the depth table of everything so far."""
        import polars as pl

        at_us, market, is_yes, price_e4, size_e2, opens = map(_numbers, self._columns)
        return pl.DataFrame(
            {
                "at_us": at_us,
                "market": market.astype(np.uint32),
                "is_yes": is_yes.astype(np.bool_),
                "price_e4": price_e4.astype(np.int16),
                "size_e2": size_e2,
                "opens": opens.astype(np.bool_),
            }
        )

    def gaps_frame(self) -> pl.DataFrame:
        """Return from when on which book was not known."""
        import polars as pl

        at_us, market = map(_numbers, self._gaps)
        return pl.DataFrame({"at_us": at_us, "market": market.astype(np.uint32)})

    def _add(self, at_us: int, *values: int) -> None:
        # The venue's stamps may go back by less than a millisecond; the order of frames holds.
        self._last_us = max(self._last_us, at_us)
        for column, value in zip(self._columns, (self._last_us, *values), strict=True):
            column.append(value)


def _numbers(column: array[int]) -> IntArray:
    # A copy, so that the column may grow on.
    return np.array(column, dtype=np.int64)
