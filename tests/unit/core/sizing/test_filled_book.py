from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.sizing.filled_book import size_alone
from kalshi_alpha.core.sizing.joint import joint_kelly
from kalshi_alpha.core.sizing.problem import kelly_problem
from kalshi_alpha.core.sizing.single import kelly_contracts

seeds = st.integers(0, 100_000)

VALUES = np.arange(6)
PROBS = np.array([0.03, 0.12, 0.28, 0.32, 0.18, 0.07])
PAYOFF = np.array([VALUES > 2, VALUES <= 3, VALUES <= 4]).astype(np.float64)
PRICE = np.array([0.52, 0.73, 0.92])
COST = PRICE + 0.0175 * PRICE * (1.0 - PRICE)


def test_a_flat_book_gives_the_independent_sizes_of_the_worked_example() -> None:
    sizes = size_alone(np.tile(PROBS, (3, 1)), PAYOFF, COST, np.zeros((3, 6)), bankroll=1.0)

    np.testing.assert_allclose(sizes, [0.1830, 0.0847, 0.1201], atol=5e-5)


def _legs(seed: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    legs, atoms = int(rng.integers(1, 10)), int(rng.integers(2, 12))
    probs = rng.dirichlet(np.ones(atoms), legs) * (1.0 - 1e-3 * atoms) + 1e-3
    payoff = (rng.random((legs, atoms)) < 0.5).astype(np.float64)
    cost = rng.uniform(0.02, 0.98, legs)
    existing = rng.choice([0.0, 200.0, 2000.0], (legs, 1)) * rng.random((legs, atoms))
    return probs, payoff, cost, existing, rng.uniform(500.0, 2000.0, legs)


@given(seeds, st.sampled_from([0.1, 1.0]), st.sampled_from([50.0, np.inf]))
def test_each_leg_is_the_joint_optimum_of_that_leg_alone(
    seed: int, max_loss: float, most: float
) -> None:
    probs, payoff, cost, existing, bankroll = _legs(seed)

    sizes = size_alone(
        probs, payoff, cost, existing, bankroll=bankroll, most=most, max_loss=max_loss
    )

    for j, contracts in enumerate(sizes):
        alone = kelly_problem(
            probs[j],
            payoff[j][:, None],
            cost[j : j + 1],
            ["M"],
            bankroll=bankroll[j],
            existing=existing[j],
            caps=[most],
            max_loss=max_loss,
        )
        assert contracts <= most
        assert alone.wealth(np.array([contracts])).min() >= (1 - max_loss) * bankroll[j] - 1e-6
        assert alone.growth(np.array([contracts])) >= joint_kelly(alone).growth - 1e-12


@given(seeds)
def test_no_leg_without_a_positive_expected_value_is_sized(seed: int) -> None:
    probs, payoff, cost, existing, bankroll = _legs(seed)

    sizes = size_alone(probs, payoff, cost, existing, bankroll=bankroll)

    assert not sizes[np.vecdot(probs, payoff) <= cost].any()


@given(seeds)
def test_a_level_book_gives_the_closed_form(seed: int) -> None:
    probs, payoff, cost, _, _ = _legs(seed)
    level = np.full(probs.shape, 300.0)

    sizes = size_alone(probs, payoff, cost, level, bankroll=700.0)

    expected = kelly_contracts(np.minimum(np.vecdot(probs, payoff), 1.0), cost, 1000.0)
    np.testing.assert_allclose(sizes, np.minimum(expected, 700.0 / cost), rtol=1e-9)


def test_a_book_that_already_pays_there_makes_the_leg_smaller() -> None:
    book = np.where(VALUES > 2, 100.0, 0.0)
    flat = size_alone(PROBS[None], PAYOFF[:1], COST[:1], np.zeros((1, 6)), bankroll=1000.0)
    held = size_alone(PROBS[None], PAYOFF[:1], COST[:1], book[None], bankroll=1000.0)

    assert 0.0 < held[0] < flat[0]


def test_padding_with_impossible_atoms_changes_nothing() -> None:
    book = np.where(VALUES > 3, 100.0, 0.0)[None]
    short = size_alone(PROBS[None], PAYOFF[:1], COST[:1], book, bankroll=1000.0)
    pad = np.zeros((1, 4))

    padded = size_alone(
        np.hstack((PROBS[None], pad)),
        np.hstack((PAYOFF[:1], pad)),
        COST[:1],
        np.hstack((book, pad)),
        bankroll=1000.0,
    )

    np.testing.assert_allclose(padded, short, rtol=1e-12)


def test_no_legs_give_no_sizes() -> None:
    none = np.zeros((0, 4))

    assert size_alone(none, none, np.zeros(0), none, bankroll=1.0).shape == (0,)


def test_bad_inputs_are_refused() -> None:
    good = (PROBS[None], PAYOFF[:1], COST[:1], np.zeros((1, 6)))
    with pytest.raises(InvalidPmf):
        size_alone(good[0] * 0.5, *good[1:], bankroll=1.0)
    for bad in (good[1] * 2.0, good[1] * np.nan):
        with pytest.raises(BadParameter):
            size_alone(good[0], bad, good[2], good[3], bankroll=1.0)
    with pytest.raises(BadParameter):
        size_alone(*good[:3], good[3] - 1.0, bankroll=1.0)
    with pytest.raises(BadParameter):
        size_alone(*good[:2], np.zeros(2), good[3], bankroll=1.0)
    for bankroll, most, max_loss in ((0.0, 1.0, 1.0), (1.0, np.nan, 1.0), (1.0, 1.0, 0.0)):
        with pytest.raises(BadParameter):
            size_alone(*good, bankroll=bankroll, most=most, max_loss=max_loss)
