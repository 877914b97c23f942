from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.paper_queue import PaperOrder, paper_fills
from kalshi_alpha.core.replay.fills import (
    UNKNOWN,
    MarketPrints,
    RestingOrder,
    resting_fills,
)
from kalshi_alpha.core.replay.tape import TradeColumns
from kalshi_alpha.core.types import Contracts, Price, Side, Trade

START = datetime(2025, 1, 9, 18, tzinfo=UTC)
START_US = int(START.timestamp()) * 1_000_000
Row = tuple[int, int, int, bool]
rows = st.lists(
    st.tuples(
        st.integers(-5, 40),
        st.sampled_from([3800, 3900, 4000, 4100]),
        st.integers(1, 900),
        st.booleans(),
    ),
    max_size=12,
).map(lambda found: sorted(found, key=lambda row: row[0]))


def prints_of(found: list[Row]) -> MarketPrints:
    columns = [
        np.array([START_US + s * 1_000_000 for s, *_ in found], dtype=np.int64),
        np.array([p for _, p, _, _ in found], dtype=np.int64),
        np.array([n for _, _, n, _ in found], dtype=np.int64),
        np.array([int(t) for *_, t in found], dtype=np.int64),
    ]
    return MarketPrints(*columns)


def order(side: Side, ahead_e2: int, *, any_taker: bool = False) -> RestingOrder:
    return RestingOrder(
        side=side,
        price_e4=4000 if side is Side.YES else 6000,
        count_e2=700,
        from_us=START_US,
        until_us=START_US + 30_000_000,
        ahead_e2=ahead_e2,
        any_taker=any_taker,
    )


@given(rows, st.sampled_from(Side), st.integers(0, 1500))
def test_fills_are_those_of_a_paper_order_in_the_same_queue(
    found: list[Row], side: Side, ahead_e2: int
) -> None:
    resting = order(side, ahead_e2)
    paper = PaperOrder(side, Price(resting.price_e4), Contracts(700), Contracts(ahead_e2), START)
    tape = [
        Trade(
            str(n),
            "M",
            START + timedelta(seconds=s),
            Price(p),
            Contracts(count),
            Side.YES if taker_yes else Side.NO,
        )
        for n, (s, p, count, taker_yes) in enumerate(found)
        if s <= 30
    ]
    expected, _ = paper_fills(paper, [trade for trade in tape if trade.at > START])
    fills = resting_fills(prints_of(found), resting)
    assert fills.count_e2.tolist() == [fill.contracts.e2 for fill in expected]
    assert fills.at_us.tolist() == [int(f.at.timestamp()) * 1_000_000 for f in expected]


@given(rows, st.sampled_from(Side), st.booleans())
def test_with_prints_alone_nothing_fills_without_one_through_the_price(
    found: list[Row], side: Side, any_taker: bool
) -> None:
    fills = resting_fills(prints_of(found), order(side, UNKNOWN, any_taker=any_taker))
    through = sum(
        count
        for s, p, count, _ in found
        if 0 < s <= 30 and (p < 4000 if side is Side.YES else 10_000 - p < 6000)
    )
    assert fills.total_e2 <= min(through, 700)
    if any_taker:
        assert fills.total_e2 == min(through, 700)


@given(rows, st.sampled_from(Side), st.integers(0, 1000), st.integers(0, 1000))
def test_a_longer_queue_never_fills_more(
    found: list[Row], side: Side, one: int, other: int
) -> None:
    prints = prints_of(found)
    short, long = sorted((one, other))
    filled = [resting_fills(prints, order(side, ahead)).total_e2 for ahead in (short, long)]
    assert filled[0] >= filled[1] >= resting_fills(prints, order(side, UNKNOWN)).total_e2


def test_prints_at_the_price_use_up_the_queue_first() -> None:
    fills = resting_fills(
        prints_of([(1, 4000, 500, False), (2, 4000, 400, False)]), order(Side.YES, 600)
    )
    assert fills.count_e2.tolist() == [300]


def test_an_event_without_prints_has_empty_markets() -> None:
    assert [each.at_us.size for each in MarketPrints.by_market(None, 2)] == [0, 0]


def test_prints_are_split_by_market_in_time_order() -> None:
    at, market, rest = (np.array(c, dtype=np.int64) for c in ([1, 2, 3], [1, 0, 1], [5, 6, 7]))
    split = MarketPrints.by_market(TradeColumns(at, market, rest, rest, rest), 2)
    assert [each.at_us.tolist() for each in split] == [[2], [1, 3]]
    with pytest.raises(BadParameter, match="of no market"):
        MarketPrints.by_market(TradeColumns(at, market, rest, rest, rest), 1)


@pytest.mark.parametrize(("price_e4", "count_e2", "ahead_e2"), [(0, 1, 0), (1, 0, 0), (1, 1, -2)])
def test_an_order_that_cannot_rest_is_refused(price_e4: int, count_e2: int, ahead_e2: int) -> None:
    with pytest.raises(BadParameter, match="no such order"):
        replace(order(Side.YES, 0), price_e4=price_e4, count_e2=count_e2, ahead_e2=ahead_e2)
