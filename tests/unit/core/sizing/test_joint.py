from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.sizing import barrier, interior_point
from kalshi_alpha.core.sizing.joint import GAP_MAX, joint_kelly
from kalshi_alpha.core.sizing.log_program import LogProgram
from kalshi_alpha.core.sizing.problem import KellyProblem, kelly_problem
from kalshi_alpha.core.sizing.single import kelly_contracts

seeds = st.integers(0, 100_000)

# Worked example: CPI values 0, .1, .2, .3, .4, .5+; YES > 0.2, NO > 0.3, NO > 0.4.
VALUES = np.arange(6)
PROBS = [0.03, 0.12, 0.28, 0.32, 0.18, 0.07]
PAYOFF = np.array([VALUES > 2, VALUES <= 3, VALUES <= 4]).T
PRICE = np.array([0.52, 0.73, 0.92])
COST = PRICE + 0.0175 * PRICE * (1.0 - PRICE)
MARKETS = ("CPI-T0.2", "CPI-T0.3", "CPI-T0.4")


def random_problem(seed: int, **limits: float) -> KellyProblem:
    """Build a ladder of thresholds, our side chosen by the sign of the difference of beliefs."""
    rng = np.random.default_rng(seed)
    n_atoms = int(rng.integers(3, 16))
    n_legs = int(rng.integers(1, min(n_atoms, 9)))
    probs = rng.dirichlet(np.full(n_atoms, 1.5)) * (1.0 - 1e-4 * n_atoms) + 1e-4
    others = rng.dirichlet(50.0 * probs + 0.5)
    above = np.arange(n_atoms)[:, None] > rng.choice(n_atoms - 1, n_legs, replace=False)
    payoff = np.where(probs @ above > others @ above, above, ~above)
    cost = np.clip(others @ payoff + 0.01, 0.02, 0.98)
    bankroll = limits.pop("bankroll", 1.0)
    return kelly_problem(
        probs,
        payoff,
        cost,
        [f"M{j}" for j in range(n_legs)],
        bankroll=bankroll,
        existing=bankroll * rng.choice([0.0, 0.3]) * (np.arange(n_atoms) > n_atoms // 2),
        caps=bankroll * (rng.exponential(0.5, n_legs) + 0.01),
        cash=bankroll * limits.pop("cash", 1.0),
        max_loss=float(rng.choice([0.1, 0.25, 1.0])),
    )


def test_the_full_joint_optimum_matches_the_worked_example() -> None:
    problem = kelly_problem(PROBS, PAYOFF, COST, MARKETS)

    sizes = joint_kelly(problem)

    np.testing.assert_allclose(problem.cost, [0.52437, 0.73345, 0.92129], atol=5e-6)
    np.testing.assert_allclose(problem.expected_values() * 1e4, [456, 166, 87], atol=0.5)
    np.testing.assert_allclose(sizes.contracts, [0.3371, 0.2829, 0.0690], atol=5e-5)
    wealth = problem.wealth(sizes.contracts)
    np.testing.assert_allclose(wealth[:3], 0.904, atol=5e-4)
    np.testing.assert_allclose(wealth[3:], [1.2412, 0.9583, 0.8893], atol=5e-5)
    assert sizes.growth * 1e4 == pytest.approx(98.9, abs=0.05)


def test_independent_sizes_grow_slower_as_in_the_worked_example() -> None:
    problem = kelly_problem(PROBS, PAYOFF, COST, MARKETS)

    alone = kelly_contracts(problem.atom_probs @ problem.payoff, problem.cost, 1.0)

    np.testing.assert_allclose(alone, [0.1830, 0.0847, 0.1201], atol=5e-5)
    assert problem.growth(alone) * 1e4 == pytest.approx(74.0, abs=0.05)


def test_an_existing_position_changes_the_sizes_as_in_the_worked_example() -> None:
    problem = kelly_problem(PROBS, PAYOFF, COST, MARKETS, existing=0.40 * (VALUES > 1))

    sizes = joint_kelly(problem)

    np.testing.assert_allclose(sizes.contracts, [0.2719, 0.3729, 0.0909], atol=5e-5)


@given(seeds)
def test_every_limit_holds_and_the_growth_is_certified(seed: int) -> None:
    problem = random_problem(seed)

    sizes = joint_kelly(problem, positive_ev_only=False)

    floor = (1.0 - problem.max_loss) * problem.bankroll
    assert (sizes.contracts >= 0.0).all()
    assert (sizes.contracts <= problem.caps * (1.0 + 1e-12)).all()
    assert problem.cost @ sizes.contracts <= problem.cash * (1.0 + 1e-12)
    assert (problem.wealth(sizes.contracts) >= floor - 1e-12).all()
    assert (problem.wealth(sizes.contracts) > 0.0).all()
    assert sizes.gap <= GAP_MAX
    assert sizes.growth >= -GAP_MAX


@given(seeds)
def test_one_leg_equals_the_single_contract_form(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prob, cost = rng.uniform(0.01, 0.99, 2)
    problem = kelly_problem([prob, 1.0 - prob], [[1], [0]], [cost], ["M"], bankroll=1000.0)

    sizes = joint_kelly(problem)

    alone = kelly_contracts(np.array([prob]), np.array([cost]), 1000.0)
    np.testing.assert_allclose(sizes.contracts / 1000.0, alone / 1000.0, atol=1e-5)
    assert sizes.growth >= problem.growth(alone) - GAP_MAX


@given(seeds)
def test_sizes_are_exactly_zero_when_no_expected_value_is_positive(seed: int) -> None:
    problem = random_problem(seed)
    fair = problem.atom_probs @ problem.payoff
    poor = kelly_problem(
        problem.atom_probs,
        problem.payoff,
        np.maximum(problem.cost, fair),
        problem.markets,
        existing=problem.existing,
    )

    sizes = joint_kelly(poor)

    assert not sizes.contracts.any()
    assert sizes.growth == 0.0


@given(seeds)
def test_hedges_without_value_are_not_wanted_on_a_flat_book(seed: int) -> None:
    problem = random_problem(seed)
    poor = kelly_problem(
        problem.atom_probs,
        problem.payoff,
        problem.atom_probs @ problem.payoff + 0.01,
        problem.markets,
    )

    assert not joint_kelly(poor, positive_ev_only=False).contracts.any()


@given(seeds, st.sampled_from([1e-2, 10.0, 1e6]))
def test_sizes_scale_with_the_bankroll(seed: int, factor: float) -> None:
    one, many = random_problem(seed), random_problem(seed, bankroll=factor)

    a, b = joint_kelly(one), joint_kelly(many)

    assert b.growth == pytest.approx(a.growth, abs=1e-9)
    assert one.growth(b.contracts / factor) == pytest.approx(a.growth, abs=1e-9)


@given(seeds)
def test_more_cash_never_lowers_growth(seed: int) -> None:
    growths = [joint_kelly(random_problem(seed, cash=c)).growth for c in (0.05, 0.2, 0.6, 1.0)]

    assert all(more >= less - GAP_MAX for less, more in itertools.pairwise(growths))


@given(seeds)
def test_the_order_of_legs_and_atoms_does_not_matter(seed: int) -> None:
    problem = random_problem(seed)
    rng = np.random.default_rng(seed)
    legs, atoms = rng.permutation(problem.n_legs), rng.permutation(problem.atom_probs.size)
    shuffled = kelly_problem(
        problem.atom_probs[atoms],
        problem.payoff[np.ix_(atoms, legs)],
        problem.cost[legs],
        [problem.markets[j] for j in legs],
        existing=problem.existing[atoms],
        caps=problem.caps[legs],
        cash=problem.cash,
        max_loss=problem.max_loss,
    )

    back = np.empty(problem.n_legs)
    back[legs] = joint_kelly(shuffled).contracts

    assert problem.growth(back) == pytest.approx(joint_kelly(problem).growth, abs=1e-9)


@given(seeds)
def test_positive_ev_only_leaves_out_the_other_legs(seed: int) -> None:
    problem = random_problem(seed)

    strict, free = joint_kelly(problem), joint_kelly(problem, positive_ev_only=False)

    assert not strict.contracts[problem.expected_values() <= 0.0].any()
    assert strict.growth <= free.growth + GAP_MAX


def test_nothing_can_be_held_without_cash_or_candidates() -> None:
    broke = kelly_problem(PROBS, PAYOFF, COST, MARKETS, cash=0.0)
    empty = kelly_problem(PROBS, np.zeros((6, 0)), np.zeros(0), ())

    assert not joint_kelly(broke).contracts.any()
    assert joint_kelly(empty).contracts.shape == (0,)


def test_an_uncertified_fast_answer_is_replaced_by_the_slow_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gives_up(program: LogProgram) -> tuple[FloatArray, FloatArray]:
        return program.interior_point(), np.zeros(program.constraints()[1].size)

    monkeypatch.setattr(interior_point, "solve", gives_up)
    problem = kelly_problem(PROBS, PAYOFF, COST, MARKETS)

    np.testing.assert_allclose(joint_kelly(problem).contracts, [0.3371, 0.2829, 0.0690], atol=5e-5)

    monkeypatch.setattr(barrier, "solve", gives_up)
    with pytest.raises(BadParameter):
        joint_kelly(problem)
