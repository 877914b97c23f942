from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.forecast.pooling import (
    WEIGHT_MAX,
    gls_weight,
    learn_weight,
    market_reading,
    near_market,
    pool_log_odds,
    pool_pmfs,
    prior_weight,
)

probs = st.floats(0.001, 0.999)


@pytest.mark.parametrize(
    ("model", "market", "weight", "pooled"),
    [(0.47, 0.43, 0.3, 0.4419), (0.08, 0.03, 0.3, 0.0405)],
)
def test_worked_examples_of_the_log_odds_pool(
    model: float, market: float, weight: float, pooled: float
) -> None:
    assert float(pool_log_odds(model, market, weight)) == pytest.approx(pooled, abs=5e-5)


def test_worked_example_of_least_squares_weights() -> None:
    weight, sd = gls_weight(0.13, 0.105, 0.6)
    assert weight == pytest.approx(0.246, abs=5e-4)
    assert sd == pytest.approx(0.1016, abs=5e-5)


@given(probs, probs, st.floats(0.0, 1.0))
def test_the_pool_lies_between_its_two_forecasters(model: float, market: float, w: float) -> None:
    pooled = float(pool_log_odds(model, market, w))
    assert min(model, market) - 1e-12 <= pooled <= max(model, market) + 1e-12


@given(st.lists(probs, min_size=2, max_size=6), st.floats(0.0, 1.0), st.integers(0, 100))
def test_pooling_two_monotone_curves_keeps_them_monotone(
    survival: list[float], w: float, seed: int
) -> None:
    ours = np.sort(np.array(survival))[::-1]
    theirs = np.sort(np.random.default_rng(seed).uniform(0.01, 0.99, ours.size))[::-1]
    assert (np.diff(pool_log_odds(ours, theirs, w)) <= 1e-12).all()


@given(probs, probs, st.floats(0.0, 1.0))
def test_pooling_yes_and_no_is_pooling_one_minus(model: float, market: float, w: float) -> None:
    yes = float(pool_log_odds(model, market, w))
    no = float(pool_log_odds(1 - model, 1 - market, w))
    assert yes + no == pytest.approx(1.0)


def test_atoms_pool_to_a_pmf_and_the_ends_are_the_forecasters() -> None:
    model, market = np.array([0.2, 0.5, 0.3]), np.array([0.4, 0.4, 0.2])
    assert pool_pmfs(model, market, 0.3).sum() == pytest.approx(1.0)
    np.testing.assert_allclose(pool_pmfs(model, market, 1.0), model)
    np.testing.assert_allclose(pool_pmfs(model, market, 0.0), market)


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.8])
def test_two_bins_pool_as_the_log_odds_of_one_statement_do(weight: float) -> None:
    yes = pool_log_odds(0.9, 0.4, weight)
    pooled = pool_pmfs(np.array([0.1, 0.9]), np.array([0.6, 0.4]), weight)
    np.testing.assert_allclose(pooled, [1.0 - yes, yes])


def test_a_zero_of_one_forecaster_is_no_veto() -> None:
    pooled = pool_pmfs(np.array([0.0, 1.0]), np.array([0.5, 0.5]), 0.5)
    assert 0.0 < pooled[0] < 0.02


def test_the_pool_never_strays_far_from_the_market() -> None:
    held = near_market(np.array([0.9, 0.45, 0.1]), np.array([0.5, 0.5, 0.5]))
    np.testing.assert_allclose(held, [0.65, 0.45, 0.35])


def test_a_wide_book_only_bounds_the_market() -> None:
    read = market_reading(
        np.array([3_000, 3_000, 3_000, 3_000]),
        np.array([3_400, 6_000, 6_000, 6_000]),
        np.array([0.5, 0.5, 0.2, 0.9]),
        0.10,
    )
    np.testing.assert_allclose(read, [0.32, 0.5, 0.3, 0.6])


def test_a_spread_of_just_the_limit_is_not_wide_wherever_the_book_stands() -> None:
    """As dollars, .53 less .43 is more than .10, and .50 less .40 is not."""
    bid_e4 = np.arange(100, 8_900)
    ours = np.full(bid_e4.shape, 0.9999)
    mids = market_reading(bid_e4, bid_e4 + 1_000, ours, 0.10)
    np.testing.assert_allclose(mids, (bid_e4 + 500) / 1e4)
    ends = market_reading(bid_e4, bid_e4 + 1_001, ours, 0.10)
    np.testing.assert_allclose(ends, (bid_e4 + 1_001) / 1e4)


def test_without_settled_units_the_weight_is_the_prior() -> None:
    assert learn_weight([], [], [], 0.3).weight == pytest.approx(0.3, abs=0.0026)


def drawn(n: int, seed: int) -> tuple[list[np.ndarray], list[int]]:
    rng = np.random.default_rng(seed)
    pmfs = [rng.dirichlet(np.ones(5)) for _ in range(n)]
    return pmfs, [int(rng.choice(5, p=pmf)) for pmf in pmfs]


def test_the_weight_moves_to_whoever_was_right() -> None:
    truth, outcomes = drawn(300, seed=7)
    noise, _ = drawn(300, seed=8)
    assert learn_weight(truth, noise, outcomes, 0.3).weight == pytest.approx(WEIGHT_MAX)
    assert learn_weight(noise, truth, outcomes, 0.3).weight < 0.1


def test_a_few_units_move_the_weight_only_a_little() -> None:
    truth, outcomes = drawn(3, seed=3)
    noise, _ = drawn(3, seed=4)
    assert 0.2 < learn_weight(truth, noise, outcomes, 0.3).weight < 0.5


@pytest.mark.parametrize(
    ("model", "market", "weight"), [(1.1, 0.5, 0.5), (0.5, float("nan"), 0.5), (0.5, 0.5, -0.1)]
)
def test_numbers_that_are_no_probabilities_are_refused(
    model: float, market: float, weight: float
) -> None:
    with pytest.raises(BadParameter):
        pool_log_odds(model, market, weight)


def test_shapes_and_ranges_are_checked() -> None:
    with pytest.raises(BadParameter):
        pool_pmfs(np.ones(2) / 2, np.ones(3) / 3, 0.5)
    with pytest.raises(BadParameter):
        gls_weight(0.0, 1.0, 0.0)
    with pytest.raises(BadParameter):
        learn_weight([np.ones(2) / 2], [], [], 0.3)
    with pytest.raises(BadParameter):
        learn_weight([], [], [], 0.9)


@pytest.mark.parametrize(
    ("family", "lead_days", "weight"),
    [
        ("CPI", 0.1, 0.02),
        ("CPI", 2.0, 0.02),
        ("CPI", 7.0, 0.2),
        ("CPI", 14.0, 0.3),
        ("CPI", 40.0, 0.3),
        ("TNEY", 0.0, 0.3),
        ("CLAIMS", 1.0, 0.4),
        ("WEATHER", 1.0, 0.4),
        ("GAS", 1.0, 0.4),
    ],
)
def test_the_prior_weight_grows_with_the_lead(family: str, lead_days: float, weight: float) -> None:
    assert prior_weight(family, lead_days) == weight


def test_rows_of_one_piece_of_news_count_as_one_unit() -> None:
    truth, outcomes = drawn(10, seed=11)
    noise, _ = drawn(10, seed=12)
    once = learn_weight(truth, noise, outcomes, 0.3)
    split = learn_weight(truth * 4, noise * 4, outcomes * 4, 0.3, [0.25] * 40)
    assert split == once
