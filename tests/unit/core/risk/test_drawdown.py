from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.risk.drawdown import drawdown
from kalshi_alpha.core.types import Money


@pytest.mark.parametrize(
    ("pnl", "deepest", "current"),
    [
        pytest.param([], 0, 0, id="nothing settled"),
        pytest.param([5, 3, 2], 0, 0, id="only gains"),
        pytest.param([-5, -3], 8, 8, id="losses from the start count in full"),
        pytest.param([10, -4, -3, 5, -1], 7, 3, id="by hand: peak 10, trough 3, now 7"),
        pytest.param([10, -4, 20, -1], 4, 1, id="a later peak keeps the deeper fall"),
    ],
)
def test_drawdown_by_hand(pnl: list[int], deepest: int, current: int) -> None:
    fall = drawdown(Money(p) for p in pnl)

    assert (fall.deepest, fall.current) == (Money(deepest), Money(current))


@given(st.lists(st.integers(-1000, 1000)))
def test_drawdown_equals_the_largest_fall_over_all_pairs(pnl: list[int]) -> None:
    path = [sum(pnl[:i]) for i in range(len(pnl) + 1)]
    largest = max(path[i] - path[j] for i in range(len(path)) for j in range(i, len(path)))

    fall = drawdown(Money(p) for p in pnl)

    assert fall.deepest == Money(largest)
    assert Money(0) <= fall.current <= fall.deepest
