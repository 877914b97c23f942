from __future__ import annotations

import numpy as np

from kalshi_alpha.core.replay.depth import DepthView
from kalshi_alpha.core.replay.fills import UNKNOWN
from kalshi_alpha.core.replay.tape import DepthColumns
from kalshi_alpha.core.replay.touches import ABSENT
from kalshi_alpha.core.types import Side

ROWS = (
    # at, market, is_yes, price, size, opens
    (0, 0, 1, 4000, 500, 1),
    (0, 0, 1, 3900, 900, 0),
    (0, 0, 0, 5500, 300, 0),
    (10, 0, 1, 4000, 0, 0),
    (20, 0, 1, 4100, 50, 0),
    (25, 1, 1, 100, 70, 1),
    (30, 0, 0, 5400, 10, 1),
)


def view() -> DepthView:
    columns = np.array(ROWS, dtype=np.int64).T
    return DepthView.of(DepthColumns(*columns), 2)


def test_the_touch_follows_levels_as_they_come_and_go() -> None:
    touch = view().touches[0].at(np.array([5, 15, 25, 35]), 100)
    assert touch.bid_e4.tolist() == [4000, 3900, 4100, ABSENT], "the last snapshot has no bid"
    assert touch.ask_e4.tolist()[:3] == [4500] * 3
    assert touch.bid_size_e2.tolist()[:3] == [500, 900, 50]


def test_the_size_at_a_price_is_that_of_just_before() -> None:
    held = view()
    told = [held.size_at(0, Side.YES, 4000, at) for at in (0, 1, 10, 11)]
    assert told == [UNKNOWN, 500, 500, 0], "before its first snapshot nobody knows a book"
    assert held.size_at(0, Side.NO, 5500, 30) == 300
    assert held.size_at(0, Side.NO, 5500, 31) == 0, "a snapshot forgets what stood before it"


def test_markets_do_not_mix() -> None:
    assert view().size_at(1, Side.YES, 4000, 100) == 0
    assert view().size_at(1, Side.YES, 100, 100) == 70
