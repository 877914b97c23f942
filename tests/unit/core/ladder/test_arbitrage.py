from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import Arbitrage, BadParameter
from kalshi_alpha.core.ladder.arbitrage import best_riskless_portfolio, probability_bounds
from kalshi_alpha.core.ladder.atoms import AtomGrid
from kalshi_alpha.core.ladder.bounds import bracket_bounds
from kalshi_alpha.core.ladder.grid_interval import GridInterval

BINS = AtomGrid((71, 73, 75, 77, 79)).atoms
PARTITION = AtomGrid.from_intervals(BINS).payoff(BINS)
ASKS = np.array([0.09, 0.17, 0.27, 0.29, 0.18, 0.10])
BIDS = np.array([0.09, 0.17, 0.27, 0.28, 0.17, 0.10])


def taker_fee(price: FloatArray) -> FloatArray:
    """Return the worked example's unrounded quadratic fee."""
    return np.asarray(0.07 * price * (1.0 - price))


def test_the_programme_finds_all_no_of_the_worked_example_after_fees() -> None:
    no_costs = 1.0 - BIDS + taker_fee(1.0 - BIDS)
    found = best_riskless_portfolio(PARTITION, ASKS + taker_fee(ASKS), no_costs)
    assert found.profit == pytest.approx(0.0203, abs=5e-5)
    np.testing.assert_allclose(found.no, np.ones(6), atol=1e-9)
    np.testing.assert_allclose(found.yes, np.zeros(6), atol=1e-9)


def test_the_programme_leaves_a_small_inversion_alone_after_fees() -> None:
    thresholds = [GridInterval(3, None), GridInterval(4, None)]
    payoff = AtomGrid.from_intervals(thresholds).payoff(thresholds)
    asks, bids = np.array([0.33, 0.40]), np.array([0.30, 0.36])
    free = best_riskless_portfolio(payoff, asks, 1.0 - bids)
    assert free.profit == pytest.approx(0.03)
    charged = best_riskless_portfolio(
        payoff, asks + taker_fee(asks), 1.0 - bids + taker_fee(1.0 - bids)
    )
    assert charged.profit == 0.0


def test_sides_that_are_not_offered_are_never_bought() -> None:
    missing = np.full(6, np.nan)
    assert best_riskless_portfolio(PARTITION, missing, missing).profit == 0.0
    cheap = np.full(6, 0.1)
    cheap[3] = np.nan
    found = best_riskless_portfolio(PARTITION, cheap, missing)
    assert found.profit == 0.0
    assert found.yes[3] == 0.0


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3), st.floats(0.0, 0.05))
def test_quotes_around_one_distribution_admit_no_profit_and_bound_it(
    masses: list[float], margin: float
) -> None:
    pmf = np.array(masses) / sum(masses)
    ladder = [GridInterval(3, None), GridInterval(4, None), GridInterval(3, 3)]
    payoff = AtomGrid.from_intervals(ladder).payoff(ladder)
    fair = payoff.T @ pmf
    asks, bids = np.minimum(fair + margin, 1.0), np.maximum(fair - margin, 0.0)
    assert best_riskless_portfolio(payoff, asks, 1.0 - bids).profit == pytest.approx(0.0, abs=1e-9)
    low, high = probability_bounds(payoff, bids - 1e-9, asks + 1e-9, payoff[:, 2])
    assert low - 1e-6 <= fair[2] <= high + 1e-6


def test_the_bounds_of_a_bracket_are_those_of_its_thresholds() -> None:
    thresholds = [GridInterval(3, None), GridInterval(5, None)]
    bracket = GridInterval(3, 4)
    grid = AtomGrid.from_intervals(thresholds)
    bids, asks = np.array([0.60, 0.30]), np.array([0.64, 0.35])
    got = probability_bounds(grid.payoff(thresholds), bids, asks, grid.payoff([bracket])[:, 0])
    assert got == pytest.approx(bracket_bounds(0.60, 0.64, 0.30, 0.35))
    assert got == pytest.approx((0.25, 0.34))


def test_quotes_that_fit_no_distribution_are_reported() -> None:
    with pytest.raises(Arbitrage, match="no distribution"):
        probability_bounds(PARTITION, BIDS, np.ones(6), PARTITION[:, 0])


@pytest.mark.parametrize("cost", [-0.01, np.inf])
def test_costs_that_mean_nothing_are_refused(cost: float) -> None:
    with pytest.raises(BadParameter, match="costs"):
        best_riskless_portfolio(PARTITION, np.full(6, cost), np.ones(6))


def test_shapes_that_do_not_match_are_refused() -> None:
    with pytest.raises(BadParameter, match="payoffs"):
        best_riskless_portfolio(PARTITION, ASKS[:5], ASKS)
    with pytest.raises(BadParameter, match="payoffs"):
        probability_bounds(PARTITION, BIDS[:5], ASKS, PARTITION[:, 0])
    with pytest.raises(BadParameter, match="claim"):
        probability_bounds(PARTITION, BIDS, ASKS, PARTITION[:5, 0])
