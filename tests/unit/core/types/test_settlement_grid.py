from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import grids
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.types import SettlementGrid

TENTHS = SettlementGrid(Decimal("0.1"), "pp")


def test_three_tenths_is_the_third_step_where_floats_say_the_second() -> None:
    assert int(0.3 // 0.1) == 2
    assert TENTHS.index(Decimal("0.3")) == 3


@given(grids, st.integers(-10_000, 10_000))
def test_index_and_value_are_inverse(grid: SettlementGrid, index: int) -> None:
    assert grid.index(grid.value(index)) == index
    assert grid.floor(grid.value(index)) == grid.ceil(grid.value(index)) == index


def test_a_value_between_two_points_has_a_floor_and_a_ceiling_but_no_index() -> None:
    assert (TENTHS.floor(Decimal("-0.25")), TENTHS.ceil(Decimal("-0.25"))) == (-3, -2)
    with pytest.raises(BadParameter, match="multiple"):
        TENTHS.index(Decimal("-0.25"))


@pytest.mark.parametrize("step", ["0", "-1", "NaN", "Infinity"])
def test_an_impossible_step_cannot_be_built(step: str) -> None:
    with pytest.raises(BadParameter):
        SettlementGrid(Decimal(step), "pp")
