from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.pricing.ranges import price_within, within


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -0.001, 1.001])
def test_one_bad_element_refuses_the_array(bad: float) -> None:
    with pytest.raises(BadParameter, match="share must lie in"):
        within("share", np.array([0.5, bad]), 0.0, 1.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_an_open_range_still_refuses_what_is_not_finite(bad: float) -> None:
    with pytest.raises(BadParameter):
        within("value", bad, -math.inf)


def test_the_ends_of_a_range_belong_to_it() -> None:
    assert within("share", [0.0, 1.0], 0.0, 1.0).tolist() == [0.0, 1.0]


def test_an_empty_array_breaks_no_range() -> None:
    assert within("share", [], 0.0, 1.0).size == 0
    assert price_within("price", []).size == 0


@pytest.mark.parametrize("empty_side", [0.0, 1.0])
def test_an_empty_side_is_not_a_price(empty_side: float) -> None:
    with pytest.raises(BadParameter, match="empty side"):
        price_within("price", [0.5, empty_side])
