"""Tick grids as look-up arrays, so that stepping a price is one gather."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.types import E4_PER_DOLLAR, TickGrid

ABSENT = -1  # no such price: the side is empty, or there is no tick beyond


@dataclass(frozen=True, slots=True, eq=False)
class TickTable:
    """The next quotable price above and below every price, for several grids.

    Parameters
    ----------
    up, down : integer ndarrays of shape (n_grids, 10001)
        Indexed by grid and price in 1e-4 dollars on the YES scale; ``ABSENT`` where there is none.
    """

    up: IntArray
    down: IntArray

    @classmethod
    def of(cls, grids: Sequence[TickGrid]) -> TickTable:
        """Tabulate the grids, in order."""
        tables = [_tabulate(np.array(grid.prices_e4, dtype=np.int64)) for grid in grids]
        return cls(np.stack([up for up, _ in tables]), np.stack([down for _, down in tables]))


def _tabulate(legal: IntArray) -> tuple[IntArray, IntArray]:
    every = np.arange(E4_PER_DOLLAR + 1, dtype=np.int64)
    padded = np.concatenate(([ABSENT], legal, [ABSENT]))
    up = padded[np.searchsorted(legal, every, side="right") + 1]
    down = padded[np.searchsorted(legal, every, side="left")]
    return up, down
