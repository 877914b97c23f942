from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.scoring import brier_per_strike, log_score, mid_pit, rps, score_pmfs


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_one_pass_gives_what_each_score_gives_alone(n: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pmfs = rng.dirichlet(np.full(width, 0.3), n)
    outcomes = rng.integers(0, width, n)
    strikes = sorted({0, width // 2, width - 1})
    scores = score_pmfs(pmfs, outcomes, strikes)
    np.testing.assert_allclose(scores.rps, rps(pmfs, outcomes), atol=1e-12)
    np.testing.assert_allclose(
        scores.brier, brier_per_strike(pmfs, outcomes)[:, strikes], atol=1e-12
    )
    np.testing.assert_allclose(scores.log, log_score(pmfs, outcomes), atol=1e-12)
    np.testing.assert_allclose(scores.mid_pit, mid_pit(pmfs, outcomes), atol=1e-12)
    assert (scores.rps >= 0.0).all()


def test_many_rows_agree_with_scoringrules_across_chunks() -> None:
    import scoringrules as sr  # compiles for seconds, so not while tests are collected

    rng = np.random.default_rng(1)
    pmfs, outcomes = rng.dirichlet(np.ones(40), 4500), rng.integers(0, 40, 4500)
    expected = sr.rps_score(outcomes + 1, pmfs)
    np.testing.assert_allclose(score_pmfs(pmfs, outcomes).rps, expected, atol=1e-9)


def test_a_point_mass_scores_its_distance() -> None:
    scores = score_pmfs(np.eye(5)[[2, 2, 2]], np.array([2, 0, 4]), (1, 2))
    np.testing.assert_array_equal(scores.rps, [0.0, 2.0, 2.0])
    np.testing.assert_array_equal(scores.brier, [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def test_the_input_is_left_alone() -> None:
    pmfs = np.random.default_rng(2).dirichlet(np.ones(6), 10)
    before = pmfs.copy()
    score_pmfs(pmfs, np.zeros(10, dtype=np.int64), (1,))
    np.testing.assert_array_equal(pmfs, before)


@pytest.mark.parametrize("row", [[0.5, 0.4], [1.5, -0.5], [math.nan, 1.0], [math.inf, 0.0]])
def test_a_bad_row_is_refused_wherever_it_stands(row: list[float]) -> None:
    pmfs = np.tile([0.5, 0.5], (4001, 1))
    pmfs[-1] = row
    with pytest.raises(InvalidPmf):
        score_pmfs(pmfs, np.zeros(4001, dtype=np.int64))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (3,)])
def test_nothing_to_score_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidPmf):
        score_pmfs(np.zeros(shape), np.zeros(shape[0], dtype=np.int64))


def test_positions_outside_the_support_are_refused() -> None:
    pmfs = np.array([[0.5, 0.5]])
    with pytest.raises(BadParameter):
        score_pmfs(pmfs, np.array([2]))
    with pytest.raises(BadParameter):
        score_pmfs(pmfs, np.array([0]), (2,))
    with pytest.raises(BadParameter):
        score_pmfs(pmfs, np.array([0]), (-1,))
