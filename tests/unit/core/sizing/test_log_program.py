from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.sizing import barrier, interior_point
from kalshi_alpha.core.sizing.log_program import LogProgram


def program(seed: int) -> LogProgram:
    """Build a random program in which caps, cash and floors may all bind."""
    rng = np.random.default_rng(seed)
    rows, legs = int(rng.integers(2, 15)), int(rng.integers(1, 9))
    cost = rng.uniform(0.03, 0.9, legs)
    cash = float(rng.choice([0.1, 0.5, 1.0]))
    return LogProgram(
        probs=rng.dirichlet(np.ones(rows)),
        base=1.0 + rng.choice([0.0, 0.4]) * rng.random(rows),
        gain=(rng.random((rows, legs)) < 0.5).astype(np.float64) - cost,
        cost=cost,
        upper=np.minimum(rng.exponential(0.5, legs) + 1e-3, cash / cost),
        cash=cash,
        floor=float(rng.choice([1e-12, 0.5, 0.9])),
    )


def test_limits_are_stacked_with_floors_last() -> None:
    problem = program(3)
    G, h = problem.constraints()
    x = problem.interior_point()

    assert (G @ x < h).all()
    np.testing.assert_allclose(
        (h - G @ x)[-problem.base.size :] + problem.floor, problem.base + problem.gain @ x
    )


@given(st.integers(0, 100_000))
def test_the_gap_bounds_what_any_feasible_position_could_add(seed: int) -> None:
    problem = program(seed)
    rng = np.random.default_rng(seed)
    G, h = problem.constraints()
    x = problem.interior_point() * rng.random(problem.cost.size)
    duals = rng.exponential(0.1, h.size)

    other = problem.interior_point() * 2.0 * rng.random(problem.cost.size)
    while not (G @ other <= h).all():
        other *= 0.5
    advantage = problem.probs @ (
        np.log(problem.base + problem.gain @ other) - np.log(problem.base + problem.gain @ x)
    )

    assert advantage <= problem.duality_gap(x, duals) + 1e-14


@given(st.integers(0, 100_000))
def test_the_optimum_is_certified_by_its_own_multipliers(seed: int) -> None:
    problem = program(seed)

    x, duals = interior_point.solve(problem)

    assert (duals >= 0.0).all()
    assert problem.duality_gap(x, duals) == pytest.approx(0.0, abs=1e-10)


@pytest.mark.parametrize("seed", range(8))
def test_both_methods_agree(seed: int) -> None:
    problem = program(seed)

    fast, _ = interior_point.solve(problem)
    slow, _ = barrier.solve(problem)

    growths = [problem.probs @ np.log(problem.base + problem.gain @ x) for x in (fast, slow)]
    assert growths[0] == pytest.approx(growths[1], abs=1e-10)
