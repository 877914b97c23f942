from __future__ import annotations

from datetime import UTC, datetime
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.book.imbalance import (
    depth_imbalance,
    imbalance,
    imbalance_for,
    weighted_mid,
)
from kalshi_alpha.core.book.order_book import OrderBook
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import Side

AT = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
WORKED = OrderBook.of("X", AT, [(4100, 30_000)], [(5500, 10_000)])
ONE_SIDED = OrderBook.of("X", AT, [(4100, 30_000)], [])

sides_of_a_book = st.dictionaries(
    st.integers(1, 4_999), st.integers(1, 10**6), min_size=1, max_size=6
)


def test_worked_example_of_300_bid_against_100_offered() -> None:
    assert imbalance(WORKED) == pytest.approx(0.75)
    assert WORKED.mid == pytest.approx(0.43)
    assert weighted_mid(WORKED) == pytest.approx(0.44)


def test_the_other_side_sees_the_complement() -> None:
    assert imbalance_for(WORKED, Side.YES) == pytest.approx(0.75)
    assert imbalance_for(WORKED, Side.NO) == pytest.approx(0.25)


def test_deeper_levels_count_less_and_far_ones_not_at_all() -> None:
    book = OrderBook.of("X", AT, [(4100, 300), (3900, 100), (3700, 900)], [(5500, 100)])
    bid = 300 + 100 * exp(-2)

    assert depth_imbalance(book) == pytest.approx(bid / (bid + 100))


def test_an_empty_side_has_no_imbalance() -> None:
    for measure in (imbalance, depth_imbalance, weighted_mid):
        assert measure(ONE_SIDED) is None
    assert imbalance_for(ONE_SIDED, Side.NO) is None


@pytest.mark.parametrize(("within_e4", "tick_e4"), [(-1, 100), (300, 0)])
def test_impossible_depths_are_refused(within_e4: int, tick_e4: int) -> None:
    with pytest.raises(BadParameter):
        depth_imbalance(WORKED, within_e4=within_e4, tick_e4=tick_e4)


@given(sides_of_a_book, sides_of_a_book)
def test_measures_lie_inside_the_touch_and_mirror(yes: dict[int, int], no: dict[int, int]) -> None:
    book = OrderBook.of("X", AT, yes.items(), no.items())
    flipped = OrderBook.of("X", AT, no.items(), yes.items())
    weighted, mirrored = weighted_mid(book), weighted_mid(flipped)
    depth, flipped_depth = depth_imbalance(book), depth_imbalance(flipped)
    bid, ask = book.best_yes_bid, book.best_yes_ask

    assert weighted is not None
    assert mirrored is not None
    assert depth is not None
    assert flipped_depth is not None
    assert bid is not None
    assert ask is not None
    assert bid.dollars <= weighted <= ask.dollars
    assert weighted + mirrored == pytest.approx(1.0)
    assert depth + flipped_depth == pytest.approx(1.0)
    assert 0.0 < depth < 1.0
