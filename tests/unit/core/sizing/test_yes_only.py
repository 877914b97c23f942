from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import Arbitrage, BadParameter, InvalidPmf
from kalshi_alpha.core.sizing.partition import partition_kelly
from kalshi_alpha.core.sizing.single import kelly_fraction
from kalshi_alpha.core.sizing.yes_only import yes_only_kelly

PROB = np.array([0.05, 0.20, 0.40, 0.25, 0.10])
COST = np.array([0.07, 0.22, 0.36, 0.24, 0.14])


def _growth_bps(fraction: FloatArray) -> float:
    wealth = 1.0 - fraction.sum() + fraction / COST
    return float(PROB @ np.log(wealth)) * 1e4


def test_the_unrestricted_optimum_buys_a_hedge_as_in_the_worked_example() -> None:
    sizes = yes_only_kelly(PROB, COST, positive_ev_only=False)

    np.testing.assert_allclose(sizes.fraction, [0, 0.01667, 0.10, 0.05, 0], atol=5e-6)
    assert sizes.reserve == pytest.approx(0.83333, abs=5e-6)
    assert _growth_bps(sizes.fraction) == pytest.approx(59.4, abs=0.05)


def test_positive_ev_only_matches_the_worked_example() -> None:
    sizes = yes_only_kelly(PROB, COST)

    np.testing.assert_allclose(sizes.fraction, [0, 0, 0.085, 0.04, 0], atol=1e-12)
    assert sizes.reserve == pytest.approx(0.875, abs=1e-12)
    assert _growth_bps(sizes.fraction) == pytest.approx(56.1, abs=0.05)


def test_separate_single_market_sizes_grow_slower_as_in_the_worked_example() -> None:
    separate = kelly_fraction(PROB, COST)

    np.testing.assert_allclose(separate, [0, 0, 0.0625, 0.0132, 0], atol=5e-5)
    assert _growth_bps(separate) == pytest.approx(45.8, abs=0.05)


def _brute_force(prob: FloatArray, cost: FloatArray) -> float:
    """Best growth over all sets of bins that could be bought, each at its own optimum."""
    best = 0.0
    for size in range(1, prob.size):
        for members in itertools.combinations(range(prob.size), size):
            inside = list(members)
            if cost[inside].sum() >= 1.0:
                continue
            reserve = (1.0 - prob[inside].sum()) / (1.0 - cost[inside].sum())
            stakes = np.zeros_like(prob)
            stakes[inside] = prob[inside] - cost[inside] * reserve
            if stakes.min() >= 0.0:
                wealth = 1.0 - stakes.sum() + stakes / cost
                best = max(best, float(prob @ np.log(np.maximum(wealth, 1e-300))))
    return best


@pytest.mark.parametrize("seed", range(20))
def test_no_set_of_bins_grows_faster(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prob, cost = rng.dirichlet(np.ones(6)), rng.dirichlet(np.full(6, 3.0)) * 1.05

    sizes = yes_only_kelly(prob, cost, positive_ev_only=False)

    wealth = sizes.reserve + sizes.fraction / cost
    assert float(prob @ np.log(wealth)) == pytest.approx(_brute_force(prob, cost), abs=1e-13)


@given(st.integers(0, 10_000), st.booleans())
def test_it_equals_the_two_sided_form_when_nothing_is_bid(seed: int, positive: bool) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    prob = rng.dirichlet(np.ones(n)) * (1.0 - 1e-6 * n) + 1e-6
    cost = np.minimum(rng.dirichlet(np.full(n, 3.0)) * 1.1 + 1e-3, 1.0)

    buy_only = yes_only_kelly(prob, cost, positive_ev_only=positive)
    both = partition_kelly(prob, np.zeros(n), cost, positive_ev_only=positive)

    np.testing.assert_allclose(both.yes_net * cost, buy_only.fraction, atol=1e-12)
    assert float(both.cash) == pytest.approx(buy_only.reserve, abs=1e-12)


@given(st.integers(0, 10_000))
def test_nothing_is_bought_when_no_bin_is_worth_its_cost(seed: int) -> None:
    prob = np.random.default_rng(seed).dirichlet(np.ones(5))

    for positive in (True, False):
        assert not yes_only_kelly(prob, prob + 0.01, positive_ev_only=positive).fraction.any()


def test_a_bundle_that_cannot_lose_is_reported_not_sized() -> None:
    with pytest.raises(Arbitrage):
        yes_only_kelly(PROB, COST * 0.9)
    with pytest.raises(Arbitrage):
        yes_only_kelly(np.array([0.0, 0.5, 0.5]), np.array([0.3, 0.4, 0.4]))


def test_bad_probabilities_costs_and_shapes_are_refused() -> None:
    with pytest.raises(InvalidPmf):
        yes_only_kelly(PROB * 0.9, COST)
    with pytest.raises(InvalidPmf):
        yes_only_kelly(np.full(5, np.nan), COST)
    with pytest.raises(BadParameter):
        yes_only_kelly(PROB, COST * 0.0)
    with pytest.raises(BadParameter):
        yes_only_kelly(PROB, COST[:3])
