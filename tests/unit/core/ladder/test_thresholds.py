from __future__ import annotations

import pytest

from kalshi_alpha.core.errors import BadLadder
from kalshi_alpha.core.ladder.grid_interval import GridInterval
from kalshi_alpha.core.ladder.thresholds import ThresholdOrder, threshold_order


def test_markets_that_pay_above_are_sorted_by_strike() -> None:
    order = threshold_order([GridInterval(5, None), GridInterval(3, None), GridInterval(4, None)])
    assert order == ThresholdOrder(edges=(3, 4, 5), market_of=(1, 2, 0), pays_below=False)


def test_markets_that_pay_below_become_rungs_just_above_their_last_value() -> None:
    order = threshold_order([GridInterval(None, 5), GridInterval(None, 3)])
    assert order == ThresholdOrder(edges=(4, 6), market_of=(1, 0), pays_below=True)


@pytest.mark.parametrize(
    "intervals",
    [
        [GridInterval(None, 3), GridInterval(4, None)],
        [GridInterval(3, None), GridInterval(4, 5)],
        [GridInterval(3, None), GridInterval(3, None)],
    ],
    ids=["partition", "mixed", "repeated"],
)
def test_ladders_of_another_shape_have_no_survival_curve(intervals: list[GridInterval]) -> None:
    with pytest.raises(BadLadder, match="no survival curve"):
        threshold_order(intervals)
