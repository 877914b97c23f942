from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.pricing import (
    ev_honest,
    model_fee_per_contract,
    order_value,
    rank_legs,
    value_per_capital_hour,
)


@pytest.mark.parametrize(
    ("bid", "fill_ratio", "ev_bps", "dollars"),
    [(0.43, 0.45, 237, 0.213), (0.455, 0.90, 11.6, 0.021)],
)
def test_higher_fill_odds_do_not_rescue_a_thin_edge(
    bid: float, fill_ratio: float, ev_bps: float, dollars: float
) -> None:
    """Worked example: 20 contracts, p 0.47, s 0.9, w 1, adverse selection 80 basis points."""
    phi = model_fee_per_contract(0.0175, bid)
    ev = ev_honest(0.47, bid, phi, shrink=0.9, w_bin=1.0, adverse=0.008)

    assert ev * 1e4 == pytest.approx(ev_bps, abs=0.5 if ev_bps > 100 else 0.05)
    assert order_value(20, fill_ratio, ev) == pytest.approx(dollars, abs=5e-4)


def test_the_worked_example_picks_the_patient_bid() -> None:
    bids, alphas = np.array([0.43, 0.455]), np.array([0.45, 0.90])
    ev = ev_honest(0.47, bids, model_fee_per_contract(0.0175, bids), 0.9, 1.0, 0.008)

    chosen = rank_legs([7, 7], order_value(20, alphas, ev), 20 * bids, 48.0)

    assert chosen.tolist() == [0]


def test_a_leg_is_chosen_by_value_and_legs_are_ordered_by_capital_hours() -> None:
    legs = [1, 1, 2, 3, 3]
    value = [1.0, 2.0, 1.5, 0.5, 0.4]
    capital = [1.0, 10.0, 10.0, 1.0, 0.1]
    hours = [10.0, 10.0, 1.0, 10.0, 10.0]

    # Leg 1 takes its dearer candidate (2.0); per capital-hour: leg 2 .15, leg 3 .05, leg 1 .02.
    assert rank_legs(legs, value, capital, hours).tolist() == [2, 3, 1]


def test_candidates_worth_nothing_are_left_out() -> None:
    assert rank_legs([1, 2, 3], [0.0, -1.0, 1e-9], 1.0, 1.0).tolist() == [2]


def test_equals_keep_the_order_they_came_in() -> None:
    assert rank_legs([2, 1, 2, 1], [1.0] * 4, 1.0, 1.0).tolist() == [0, 1]


def test_no_candidates_rank_to_nothing() -> None:
    empty = np.array([], dtype=np.int64)
    assert rank_legs(empty, np.array([]), 1.0, 1.0).tolist() == []


@given(
    st.lists(
        st.tuples(
            st.integers(0, 4), st.integers(-5, 20), st.integers(1, 9), st.sampled_from([1, 2, 24])
        ),
        min_size=1,
        max_size=25,
    )
)
def test_ranking_agrees_with_a_plain_loop(drawn: list[tuple[int, int, int, int]]) -> None:
    legs, value, capital, hours = (np.array(column) for column in zip(*drawn, strict=True))
    best: dict[int, int] = {}
    for i, leg in enumerate(legs.tolist()):
        if value[i] > 0 and (leg not in best or value[i] > value[best[leg]]):
            best[leg] = i
    expected = sorted(best.values(), key=lambda i: (-value[i] / (capital[i] * hours[i]), i))

    assert rank_legs(legs, value, capital, hours).tolist() == expected


@given(st.floats(0, 1e4), st.floats(0, 1), st.floats(0, 1), st.floats(-1, 1))
def test_more_fills_make_good_orders_better_and_bad_orders_worse(
    contracts: float, alpha: float, other: float, ev: float
) -> None:
    low, high = sorted([alpha, other])
    gain = order_value(contracts, high, ev) - order_value(contracts, low, ev)
    assert gain * ev >= 0.0


def test_value_per_capital_hour_is_per_dollar_hour() -> None:
    assert value_per_capital_hour(0.213, 8.6, 24.0) == pytest.approx(0.213 / (8.6 * 24.0))


@pytest.mark.parametrize(
    ("capital", "hours"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0), (math.nan, 1.0), (1.0, math.nan)]
)
def test_capital_that_is_not_locked_has_no_rate(capital: float, hours: float) -> None:
    with pytest.raises(BadParameter):
        value_per_capital_hour(1.0, capital, hours)


@pytest.mark.parametrize(
    "bad", [(-1.0, 0.5, 0.1), (1.0, 1.5, 0.1), (1.0, math.nan, 0.1), (1.0, 0.5, math.nan)]
)
def test_an_impossible_order_has_no_value(bad: tuple[float, float, float]) -> None:
    with pytest.raises(BadParameter):
        order_value(*bad)
