from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.replay.kernels import depth_fills, settled_profit, touches
from kalshi_alpha.core.replay.kernels_columns import QueueRule
from kernel_cases import BOTH, LEVEL, OPEN, PRINT, Bid, Row, orders_of, plain, stream_of

TICKS = st.integers(38, 42)
ROWS = st.lists(
    st.one_of(
        st.tuples(st.just(LEVEL), st.integers(0, 3), TICKS, st.integers(0, 60)),
        st.tuples(st.just(PRINT), st.integers(0, 3), TICKS, st.integers(0, 25)),
        st.tuples(st.just(OPEN), st.integers(0, 3), st.just(0), st.just(0)),
    ),
    max_size=60,
)
BIDS = st.lists(
    st.tuples(st.integers(0, 3), TICKS, st.integers(1, 40), st.integers(0, 20)), max_size=12
)


def in_turn(bids: list[tuple[int, int, int, int]]) -> list[Bid]:
    """Return bids that rest one after another in each book, the next where the last ends."""
    ends = [-1, 0, 1, 2]
    found: list[Bid] = []
    for book, tick, count, rows in bids:
        found.append((book, tick, count, ends[book], ends[book] + rows))
        ends[book] += rows
    return sorted(found, key=lambda bid: bid[3])


@given(rows=ROWS, bids=BIDS, rule=st.sampled_from(QueueRule))
def test_both_ways_give_the_same_fills_and_the_same_cents(
    rows: list[Row], bids: list[tuple[int, int, int, int]], rule: QueueRule
) -> None:
    stream, orders = stream_of(rows, 4), orders_of(in_turn(bids))
    payouts = np.array([10_000, 2_500])
    walked, columns = (depth_fills(stream, orders, rule, compiled=way) for way in BOTH)
    assert plain(walked) == plain(columns)
    one, other = (settled_profit(each, orders, stream, payouts) for each in (walked, columns))
    assert one == other
    chosen = np.arange(len(rows))
    here, there = (touches(stream, chosen, compiled=way) for way in BOTH)
    assert np.array_equal(here.tick, there.tick)
    assert np.array_equal(here.size_e2, there.size_e2)
