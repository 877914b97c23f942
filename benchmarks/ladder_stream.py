"""A ladder's levels and prints, drawn from a seed, as columns for the replay benchmarks.

YES bids and NO bids keep to bands that never touch: programs disagree about what a resting order
does when a book comes to its price without a print, and nothing here should hang on that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from kalshi_alpha.core.replay.kernels_columns import DepthStream

LOWEST, HIGHEST = 25, 45
PRINTS = 0.08

STEP = 1_000
"""Orders come after every so many rows. No print is the last row of a step, parted from the level
that says what it left: nautilus_trader takes a print for the best price until it is told another.
"""


@njit(cache=True)
def _draw(seed: int, kind: Any, book: Any, tick: Any, size: Any, n_books: int, levels: Any) -> None:
    np.random.seed(seed)  # noqa: NPY002  # the compiler's own generator, seeded here
    best = np.zeros(n_books, dtype=np.int64)
    row = 0
    while row < kind.size:
        b = np.random.randint(n_books)  # noqa: NPY002
        top = best[b]
        can_print = top > 0 and (row + 1) % STEP != 0
        if can_print and np.random.random() < PRINTS:  # noqa: NPY002
            shown = levels[b, top]
            n = min(shown, 1 + int(np.random.exponential(20.0)))  # noqa: NPY002
            kind[row], book[row], tick[row], size[row] = 1, b, top, 100 * n
            row += 1
            t, left = top, shown - n
        else:
            away = int(np.random.exponential(2.5)) - 1  # noqa: NPY002
            t = min(max(max(top, LOWEST + 8) - away, LOWEST), HIGHEST)
            chance = np.random.random()  # noqa: NPY002
            if chance < 0.3:
                left = 0
            elif chance < 0.5:
                left = levels[b, t] // 2
            else:
                left = levels[b, t] + 1 + int(np.random.exponential(30.0))  # noqa: NPY002
        kind[row], book[row], tick[row], size[row] = 0, b, t, 100 * left
        row += 1
        levels[b, t] = left
        if left > 0:
            best[b] = max(best[b], t)
        else:
            while best[b] > 0 and levels[b, best[b]] == 0:
                best[b] -= 1


def draw_stream(rows: int, markets: int, seed: int = 7) -> DepthStream:
    """Return the rows of a ladder of so many markets; whole steps of them."""
    assert rows % STEP == 0, f"rows come in steps of {STEP}"
    kind = np.zeros(rows, dtype=np.int8)
    book, tick, size = (np.zeros(rows, dtype=np.int32) for _ in range(3))
    levels = np.zeros((2 * markets, 101), dtype=np.int64)
    _draw(seed, kind, book, tick, size, 2 * markets, levels)
    return DepthStream(kind, book, tick, size, 2 * markets)
