from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.risk.loss_grid import (
    GRID_POINTS_MAX,
    conditional_slope,
    exact_losses,
    grid_points,
    why_not_exact,
)
from kalshi_alpha.core.risk.unit_book import UnitBook
from kalshi_alpha.core.types import Money


def _book(cost: int, outcomes: list[tuple[int, int]]) -> UnitBook:
    total = sum(weight for _, weight in outcomes)
    return UnitBook.from_outcomes(Money(cost), [(p, w / total) for p, w in outcomes])


outcomes = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 9)), min_size=1, max_size=4)
small_books = st.lists(st.builds(_book, st.integers(0, 10**5), outcomes), min_size=1, max_size=4)


def _conditional(unit: UnitBook, loading: float, factor: float) -> list[float]:
    below = ndtri(np.minimum(np.cumsum(unit.probs)[:-1], 1.0))
    inner = ndtr((below - loading * factor) / np.sqrt(1.0 - loading**2))
    chances: list[float] = np.diff(np.concatenate([[0.0], inner, [1.0]])).tolist()
    return chances


def _enumerated(units: list[UnitBook], loadings: list[float]) -> dict[int, float]:
    """Walk every combination of outcomes on a fine line of factor values."""
    line = np.linspace(-9.0, 9.0, 301)
    weights = np.exp(-0.5 * line**2)
    weights /= weights.sum()
    total: dict[int, float] = {}
    for factor, weight in zip(line.tolist(), weights.tolist(), strict=True):
        given_factor = [_conditional(u, a, factor) for u, a in zip(units, loadings, strict=True)]
        for combination in product(*(range(len(u.probs)) for u in units)):
            payoff = sum(u.payoff_e2[o] for u, o in zip(units, combination, strict=True))
            chance = np.prod([g[o] for g, o in zip(given_factor, combination, strict=True)])
            total[payoff] = total.get(payoff, 0.0) + weight * float(chance)
    return total


@given(small_books)
def test_independent_units_equal_their_enumeration(units: list[UnitBook]) -> None:
    exact = exact_losses(units, np.zeros((len(units), 0)))
    cost_e6 = sum(u.cost.e6 for u in units)
    expected: dict[float, float] = {}
    for combination in product(*(range(len(u.probs)) for u in units)):
        payoff = sum(u.payoff_e2[o] for u, o in zip(units, combination, strict=True))
        loss = (cost_e6 - 10_000 * payoff) / 1e6
        chance = float(np.prod([u.probs[o] for u, o in zip(units, combination, strict=True)]))
        expected[loss] = expected.get(loss, 0.0) + chance

    found = {
        loss: p for loss, p in zip(exact.losses.tolist(), exact.probs.tolist(), strict=True) if p
    }

    assert found.keys() == expected.keys()
    assert [found[loss] for loss in expected] == pytest.approx(list(expected.values()))


@pytest.mark.parametrize("loading", [0.0, 0.4, 0.7, 0.95])
def test_units_on_one_factor_equal_enumeration_over_a_fine_line(loading: float) -> None:
    units = [
        _book(100_000, [(0, 4), (20, 6)]),
        _book(50_000, [(0, 1), (5, 2), (15, 3)]),
        _book(70_000, [(10, 3), (25, 7)]),
    ]
    loadings = [loading, 0.5 * loading, -loading]

    exact = exact_losses(units, np.array(loadings)[:, None])
    expected = _enumerated(units, loadings)

    assert exact.losses.size == 1 + (20 + 15 + 15) // 5, "the grid has the books' common step"
    for payoff, prob in expected.items():
        loss = (220_000 - 10_000 * payoff) / 1e6
        found = exact.probs[np.isclose(exact.losses, loss)].sum()
        assert found == pytest.approx(prob, abs=1e-7)
    for level in (0.9, 0.95, 0.99):
        ascending = sorted(expected, reverse=True)
        reached = np.cumsum([expected[p] for p in ascending])
        var = ascending[int(np.searchsorted(reached, level))]
        assert exact.value_at_risk(level) == pytest.approx((220_000 - 10_000 * var) / 1e6)


def test_two_factors_that_are_one_rotated_give_the_one_factor_answer() -> None:
    units = [_book(0, [(0, 4), (3, 6)]), _book(0, [(0, 1), (1, 2), (2, 3)])]
    one = np.array([[0.6], [0.8]])
    rotated = one @ np.array([[np.cos(0.7), np.sin(0.7)]])

    np.testing.assert_allclose(
        exact_losses(units, rotated).probs, exact_losses(units, one).probs, atol=1e-7
    )


def test_two_fair_coins_agree_with_the_orthant_formula() -> None:
    """Sheppard 1899: two normals of correlation r are both negative with 1/4 + asin(r)/2pi."""
    coins = [_book(0, [(0, 1), (1, 1)]), _book(0, [(0, 1), (1, 1)])]
    loadings = np.array([[0.5, 0.4], [0.3, -0.6]])
    r = 0.5 * 0.3 - 0.4 * 0.6

    both_lose = exact_losses(coins, loadings).probs[-1]

    assert both_lose == pytest.approx(0.25 + np.arcsin(r) / (2 * np.pi), abs=1e-8)


@given(small_books, st.floats(-0.95, 0.95))
def test_the_mean_does_not_depend_on_the_loading(units: list[UnitBook], loading: float) -> None:
    exact = exact_losses(units, np.full((len(units), 1), loading))
    mean = sum(float(u.losses @ np.array(u.probs)) for u in units)

    assert float(exact.losses @ exact.probs) == pytest.approx(mean, abs=1e-7)
    assert exact.value_at_risk(0.99) <= sum(u.max_loss.e6 for u in units) / 1e6
    assert exact.max_loss == pytest.approx(sum(u.max_loss.e6 for u in units) / 1e6)


@pytest.mark.parametrize(
    "loadings",
    [
        pytest.param(np.zeros((2, 1)), id="more loadings than units"),
        pytest.param(np.zeros(1), id="not a matrix"),
        pytest.param(np.full((1, 3), 0.1), id="three factors"),
        pytest.param(np.array([[1.0]]), id="all factor"),
        pytest.param(np.array([[0.999]]), id="nearly all factor"),
        pytest.param(np.array([[np.nan]]), id="not a number"),
    ],
)
def test_loadings_that_cannot_be_integrated_are_refused(loadings: np.ndarray) -> None:
    with pytest.raises(BadParameter):
        exact_losses([_book(0, [(0, 1), (1, 1)])], loadings)


def test_a_grid_without_end_and_an_empty_book_are_refused() -> None:
    with pytest.raises(BadParameter):
        exact_losses([_book(0, [(0, 1), (1, 1), (GRID_POINTS_MAX, 1)])], np.zeros((1, 1)))
    with pytest.raises(BadParameter):
        exact_losses([], np.zeros((0, 1)))


def test_a_grid_that_is_too_slow_for_two_factors_is_left_to_draws() -> None:
    units = [_book(0, [(0, 1), (1, 1), (20_000, 1)])] * 3

    assert grid_points(units) == 60_001
    assert why_not_exact(units, np.full((3, 1), 0.5)) is None
    assert why_not_exact(units, np.full((3, 2), 0.65)) is not None


def test_slope_of_a_loading_is_its_odds_against_its_own_noise() -> None:
    assert conditional_slope(np.array([[0.6], [0.0]])) == pytest.approx(0.75)
    assert conditional_slope(np.array([[1.0]])) == float("inf")
