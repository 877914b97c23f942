from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.replay.kernels_columns import QueueRule, RowKind
from kalshi_alpha.core.replay.kernels_walk import queue_left, walk_fills, walk_touches

OPEN = RowKind.OPEN
FIRST = np.arange(0, 380, 31)
BIDS = (
    *((FIRST % 2).astype(np.int32), np.full(FIRST.size, 40, dtype=np.int32)),
    *(np.full(FIRST.size, 25, dtype=np.int32), FIRST - 1, FIRST + 30),
)


@pytest.mark.parametrize(
    ("rule", "ahead", "before", "printed", "after", "left"),
    [
        *[
            (QueueRule.BEHIND_LEAVES, 100, 200, 0, 150, 100),
            (QueueRule.BEHIND_LEAVES, 9, 9, 0, 4, 4),
        ],
        # The table of the page on paper fills.
        (QueueRule.BEHIND_LEAVES, 100, 200, 0, 150, 100),
        (QueueRule.BEHIND_LEAVES, 100, 200, 0, 60, 60),
        (QueueRule.PRO_RATA, 100, 200, 0, 150, 75),
        (QueueRule.PRO_RATA, 100, 200, 0, 60, 30),
        # Half of those who did not trade left, so half of the 80 before us did.
        (QueueRule.PRO_RATA, 80, 220, 20, 100, 40),
        # The fraction that cannot leave stays before us.
        *[(QueueRule.PRO_RATA, 7, 9, 0, 4, 4), (QueueRule.PRO_RATA, 2, 9, 0, 4, 1)],
        # A level that grew moves nobody, and one that begins anew is not compared with before.
        *[(QueueRule.PRO_RATA, 80, 90, 0, 500, 80), (QueueRule.PRO_RATA, 80, 0, 0, 60, 60)],
    ],
)
def test_a_level_that_changes_moves_us_up_by_the_rule(
    rule: QueueRule, ahead: int, before: int, printed: int, after: int, left: int
) -> None:
    assert queue_left(int(rule), ahead, before, printed, after) == left


def test_the_walk_is_the_same_compiled_and_as_plain_python() -> None:
    rng = np.random.default_rng(5)
    kind = rng.choice([0, 0, 0, 1, 1, 2], 400, p=[0.2] * 5 + [0.0]).astype(np.int8)
    kind[200] = OPEN
    book, size = (rng.integers(0, high, 400).astype(np.int32) for high in (2, 30))
    tick = np.where(kind == OPEN, 0, rng.integers(38, 42, 400)).astype(np.int32)
    rows, fills = (kind, book, tick, size), []
    for walk in (walk_fills, getattr(walk_fills, "py_func", walk_fills)):
        out = (np.zeros(400, np.int64), np.zeros(400, np.int64), np.zeros(400, np.int64))
        levels = np.zeros((2, 101), dtype=np.int32)
        fills.append((walk(rows, levels, BIDS, int(QueueRule.PRO_RATA), out), levels, *out))
    assert fills[0][0] > 0
    assert all(np.array_equal(*pair) for pair in zip(*fills, strict=True))
    seen = [
        walk(rows, np.zeros((2, 101), dtype=np.int32), np.arange(0, 400, 7))
        for walk in (walk_touches, getattr(walk_touches, "py_func", walk_touches))
    ]
    assert all(np.array_equal(*pair) for pair in zip(*seen, strict=True))
