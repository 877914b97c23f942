from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.ladder.survival import (
    is_monotone,
    mix_uniform,
    non_monotone_ladders,
    pmf_from_survival,
    require_pmf,
    survival_from_pmf,
)

curves = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20).map(
    lambda values: np.array(sorted(values, reverse=True))
)


@st.composite
def pmfs(draw: st.DrawFn) -> FloatArray:
    masses = draw(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
    raw = np.array(masses) + 1e-6
    return np.asarray(raw / raw.sum())


def test_bins_are_the_drops_of_the_curve() -> None:
    survival = np.array([0.95, 0.86, 0.61, 0.4])
    pmf = pmf_from_survival(survival)
    np.testing.assert_allclose(pmf, [0.05, 0.09, 0.25, 0.21, 0.40], atol=1e-12)
    np.testing.assert_allclose(survival_from_pmf(pmf), survival, atol=1e-12)


@given(curves)
def test_a_survival_curve_survives_the_round_trip_through_its_pmf(survival: FloatArray) -> None:
    pmf = pmf_from_survival(survival)
    assert pmf.sum() == pytest.approx(1.0, abs=1e-12)
    assert pmf.min() >= 0.0
    np.testing.assert_allclose(survival_from_pmf(pmf), survival, atol=1e-12)


@given(pmfs())
def test_the_survival_of_a_pmf_never_rises_and_gives_it_back(pmf: FloatArray) -> None:
    survival = survival_from_pmf(pmf)
    assert survival.shape == (pmf.size - 1,)
    assert (np.diff(survival) <= 0.0).all()
    np.testing.assert_allclose(pmf_from_survival(survival), pmf, atol=1e-12)


def test_a_sum_within_tolerance_of_one_never_leaves_the_unit_range() -> None:
    assert survival_from_pmf(np.array([0.0, 0.5, 0.5 + 5e-10]))[0] == 1.0


def test_stacked_curves_convert_row_by_row() -> None:
    rows = np.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])
    stacked = survival_from_pmf(rows)
    np.testing.assert_allclose(stacked, [[0.8, 0.5], [0.9, 0.8]], atol=1e-12)
    np.testing.assert_allclose(pmf_from_survival(stacked), rows, atol=1e-12)


@pytest.mark.parametrize(
    "survival", [[0.5, 0.6], [1.1, 0.5], [0.5, -0.1], [np.nan], [0.9, np.nan, 0.1]]
)
def test_curves_that_rise_leave_the_unit_range_or_hold_nan_are_refused(
    survival: list[float],
) -> None:
    with pytest.raises(InvalidPmf):
        pmf_from_survival(np.array(survival))


def test_a_rise_within_round_off_becomes_an_empty_bin() -> None:
    assert pmf_from_survival(np.array([0.5, 0.5 + 1e-13]))[1] == 0.0


@pytest.mark.parametrize(
    "pmf", [[], [0.5, 0.4], [1.2, -0.2], [np.nan, 1.0], [0.5, 0.5 + 2e-9], [np.inf, 0.0]]
)
def test_numbers_that_are_no_pmf_are_refused(pmf: list[float]) -> None:
    for use in (require_pmf, survival_from_pmf, mix_uniform):
        with pytest.raises(InvalidPmf):
            use(np.array(pmf))


def test_mixing_with_the_uniform_fills_the_zero_bins() -> None:
    pmf = np.array([0.05, 0.09, 0.25, 0.22928, 0.0, 0.33072, 0.05])
    mixed = mix_uniform(pmf)
    assert mixed[4] == pytest.approx(0.02 / 7)
    np.testing.assert_allclose(mixed, 0.98 * pmf + 0.02 / 7, atol=1e-15)
    np.testing.assert_array_equal(mix_uniform(pmf, epsilon=0.0), pmf)


@given(pmfs(), st.floats(0.0, 1.0))
def test_a_mixture_is_a_pmf(pmf: FloatArray, epsilon: float) -> None:
    require_pmf(mix_uniform(pmf, epsilon=epsilon))


@pytest.mark.parametrize("epsilon", [-0.01, 1.01, np.nan])
def test_a_mixture_weight_outside_the_unit_range_is_refused(epsilon: float) -> None:
    with pytest.raises(BadParameter):
        mix_uniform(np.array([1.0]), epsilon=epsilon)


@pytest.mark.parametrize(
    ("survival", "pmf", "sound"),
    [
        ([0.8, 0.5], [0.2, 0.3, 0.5], True),
        ([0.8, 0.8 + 5e-10], [0.2, 0.0, 0.8], True),
        ([0.8, 0.8 + 2e-9], [0.2, 0.0, 0.8], False),
        ([0.8, 0.5], [0.2, 0.3, 0.5 + 2e-9], False),
        ([0.8, 0.5], [0.2 + 2e-12, 0.8, -2e-12], False),
        ([0.8, 0.5], [0.2, 0.8, -5e-13], True),
        ([0.8, np.nan], [0.2, 0.3, 0.5], False),
        ([0.8, 0.5], [0.2, np.nan, 0.5], False),
        ([np.nan], [0.5, 0.5], False),
    ],
)
def test_a_model_curve_is_monotone_within_the_stated_tolerances(
    survival: list[float], pmf: list[float], sound: bool
) -> None:
    curve = (np.array(survival), np.array(pmf))
    assert is_monotone(*curve) is sound
    assert non_monotone_ladders([curve, curve]) == (0 if sound else 2)


def test_no_ladders_means_no_violations() -> None:
    assert non_monotone_ladders([]) == 0
