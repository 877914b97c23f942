from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.replay.kernels import depth_fills, settled_profit, touches
from kalshi_alpha.core.replay.kernels_columns import QueueRule
from kernel_cases import (
    BIDS,
    BOTH,
    ROWS,
    Row,
    in_turn,
    orders_of,
    plain,
    stream_of,
)


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
