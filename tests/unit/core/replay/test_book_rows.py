from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.book_rows import BookRows, walked_touch
from kalshi_alpha.core.replay.clocks import to_us
from kalshi_alpha.core.replay.depth import DepthView, followed_touch
from kalshi_alpha.core.replay.engine import replay_day
from kalshi_alpha.core.replay.fills import MarketPrints, RestingOrder, resting_fills
from kalshi_alpha.core.replay.kernels_columns import QueueRule
from kalshi_alpha.core.replay.market_view import MarketView
from kalshi_alpha.core.replay.tape import DepthColumns, TradeColumns
from kalshi_alpha.core.types import Side
from replay_cases import CHAIN, DECIDES, MIDDLE, at, event
from replay_cases import tape as recorded

LEVELS = st.lists(
    st.tuples(
        *(st.integers(0, 40), st.integers(0, 1), st.integers(0, 1), st.integers(38, 42)),
        *(st.integers(0, 50), st.sampled_from([0, 0, 0, 0, 1])),
    ),
    max_size=50,
)
PRINTS = st.lists(
    st.tuples(
        *(st.integers(0, 40), st.integers(0, 1), st.integers(38, 62), st.integers(1, 30)),
        st.integers(0, 1),
    ),
    max_size=40,
)


def depth_of(rows: Sequence[tuple[int, ...]]) -> DepthColumns:
    table = np.array(sorted(rows, key=lambda row: row[0]), dtype=np.int64).reshape(-1, 6)
    columns = [np.ascontiguousarray(each) for each in table.T]
    columns[3] = 100 * columns[3]
    return DepthColumns(*columns)


def prints_of(rows: list[tuple[int, ...]]) -> TradeColumns:
    table = np.array(sorted(rows, key=lambda row: row[0]), dtype=np.int64).reshape(-1, 5)
    columns = [np.ascontiguousarray(each) for each in table.T]
    columns[2] = 100 * columns[2]
    return TradeColumns(*columns)


@given(
    *(LEVELS, PRINTS, st.sampled_from(Side), st.integers(38, 62), st.integers(1, 60)),
    *(st.integers(0, 40), st.integers(0, 30), st.integers(0, 80)),
)
def test_where_nobody_leaves_books_fill_an_order_as_prints_alone_do(
    levels: list[tuple[int, ...]],
    prints: list[tuple[int, ...]],
    side: Side,
    cents: int,
    count: int,
    begins: int,
    lasts: int,
    ahead: int,
) -> None:
    order = RestingOrder(
        side=side,
        price_e4=100 * cents,
        count_e2=count,
        from_us=begins,
        until_us=begins + lasts,
        ahead_e2=ahead,
    )
    trades = prints_of(prints)
    plain = resting_fills(MarketPrints.by_market(trades, 2)[1], order)
    walked = BookRows.of(depth_of(levels), trades, 2).fills(1, order, QueueRule.NOBODY_LEAVES)
    assert walked.at_us.tolist() == plain.at_us.tolist()
    assert walked.count_e2.tolist() == plain.count_e2.tolist()


@given(LEVELS, st.integers(1, 3))
def test_compiled_code_follows_the_touch_as_it_is_followed_level_by_level(
    levels: list[tuple[int, ...]], finer: int
) -> None:
    depth = depth_of(levels)
    depth = replace(depth, price_e4=depth.price_e4 + 10 * (depth.price_e4 % finer))
    views = [DepthView.of(depth, 2, compiled=compiled) for compiled in (True, False)]
    for one, other in zip(views[0].touches, views[1].touches, strict=True):
        for mine, theirs in ((one.bids, other.bids), (one.asks, other.asks)):
            assert mine.at_us.tolist() == theirs.at_us.tolist()
            assert mine.price_e4.tolist() == theirs.price_e4.tolist()
            assert mine.size_e2.tolist() == theirs.size_e2.tolist()


def test_a_market_nobody_quoted_has_no_touch_either_way() -> None:
    nothing = depth_of([])
    for touch in (walked_touch(nothing), followed_touch(nothing)):
        assert touch.bids.at_us.size == touch.asks.at_us.size == 0


def test_a_size_that_no_stream_holds_is_refused() -> None:
    with pytest.raises(BadParameter, match="no stream holds a size of 3000000000 hundredths"):
        walked_touch(depth_of([(0, 0, 1, 40, 3_000_000_000, 1)]))


def shrinking(cancelled_to: int) -> DepthColumns:
    """Return a book whose best bid of 40 shrinks to a size without a print, after we joined it."""
    begins = to_us(at("17:00:00"))
    rows = [
        (begins, market, is_yes, cents, 5_000, int(is_yes == 1))
        for market, bid, ask in ((0, 19, 21), (1, 40, 44), (2, 38, 42))
        for is_yes, cents in ((1, bid), (0, 100 - ask))
    ]
    rows.append((to_us(at("18:05:00")), 1, 1, 40, cancelled_to, 0))
    return depth_of(rows)


@pytest.mark.parametrize(
    ("rule", "filled"),
    [
        (QueueRule.NOBODY_LEAVES, 0),
        (QueueRule.BEHIND_LEAVES, 800),
        (QueueRule.PRO_RATA, 800),
        (QueueRule.THROUGH_ONLY, 0),
    ],
)
def test_one_rule_of_the_queue_moves_the_fills_of_a_replay_and_no_order(
    rule: QueueRule, filled: int
) -> None:
    prints = [("18:10:00", 1, 40, 10, "no")]
    tape = replace(recorded(prints), depth=shrinking(200))
    ruled = replace(CHAIN, rules=replace(CHAIN.rules, queue=rule))
    day = replay_day([event(tape)], ruled)
    plain = replay_day([event(tape)], CHAIN)
    assert repr(day.results[0]) == repr(plain.results[0])
    (middle,) = (
        order
        for order in day.orders
        if order.proposal.market_ticker == MIDDLE and order.clock.at == DECIDES
    )
    assert middle.ahead_e2 == 5_000
    assert middle.fills.total_e2 == filled


def test_an_engine_with_kernels_gives_the_cents_of_one_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prints = [("18:10:00", 1, 40, 70, "no"), ("18:11:00", 1, 39, 3, "no")]
    tape = replace(recorded(prints), depth=shrinking(100))
    by_kernels = replay_day([event(tape)], CHAIN)
    monkeypatch.setattr(
        MarketView, "fills", lambda view, market, order: resting_fills(view.prints[market], order)
    )
    by_prints = replay_day([event(tape)], CHAIN)
    assert sum(order.fills.total_e2 for order in by_kernels.orders) > 0
    assert [
        (o.fills.at_us.tolist(), o.fills.count_e2.tolist(), o.fee) for o in by_kernels.orders
    ] == [(o.fills.at_us.tolist(), o.fills.count_e2.tolist(), o.fee) for o in by_prints.orders]
