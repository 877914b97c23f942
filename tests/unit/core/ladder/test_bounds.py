from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.ladder.bounds import (
    best_no_set_profit,
    bracket_bounds,
    buy_all_no_profit,
    buy_all_yes_profit,
    survival_bounds,
    threshold_pair_profit,
)


def taker_fee(price: FloatArray) -> FloatArray:
    """Return the worked example's unrounded quadratic fee."""
    return np.asarray(0.07 * price * (1.0 - price))


ASKS = np.array([0.09, 0.17, 0.27, 0.29, 0.18, 0.10])
BIDS = np.array([0.09, 0.17, 0.27, 0.28, 0.17, 0.10])


def test_all_yes_of_the_worked_example_costs_more_than_it_pays() -> None:
    profit = buy_all_yes_profit(ASKS, taker_fee(ASKS))
    assert 1.0 - profit == pytest.approx(1.1605, abs=5e-5)


def test_all_no_of_the_worked_example_earns_before_and_after_fees() -> None:
    fees = taker_fee(1.0 - BIDS)
    assert BIDS.sum() == pytest.approx(1.08)
    assert fees.sum() == pytest.approx(0.0597, abs=5e-5)
    assert buy_all_no_profit(BIDS, np.zeros(6)) == pytest.approx(0.0800, abs=5e-5)
    assert buy_all_no_profit(BIDS, fees) == pytest.approx(0.0203, abs=5e-5)
    assert best_no_set_profit(BIDS, fees) == pytest.approx(0.0203, abs=5e-5)


def test_a_three_cent_inversion_of_the_worked_example_is_not_free_money() -> None:
    ask, bid = np.array(0.33), np.array(0.36)
    lower_fee, upper_fee = taker_fee(ask), taker_fee(1.0 - bid)
    assert ask + 1.0 - bid == pytest.approx(0.97)
    assert lower_fee + upper_fee == pytest.approx(0.0316, abs=5e-5)
    profit = threshold_pair_profit(ask, bid, lower_fee, upper_fee)
    assert profit == pytest.approx(-0.0016, abs=5e-5)
    assert threshold_pair_profit(ask, bid, np.array(0.0), np.array(0.0)) == pytest.approx(0.03)


def test_legs_whose_bid_is_missing_or_eaten_by_the_fee_are_left_out_of_the_no_set() -> None:
    bids = np.array([0.60, 0.45, 0.01, np.nan])
    fees = np.array([0.01, 0.01, 0.02, 0.0])
    assert best_no_set_profit(bids, fees) == pytest.approx(0.03)
    assert np.isnan(buy_all_yes_profit(bids, fees))


def test_a_bracket_is_worth_the_difference_of_its_thresholds() -> None:
    assert bracket_bounds(0.60, 0.64, 0.30, 0.35) == pytest.approx((0.25, 0.34))
    assert bracket_bounds(0.0, 1.0, 0.0, 1.0) == (0.0, 1.0)
    assert bracket_bounds(0.20, 0.24, 0.22, 0.26) == pytest.approx((0.0, 0.02))


def test_neighbours_bound_a_rung_that_has_no_quote() -> None:
    lower, upper = survival_bounds(np.array([0.8, 0.0, 0.4, 0.1]), np.array([0.9, 1.0, 0.5, 0.7]))
    assert lower.tolist() == [0.8, 0.4, 0.4, 0.1]
    assert upper.tolist() == [0.9, 0.9, 0.5, 0.5]


@given(
    st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 0.2)), min_size=1, max_size=10),
    st.floats(0.0, 0.2),
)
def test_bounds_around_a_true_curve_contain_it(
    rungs: list[tuple[float, float]], wide: float
) -> None:
    curve = np.array(sorted((value for value, _ in rungs), reverse=True))
    around = np.array([noise for _, noise in rungs])
    lower, upper = survival_bounds(curve - around, curve + around + wide)
    assert (lower <= curve).all()
    assert (upper >= curve).all()
    assert (np.diff(lower) <= 0.0).all()
    assert (np.diff(upper) <= 0.0).all()
