"""The post-only prices that a maker may choose from, for every market and both sides at once."""

from __future__ import annotations

import numpy as np

from kalshi_alpha.core.arrays import IntArray
from kalshi_alpha.core.proposals.tick_table import ABSENT, TickTable
from kalshi_alpha.core.types import E4_PER_DOLLAR

YES, NO = 0, 1
JOIN, IMPROVE = 0, 1


def own_scale(yes_bid: IntArray, no_bid: IntArray) -> tuple[IntArray, IntArray]:
    """Return bids and asks on each side's own price scale.

    Parameters
    ----------
    yes_bid, no_bid : integer ndarrays of shape (n_markets,)
        Best bids in 1e-4 dollars, each on its own side's scale; ``ABSENT`` for an empty side.

    Returns
    -------
    bid, ask : integer ndarrays of shape (2, n_markets)
        First row YES, second NO. The ask of a side is one dollar less the other side's bid.
    """
    bid = np.stack((yes_bid, no_bid))
    other = bid[::-1]
    ask = np.where(other == ABSENT, ABSENT, E4_PER_DOLLAR - other)
    return bid, ask


def quotable(yes_bid: IntArray, no_bid: IntArray, grid_of: IntArray, ticks: TickTable) -> IntArray:
    """Return the prices that would rest at the best bid, and one tick above it.

    A price is offered only when both sides of the book are there and it lies strictly below the
    ask, so that a post-only order rests. Joining needs the bid itself to be on the grid, which it
    may not be after the venue changed the market's ticks. `quote_candidates` is the same rule for
    one market at a time.

    Parameters
    ----------
    yes_bid, no_bid, grid_of : integer ndarrays of shape (n_markets,)
        Best bids in 1e-4 dollars (``ABSENT`` if none) and each market's row in ``ticks``.

    Returns
    -------
    integer ndarray of shape (2, 2, n_markets)
        Indexed by side (YES, NO), placement (JOIN, IMPROVE) and market; 1e-4 dollars on the
        side's own scale, ``ABSENT`` where nothing may be quoted.
    """
    bid, ask = own_scale(yes_bid, no_bid)
    above = np.stack(
        (
            ticks.up[grid_of, np.maximum(yes_bid, 0)],
            # One NO tick up is one YES tick down: the grid is the YES price's.
            _complement(ticks.down[grid_of, E4_PER_DOLLAR - np.maximum(no_bid, 0)]),
        )
    )
    on_grid = np.stack(
        (
            ticks.legal[grid_of, np.maximum(yes_bid, 0)],
            ticks.legal[grid_of, E4_PER_DOLLAR - np.maximum(no_bid, 0)],
        )
    )
    offered = np.stack((np.where(on_grid, bid, ABSENT), above), axis=1)
    rests = (bid != ABSENT) & (ask != ABSENT)
    legal = (offered != ABSENT) & rests[:, np.newaxis] & (offered < ask[:, np.newaxis])
    return np.where(legal, offered, ABSENT)


def _complement(prices: IntArray) -> IntArray:
    return np.where(prices == ABSENT, ABSENT, E4_PER_DOLLAR - prices)
