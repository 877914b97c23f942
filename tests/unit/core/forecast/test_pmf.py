from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import grids
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.forecast import GridPmf
from kalshi_alpha.core.types import SettlementGrid

TENTH = SettlementGrid(Decimal("0.1"), "pp")
PMF = GridPmf(TENTH, 2, np.array([0.1, 0.2, 0.4, 0.3]))


@st.composite
def pmfs(draw: st.DrawFn) -> GridPmf:
    weights = draw(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
    raw = np.array(weights) + 1e-3
    return GridPmf(draw(grids), draw(st.integers(-20, 20)), raw / raw.sum())


def test_probabilities_are_read_off_by_grid_index() -> None:
    assert (PMF.lo, PMF.hi, len(PMF)) == (2, 5, 4)
    assert PMF.pmf(4) == 0.4
    assert PMF.pmf(6) == 0.0
    assert PMF.cdf(3) == pytest.approx(0.3)
    assert PMF.survival(3) == pytest.approx(0.7)
    assert PMF.prob(3, 4) == pytest.approx(0.6)
    assert PMF.prob(None, 2) == pytest.approx(0.1)
    assert PMF.prob(5, None) == pytest.approx(0.3)
    assert PMF.prob(6, 4) == 0.0
    np.testing.assert_array_equal(PMF.indices, [2, 3, 4, 5])


def test_moments_are_in_the_grids_unit() -> None:
    assert PMF.mean == pytest.approx(0.39)
    assert PMF.sd == pytest.approx(
        math.sqrt(0.1 * 0.19**2 + 0.2 * 0.09**2 + 0.4 * 0.01**2 + 0.3 * 0.11**2)
    )


def test_beyond_the_support_everything_or_nothing_is_below() -> None:
    assert (PMF.cdf(1), PMF.cdf(99)) == (0.0, 1.0)
    assert (PMF.survival(1), PMF.survival(99)) == (1.0, 0.0)


def test_the_upper_tail_keeps_its_own_accuracy() -> None:
    tiny = GridPmf(TENTH, 0, np.array([1.0 - 3e-18, 3e-18]))
    assert tiny.survival(0) == 3e-18


def test_strikes_may_come_as_an_array_of_any_shape() -> None:
    strikes = np.array([[1, 2], [4, 9]])
    np.testing.assert_allclose(PMF.survival_at(strikes), [[1.0, 0.9], [0.3, 0.0]])


@given(pmfs(), st.lists(st.integers(-40, 40), min_size=0, max_size=8, unique=True))
def test_atoms_split_the_probability_without_loss(pmf: GridPmf, edges: list[int]) -> None:
    edges.sort()
    atoms = pmf.atom_probs(edges)
    bounds = [None, *edges, None]
    expected = [pmf.prob(lo, None if hi is None else hi - 1) for lo, hi in pairwise(bounds)]
    np.testing.assert_allclose(atoms, expected, atol=1e-15)
    assert atoms.sum() == pytest.approx(1.0, abs=1e-9)


@given(pmfs(), st.integers(-40, 40))
def test_below_and_above_share_the_whole(pmf: GridPmf, k: int) -> None:
    assert pmf.cdf(k) + pmf.survival(k) == pytest.approx(1.0, abs=1e-9)
    assert pmf.cdf(k) <= pmf.cdf(k + 1)
    assert pmf.survival(k) >= pmf.survival(k + 1)
    assert pmf.survival_at(np.array([k])).tolist() == [pmf.survival(k)]


def test_edges_out_of_order_are_refused() -> None:
    with pytest.raises(BadParameter):
        PMF.atom_probs((4, 4))


@pytest.mark.parametrize(
    "probs",
    [[], [0.5, 0.6], [0.5, 0.4], [1.1, -0.1], [math.nan, 1.0], [math.inf, 0.0], [[0.5, 0.5]]],
)
def test_what_is_no_pmf_is_refused(probs: list[float]) -> None:
    with pytest.raises(InvalidPmf):
        GridPmf(TENTH, 0, np.array(probs))


def test_probabilities_cannot_be_changed_from_inside_or_outside() -> None:
    given_probs = np.array([0.5, 0.5])
    pmf = GridPmf(TENTH, 0, given_probs)
    given_probs[0] = 9.0
    assert pmf.pmf(0) == 0.5
    with pytest.raises(ValueError, match="read-only"):
        pmf.probs[0] = 9.0


def test_equality_is_by_value() -> None:
    same = GridPmf(TENTH, 2, np.array([0.1, 0.2, 0.4, 0.3]))
    assert same == PMF
    assert hash(same) == hash(PMF)
    assert GridPmf(TENTH, 3, PMF.probs) != PMF
    assert PMF != "a PMF"


def test_a_point_mass_is_certain() -> None:
    point = GridPmf.point(TENTH, 7)
    assert point.mean == pytest.approx(0.7)
    assert (point.sd, point.pmf(7)) == (0.0, 1.0)
