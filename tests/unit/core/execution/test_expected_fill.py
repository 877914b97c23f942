from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.execution.expected_fill import (
    SlippageMode,
    Touch,
    cold_start_curve,
    expected_fill,
)
from kalshi_alpha.core.execution.fillratio import COLD_START_ALPHA
from kalshi_alpha.core.types import Contracts, Price

TOUCH = Touch(Price(4100), Price(4500), 100, Contracts.whole(100))


def booked(mode: SlippageMode, posted: int = 100, price: int = 4100) -> Price:
    return expected_fill(
        Contracts.whole(posted), Price(price), COLD_START_ALPHA, TOUCH, mode, cold_start_curve()
    ).price


def test_the_fill_ratio_and_its_interval_are_taken_of_what_is_posted() -> None:
    got = expected_fill(
        Contracts.whole(100),
        Price(4100),
        COLD_START_ALPHA,
        TOUCH,
        SlippageMode.TOP,
        cold_start_curve(),
    )
    assert (got.lo.e2, got.contracts.e2, got.hi.e2) == (2466, 5000, 7534)


def test_a_maker_pays_its_own_price_at_the_top() -> None:
    assert booked(SlippageMode.TOP) == Price(4100)


def test_mid_books_half_way_to_the_ask_and_never_below_the_order() -> None:
    assert booked(SlippageMode.MID) == Price(4300)
    assert booked(SlippageMode.MID, price=4400) == Price(4400)


@pytest.mark.parametrize(
    ("posted", "price_e4"), [(1, 4200), (100, 4200), (150, 4300), (1000, 4400)]
)
def test_depth_adds_whole_ticks_by_size_and_is_flat_beyond_the_cap(
    posted: int, price_e4: int
) -> None:
    assert booked(SlippageMode.DEPTH, posted) == Price(price_e4)


@given(st.sampled_from(SlippageMode), st.integers(1, 100_000), st.sampled_from([4100, 4200, 4400]))
def test_no_mode_books_better_than_the_order_or_worse_than_the_ask(
    mode: SlippageMode, posted: int, price: int
) -> None:
    assert Price(price) <= booked(mode, posted, price) <= TOUCH.ask


def test_a_lower_cap_bounds_the_impact() -> None:
    assert cold_start_curve(1.0).ticks(10.0) == 1.0
    with pytest.raises(BadParameter):
        cold_start_curve(0.0)


@pytest.mark.parametrize(
    ("bid", "ask", "tick", "depth"), [(4500, 4500, 100, 1), (4100, 4500, 0, 1), (4100, 4500, 1, 0)]
)
def test_a_touch_without_width_tick_or_depth_cannot_be_built(
    bid: int, ask: int, tick: int, depth: int
) -> None:
    with pytest.raises(BadParameter):
        Touch(Price(bid), Price(ask), tick, Contracts(depth))
