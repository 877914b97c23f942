from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.sizing.problem import KellyProblem, kelly_problem

PROBS = [0.2, 0.5, 0.3]
PAYOFF = [[1, 0], [0, 1], [0, 1]]
COST = [0.15, 0.75]


def _problem(**changes: Any) -> KellyProblem:
    arguments: dict[str, Any] = {
        "atom_probs": PROBS,
        "payoff": PAYOFF,
        "cost": COST,
        "markets": ("A", "B"),
    }
    return kelly_problem(**{**arguments, **changes})


def test_absent_limits_mean_an_empty_book_no_caps_and_all_the_cash() -> None:
    problem = _problem(bankroll=500.0)

    assert not problem.existing.any()
    assert np.isinf(problem.caps).all()
    assert problem.cash == 500.0


def test_wealth_growth_and_expected_values_are_those_of_the_definition() -> None:
    problem = _problem(bankroll=10.0, existing=[0.0, 2.0, 0.0])
    contracts = np.array([2.0, 4.0])

    np.testing.assert_allclose(problem.expected_values(), [0.05, 0.05])
    np.testing.assert_allclose(problem.wealth(contracts), [8.7, 12.7, 10.7])
    expected = 0.2 * np.log(0.87) + 0.5 * np.log(12.7 / 12) + 0.3 * np.log(1.07)
    assert problem.growth(contracts) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("markets", [("A", "A"), ("A",), ("A", "B", "C")])
def test_one_side_per_strike_only(markets: tuple[str, ...]) -> None:
    with pytest.raises(BadParameter):
        _problem(markets=markets)


@pytest.mark.parametrize("probs", [[0.2, 0.5, 0.4], [-0.1, 0.8, 0.3], [np.nan, 0.5, 0.5]])
def test_probabilities_that_are_none_are_refused(probs: list[float]) -> None:
    with pytest.raises(InvalidPmf):
        _problem(atom_probs=probs)


@pytest.mark.parametrize(
    "changes",
    [
        {"bankroll": 0.0},
        {"bankroll": np.nan},
        {"cash": -1.0},
        {"cash": np.inf},
        {"max_loss": 0.0},
        {"max_loss": 1.1},
        {"max_loss": np.nan},
        {"existing": [-1.0, 0.0, 0.0]},
        {"existing": [np.nan, 0.0, 0.0]},
        {"existing": [0.0, 0.0]},
        {"caps": [-1.0, 1.0]},
        {"caps": [np.nan, 1.0]},
        {"cost": [0.0, 0.5]},
        {"cost": [np.nan, 0.5]},
        {"cost": [0.5]},
        {"payoff": [[2, 0], [0, 1], [0, 1]]},
        {"payoff": [1, 0, 0]},
    ],
    ids=str,
)
def test_values_out_of_range_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        _problem(**changes)


def test_a_ladder_without_candidates_is_a_problem_too() -> None:
    problem = kelly_problem(PROBS, np.zeros((3, 0)), np.zeros(0), ())

    assert problem.n_legs == 0
    assert problem.growth(np.zeros(0)) == 0.0
