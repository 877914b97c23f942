"""Tick grids as look-up arrays, so that stepping a price is one gather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.types import E4_PER_DOLLAR, TickGrid

ABSENT = -1  # no such price: the side is empty, or there is no tick beyond


@dataclass(frozen=True, slots=True, eq=False)
class TickTable:
    """Which prices may be quoted, and the next one above and below every price, for several grids.

    Parameters
    ----------
    legal : boolean ndarray of shape (n_grids, 10001)
        Whether the grid has the price.
    up, down : integer ndarrays of shape (n_grids, 10001)
        Indexed by grid and price in 1e-4 dollars on the YES scale; ``ABSENT`` where there is none.
    """

    legal: BoolArray
    up: IntArray
    down: IntArray

    @classmethod
    def of(cls, grids: Sequence[TickGrid]) -> TickTable:
        """Tabulate the grids, in order; the same grids share one table, which cannot be written."""
        return _tabulated(tuple(grids))


@lru_cache(maxsize=32)
def _tabulated(grids: tuple[TickGrid, ...]) -> TickTable:
    every = np.arange(E4_PER_DOLLAR + 1, dtype=np.int64)
    prices = [np.array(grid.prices_e4, dtype=np.int64) for grid in grids]
    legal = np.stack([np.isin(every, each) for each in prices])
    up = np.stack([_step(each, "right", 1) for each in prices])
    down = np.stack([_step(each, "left", 0) for each in prices])
    for table in (legal, up, down):
        table.flags.writeable = False
    return TickTable(legal=legal, up=up, down=down)


def _step(prices: IntArray, side: Literal["left", "right"], ahead: int) -> IntArray:
    every = np.arange(E4_PER_DOLLAR + 1, dtype=np.int64)
    padded = np.concatenate(([ABSENT], prices, [ABSENT]))
    return np.asarray(padded[np.searchsorted(prices, every, side=side) + ahead])
