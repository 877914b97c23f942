from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import grids
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.forecast import Mixture, Normal, StudentT, grid_support, on_grid
from kalshi_alpha.core.forecast.rounding import half_step_edges, pmf_between
from kalshi_alpha.core.types import SettlementGrid

TENTH = SettlementGrid(Decimal("0.1"), "pp")
HUNDREDTH = SettlementGrid(Decimal("0.01"), "pp")
THOUSAND = SettlementGrid(Decimal(1), "thousand claims")
DEGREE = SettlementGrid(Decimal(1), "degF")
CPI = on_grid(Normal(0.27, 0.12), TENTH, -10, 20)
CPI_T = on_grid(StudentT.from_sd(0.27, 0.12, 5), TENTH, -60, 80)


def test_worked_example_of_the_printed_cpi_change() -> None:
    printed = [CPI.pmf(k) for k in range(-1, 7)]
    expected = [0.0036, 0.0295, 0.1253, 0.2752, 0.3137, 0.1857, 0.0570, 0.0090]
    np.testing.assert_allclose(printed, expected, atol=5e-5)


@pytest.mark.parametrize(
    ("strike", "greater", "greater_or_equal", "greater_under_t"),
    [
        (2, 0.5662, 0.8413, 0.5809),
        (3, 0.2525, 0.5662, 0.2144),
        (4, 0.0668, 0.2525, 0.0553),
        (5, 0.0098, 0.0668, 0.0148),
    ],
)
def test_worked_example_of_the_cpi_ladder(
    strike: int, greater: float, greater_or_equal: float, greater_under_t: float
) -> None:
    assert CPI.survival(strike) == pytest.approx(greater, abs=5e-5)
    assert CPI.prob(strike, None) == pytest.approx(greater_or_equal, abs=5e-5)
    assert CPI_T.survival(strike) == pytest.approx(greater_under_t, abs=5e-5)


@pytest.mark.parametrize(
    ("lo", "hi", "prob"),
    [
        (215, None, 0.6927),
        (216, None, 0.6466),
        (215, 215, 0.0460),
        (220, None, 0.4430),
        (221, None, 0.3923),
        (220, 220, 0.0506),
        (225, None, 0.2191),
    ],
)
def test_worked_example_of_the_claims_ladder(lo: int, hi: int | None, prob: float) -> None:
    pmf = on_grid(StudentT.from_sd(218.4, 9.0, 6), THOUSAND, 100, 340)
    assert pmf.prob(lo, hi) == pytest.approx(prob, abs=5.1e-5)


def test_worked_example_of_the_yield_brackets_three_basis_points_wide() -> None:
    pmf = on_grid(Normal(4.137, 0.013), HUNDREDTH, 400, 430)
    atoms = pmf.atom_probs((409, 412, 415, 418))
    np.testing.assert_allclose(atoms, [0.0000, 0.0453, 0.6856, 0.2674, 0.0017], atol=5e-5)


def test_worked_example_of_the_temperature_brackets() -> None:
    pmf = on_grid(Normal(74.6, 2.9), DEGREE, 50, 100)
    atoms = pmf.atom_probs((71, 73, 75, 77, 79))
    np.testing.assert_allclose(atoms, [0.0787, 0.1558, 0.2518, 0.2576, 0.1668, 0.0893], atol=5e-5)
    assert atoms.sum() == pytest.approx(1.0, abs=1e-12)


LATENTS = st.one_of(
    st.builds(Normal, st.floats(-9, 9), st.floats(0.001, 9)),
    st.builds(StudentT, st.floats(-9, 9), st.floats(0.001, 9), st.integers(1, 40)),
    st.builds(
        lambda a, b, w: Mixture((w, 1.0 - w), (Normal(a, 0.5), StudentT(b, 0.2, 4))),
        st.floats(-9, 9),
        st.floats(-9, 9),
        st.floats(0, 1),
    ),
)


@given(LATENTS, grids, st.integers(-300, 300), st.integers(0, 100))
def test_any_distribution_on_any_grid_gives_a_pmf_and_a_falling_survival_function(
    dist: Normal | StudentT | Mixture, grid: SettlementGrid, lo: int, width: int
) -> None:
    pmf = on_grid(dist, grid, lo, lo + width)
    assert abs(pmf.probs.sum() - 1.0) <= 1e-12
    assert (pmf.probs >= 0.0).all()
    survival = pmf.survival_at(np.arange(lo - 1, lo + width + 1))
    assert (np.diff(survival) <= 0.0).all()


def test_the_ends_take_the_tails() -> None:
    narrow = on_grid(Normal(0.27, 0.12), TENTH, 2, 3)
    assert narrow.pmf(2) == pytest.approx(CPI.cdf(2), abs=1e-12)
    assert on_grid(Normal(0.27, 0.12), TENTH, 5, 5).pmf(5) == 1.0


def test_half_steps_are_the_nearest_floats_to_the_exact_edges() -> None:
    edges = half_step_edges(TENTH, 0, 40)
    assert edges.tolist() == [float(Decimal(2 * k + 1) / 20) for k in range(40)]


@pytest.mark.parametrize(("lo", "hi"), [(3, 2), (0, 100_000)])
def test_an_impossible_support_is_refused(lo: int, hi: int) -> None:
    with pytest.raises(BadParameter):
        on_grid(Normal(0.0, 1.0), TENTH, lo, hi)


def test_a_nan_in_the_cdf_is_refused() -> None:
    with pytest.raises(InvalidPmf):
        pmf_between(TENTH, 0, np.array([0.2, math.nan, 0.9]))


def test_a_falling_cdf_is_refused() -> None:
    with pytest.raises(InvalidPmf):
        pmf_between(TENTH, 0, np.array([0.2, 0.9, 0.3]))


@given(
    st.one_of(
        st.builds(Normal, st.floats(-5, 5), st.floats(0.05, 3)),
        st.builds(StudentT, st.floats(-5, 5), st.floats(0.05, 3), st.integers(5, 40)),
    ),
    st.sampled_from([1e-9, 1e-6, 1e-3]),
)
def test_the_support_leaves_no_more_than_the_tail_outside(
    dist: Normal | StudentT, tail: float
) -> None:
    lo, hi = grid_support(dist, DEGREE, tail)
    assert float(dist.cdf(lo - 0.5)) <= tail * (1 + 1e-6)
    assert 1.0 - float(dist.cdf(hi + 0.5)) <= tail * (1 + 1e-6)


@pytest.mark.parametrize("tail", [0.0, 0.5, -1e-9, math.nan])
def test_an_impossible_tail_is_refused(tail: float) -> None:
    with pytest.raises(BadParameter):
        grid_support(Normal(0.0, 1.0), TENTH, tail)
