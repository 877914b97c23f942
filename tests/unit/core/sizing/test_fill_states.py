from __future__ import annotations

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing.fill_states import (
    expected_growth,
    fill_aware_kelly,
    growth_by_fill_state,
    wealth_all_filled,
    wealth_single_fills,
)
from kalshi_alpha.core.sizing.joint import joint_kelly
from kalshi_alpha.core.sizing.problem import KellyProblem, kelly_problem

VALUES = np.arange(6)
PRICE = np.array([0.52, 0.73, 0.92])
EXAMPLE = kelly_problem(
    [0.03, 0.12, 0.28, 0.32, 0.18, 0.07],
    np.array([VALUES > 2, VALUES <= 3, VALUES <= 4]).T,
    PRICE + 0.0175 * PRICE * (1.0 - PRICE),
    ("CPI-T0.2", "CPI-T0.3", "CPI-T0.4"),
)


@pytest.mark.parametrize(
    ("legs", "bps"), [((0,), 11.2), ((1,), -36.1), ((1, 2), -44.6), ((0, 1), 97.0)]
)
def test_partial_fills_of_the_joint_size_match_the_worked_example(
    legs: tuple[int, ...], bps: float
) -> None:
    full = joint_kelly(EXAMPLE).contracts

    growths = growth_by_fill_state(EXAMPLE, full)

    assert growths[sum(1 << j for j in legs)] * 1e4 == pytest.approx(bps, abs=0.05)


def test_no_fill_grows_nothing_and_all_fills_grow_what_the_joint_size_promised() -> None:
    sizes = joint_kelly(EXAMPLE)

    growths = growth_by_fill_state(EXAMPLE, sizes.contracts)

    assert growths[0] == 0.0
    assert growths[-1] == pytest.approx(sizes.growth, abs=1e-14)


@pytest.mark.parametrize(
    ("alpha", "contracts"),
    [(1.0, [0.337, 0.283, 0.069]), (0.5, [0.223, 0.133, 0.118]), (0.1, [0.189, 0.092, 0.121])],
)
def test_sizes_that_know_the_fill_odds_match_the_worked_example(
    alpha: float, contracts: list[float]
) -> None:
    alphas = np.full(3, alpha)

    sizes = fill_aware_kelly(EXAMPLE, alphas)

    np.testing.assert_allclose(sizes.contracts, contracts, atol=6e-4)
    assert sizes.growth >= expected_growth(EXAMPLE, joint_kelly(EXAMPLE).contracts, alphas) - 1e-9


def test_expected_growth_weighs_the_states_by_independent_fills() -> None:
    contracts, alphas = np.array([0.1, 0.2, 0.3]), np.array([0.2, 0.5, 0.9])
    growths = growth_by_fill_state(EXAMPLE, contracts)

    by_hand = 0.0
    for state in range(8):
        chance = 1.0
        for j in range(3):
            chance *= alphas[j] if state >> j & 1 else 1.0 - alphas[j]
        by_hand += chance * growths[state]

    assert expected_growth(EXAMPLE, contracts, alphas) == pytest.approx(by_hand, abs=1e-15)


def test_twelve_legs_are_the_most() -> None:
    def ladder(n: int) -> KellyProblem:
        above = np.arange(n + 1)[:, None] > np.arange(n)
        probs = np.full(n + 1, 1.0 / (n + 1))
        return kelly_problem(probs, above, np.full(n, 0.5), [f"M{j}" for j in range(n)])

    assert growth_by_fill_state(ladder(12), np.full(12, 0.01)).shape == (4096,)
    with pytest.raises(BadParameter):
        growth_by_fill_state(ladder(13), np.full(13, 0.01))


def test_wealth_in_the_states_to_be_held_against_caps() -> None:
    contracts = np.array([0.3, 0.2, 0.1])

    singles = wealth_single_fills(EXAMPLE, contracts)

    np.testing.assert_allclose(wealth_all_filled(EXAMPLE, contracts), EXAMPLE.wealth(contracts))
    for j in range(3):
        only = np.where(np.arange(3) == j, contracts, 0.0)
        np.testing.assert_allclose(singles[j], EXAMPLE.wealth(only))


def test_impossible_fill_odds_and_empty_limits_are_refused() -> None:
    with pytest.raises(BadParameter):
        expected_growth(EXAMPLE, np.zeros(3), np.array([0.5, 0.5, 1.2]))
    with pytest.raises(BadParameter):
        expected_growth(EXAMPLE, np.zeros(3), np.array([0.5, np.nan, 0.5]))
    broke = kelly_problem(
        EXAMPLE.atom_probs, EXAMPLE.payoff, EXAMPLE.cost, EXAMPLE.markets, cash=0.0
    )
    with pytest.raises(BadParameter):
        fill_aware_kelly(broke, np.full(3, 0.5))
