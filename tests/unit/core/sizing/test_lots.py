from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadContracts, BadParameter
from kalshi_alpha.core.sizing.lots import floor_to_lot, quotable_size
from kalshi_alpha.core.types import Contracts

ONE = Contracts.whole(1)


@pytest.mark.parametrize(
    ("contracts", "lot", "expected"),
    [(163.2, 100, 16300), (0.99, 100, 0), (7.0, 100, 700), (7.129, 1, 712), (27.0, 1000, 2000)],
)
def test_sizes_are_rounded_down_to_whole_lots(contracts: float, lot: int, expected: int) -> None:
    assert floor_to_lot(contracts, Contracts(lot)) == Contracts(expected)


@given(st.floats(0.0, 1e9), st.integers(1, 10_000))
def test_the_rounded_size_never_exceeds_the_size_nor_misses_a_lot(size: float, lot: int) -> None:
    rounded = floor_to_lot(size, Contracts(lot))

    assert rounded.e2 % lot == 0
    assert rounded.count <= size
    assert rounded.e2 + lot > size * 100 * (1 - 1e-12) - 1e-6


def test_an_order_below_the_smallest_lot_is_dropped() -> None:
    kept = quotable_size(4.9, lot=ONE, min_lot=Contracts.whole(5), honest_ev=lambda _: 0.01)

    assert kept == Contracts(0)
    assert quotable_size(
        5.9, lot=ONE, min_lot=Contracts.whole(5), honest_ev=lambda _: 0.01
    ) == Contracts.whole(5)


def test_a_fee_rounded_up_can_make_a_small_order_worthless() -> None:
    def honest_ev(size: Contracts) -> float:
        return 0.0060 - math.ceil(0.43 * size.count) / 100 / size.count

    assert quotable_size(1.8, lot=ONE, min_lot=ONE, honest_ev=honest_ev) == Contracts(0)
    assert quotable_size(10.2, lot=ONE, min_lot=ONE, honest_ev=honest_ev) == Contracts.whole(10)


@pytest.mark.parametrize("value", [0.0, -0.01, math.nan])
def test_an_honest_value_that_is_not_positive_drops_the_order(value: float) -> None:
    assert quotable_size(9.0, lot=ONE, min_lot=ONE, honest_ev=lambda _: value) == Contracts(0)


@pytest.mark.parametrize("size", [-1.0, math.nan, math.inf])
def test_an_impossible_size_is_refused(size: float) -> None:
    with pytest.raises(BadContracts):
        floor_to_lot(size, ONE)


def test_an_empty_lot_is_refused() -> None:
    with pytest.raises(BadParameter):
        floor_to_lot(1.0, Contracts(0))
