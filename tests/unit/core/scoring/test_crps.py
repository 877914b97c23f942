from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.forecast import Normal, grid_support, on_grid
from kalshi_alpha.core.scoring import (
    crps_grid,
    crps_normal,
    crps_student_t,
    on_common_support,
    rps,
)
from kalshi_alpha.core.types import SettlementGrid

TENTH = SettlementGrid(Decimal("0.1"), "pp")
LATENT = Normal(0.27, 0.12)
CPI, PRINTED_0_3, _ = on_common_support([on_grid(LATENT, TENTH, *grid_support(LATENT, TENTH))], [3])


def weights(n: int) -> st.SearchStrategy[FloatArray]:
    entries = st.floats(0.0, 1.0, allow_subnormal=False)
    raw = hnp.arrays(np.float64, n, elements=entries)
    return raw.map(lambda w: (w + 1e-3) / (w + 1e-3).sum())


def test_worked_example_the_grid_score_of_a_printed_cpi_change() -> None:
    assert crps_grid(CPI, PRINTED_0_3, 0.1)[0] == pytest.approx(0.02828, abs=5e-6)


def test_worked_example_the_continuous_score_is_another_number() -> None:
    assert crps_normal(0.27, 0.12, 0.3) == pytest.approx(0.03102, abs=5e-6)


def test_worked_examples_of_the_claims_scores() -> None:
    assert crps_student_t(218.4, 7.3485, 6, 225.0) == pytest.approx(3.96741, abs=5e-6)
    assert crps_normal(218.4, 9.0, 225.0) == pytest.approx(3.95204, abs=5e-6)


def test_the_normal_score_agrees_with_scoringrules() -> None:
    import scoringrules as sr  # compiles for seconds, so not while tests are collected

    rng = np.random.default_rng(1)
    mean, outcome = rng.normal(size=(2, 20_000)) * 4.0
    sd = rng.uniform(0.05, 3.0, 20_000)
    expected = sr.crps_normal(outcome, mean, sd)
    np.testing.assert_allclose(crps_normal(mean, sd, outcome), expected, rtol=1e-13, atol=1e-14)


@given(st.floats(-40, 40))
def test_the_normal_score_is_exact_at_table_nodes_between_them_and_beyond(z: float) -> None:
    exact = (
        z * math.erf(z / math.sqrt(2.0))
        + 2.0 * math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        - 1.0 / math.sqrt(math.pi)
    )
    assert float(crps_normal(0.0, 1.0, z)) == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize("dof", [2, 3, 5, 6, 30, 200])
def test_the_student_t_score_agrees_with_scoringrules(dof: int) -> None:
    import scoringrules as sr  # compiles for seconds, so not while tests are collected

    rng = np.random.default_rng(dof)
    mean, outcome = rng.normal(size=(2, 500)) * 4.0
    scale = rng.uniform(0.05, 3.0, 500)
    expected = sr.crps_t(outcome, dof, mean, scale)
    np.testing.assert_allclose(crps_student_t(mean, scale, dof, outcome), expected, atol=1e-9)


@given(weights(9), st.integers(0, 8))
def test_the_grid_score_agrees_with_scoringrules_and_with_its_expectation_form(
    pmf: FloatArray, outcome: int
) -> None:
    import scoringrules as sr  # compiles for seconds, so not while tests are collected

    score = float(rps(pmf[None, :], np.array([outcome]))[0])
    assert score == pytest.approx(float(sr.rps_score(outcome + 1, pmf)), abs=1e-9)
    support = np.arange(9)
    distances = np.abs(support[:, None] - support[None, :])
    spread = 0.5 * pmf @ distances @ pmf
    assert score == pytest.approx(float(pmf @ distances[outcome] - spread), abs=1e-12)
    assert score >= 0.0


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_point_mass_scores_its_distance_so_perfection_scores_zero(said: int, came: int) -> None:
    point = np.eye(21)[[said]]
    assert crps_grid(point, np.array([came]), 0.5)[0] == 0.5 * abs(said - came)


@given(weights(5), weights(5))
def test_no_other_forecast_beats_the_truth_in_expectation(
    truth: FloatArray, other: FloatArray
) -> None:
    every_outcome = np.arange(5)
    honest = truth @ rps(np.tile(truth, (5, 1)), every_outcome)
    dishonest = truth @ rps(np.tile(other, (5, 1)), every_outcome)
    gap = np.square(np.cumsum(truth) - np.cumsum(other)).sum()
    assert dishonest - honest == pytest.approx(gap, abs=1e-12)
    assert honest <= dishonest + 1e-14


def test_a_fine_grid_approaches_the_continuous_score() -> None:
    fine = SettlementGrid(Decimal("0.001"), "pp")
    pmf, outcome, _ = on_common_support([on_grid(LATENT, fine, -1000, 2000)], [300])
    assert crps_grid(pmf, outcome, 0.001)[0] == pytest.approx(
        float(crps_normal(0.27, 0.12, 0.3)), rel=1e-4
    )


def test_a_calibrated_normal_scores_its_sd_over_root_pi() -> None:
    outcomes = np.random.default_rng(3).normal(0.0, 2.0, 200_000)
    assert crps_normal(0.0, 2.0, outcomes).mean() == pytest.approx(
        2.0 / math.sqrt(math.pi), rel=0.01
    )


def test_the_score_keeps_the_broadcast_shape() -> None:
    assert crps_normal(np.zeros((3, 1)), 1.0, np.zeros(4)).shape == (3, 4)
    assert crps_student_t(np.zeros((3, 1)), 1.0, 5, np.zeros(4)).shape == (3, 4)


@pytest.mark.parametrize("step", [0.0, -0.1, math.nan, math.inf])
def test_an_impossible_step_is_refused(step: float) -> None:
    with pytest.raises(BadParameter):
        crps_grid(CPI, PRINTED_0_3, step)


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan])
def test_an_impossible_scale_is_refused(scale: float) -> None:
    with pytest.raises(BadParameter), np.errstate(all="ignore"):
        crps_normal(0.0, np.array([scale]), 1.0)
    with pytest.raises(BadParameter), np.errstate(all="ignore"):
        crps_student_t(0.0, np.array([scale]), 5, 1.0)


def test_a_t_with_one_degree_of_freedom_has_no_score() -> None:
    with pytest.raises(BadParameter):
        crps_student_t(0.0, 1.0, 1, 0.0)


def test_a_matrix_that_is_no_pmf_is_refused() -> None:
    with pytest.raises(InvalidPmf):
        rps(np.array([[0.5, 0.4]]), np.array([0]))
