from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import REPOSITORY
from kalshi_alpha.core.errors import BadParameter, MissingData
from kalshi_alpha.core.execution.slippage import (
    CurveForm,
    SlippageCurve,
    SlippageSample,
    fit_slippage,
    isotonic_ticks,
    slippage_curve,
)

WORKED = SlippageSample(
    np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0]),
    np.array([0.1, 0.05, 0.3, 0.2, 0.6, 0.5, 1.1, 1.0, 1.8, 2.1]),
    np.array([40.0, 35.0, 30.0, 25.0, 20.0, 15.0, 12.0, 8.0, 6.0, 3.0]),
)


def _curve(sample: SlippageSample, impact_cap: float = 3.0) -> SlippageCurve:
    return slippage_curve(sample, impact_cap, np.random.default_rng(8), bootstraps=60)


def test_worked_example_is_isotonic_at_these_knots() -> None:
    np.testing.assert_allclose(
        isotonic_ticks(WORKED),
        [0.0767, 0.0767, 0.2545, 0.2545, 0.5571, 0.5571, 1.06, 1.06, 1.8, 2.1],
        atol=5e-5,
    )


def test_worked_example_is_served_by_its_power_law() -> None:
    curve = _curve(WORKED)

    assert curve.form is CurveForm.POWER
    assert curve.power is not None
    assert (curve.power.scale, curve.power.exponent) == pytest.approx((0.865, 0.857), abs=1e-3)
    assert curve.fitted_ticks[-1] == pytest.approx(0.865 * 3.0**0.857, abs=5e-3)


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(
            SlippageSample(WORKED.relative_size, WORKED.ticks, WORKED.n_obs * 29.0 / 194.0),
            id="29 orders",
        ),
        pytest.param(
            SlippageSample(WORKED.relative_size, WORKED.relative_size**2, WORKED.n_obs),
            id="exponent 2",
        ),
        pytest.param(
            SlippageSample(WORKED.relative_size, WORKED.relative_size**0.2, WORKED.n_obs),
            id="exponent .2",
        ),
        pytest.param(
            SlippageSample(np.array([0.5, 1.0]), np.array([0.1, 0.2]), np.array([50.0, 50.0])),
            id="two sizes",
        ),
    ],
)
def test_an_implausible_or_thin_power_law_gives_way_to_isotonic(sample: SlippageSample) -> None:
    curve = _curve(sample)

    assert curve.form is CurveForm.ISOTONIC
    np.testing.assert_allclose(curve.fitted_ticks, isotonic_ticks(sample))
    np.testing.assert_array_equal(curve.relative_size, sample.relative_size)


def test_the_upper_bound_is_served() -> None:
    curve = _curve(WORKED)

    assert curve.ticks(1.0) > 0.865
    assert (curve.upper_ticks >= curve.fitted_ticks).all()


def test_the_curve_is_flat_beyond_the_impact_cap_and_below_its_first_knot() -> None:
    curve = _curve(WORKED, impact_cap=2.0)

    assert curve.ticks(2.0) == curve.ticks(50.0) == curve.upper_ticks[-1]
    assert curve.ticks(0.0001) == curve.upper_ticks[0]
    assert curve.ticks(0.0) == 0.0


def test_a_cap_below_every_size_leaves_one_knot() -> None:
    curve = _curve(WORKED, impact_cap=0.01)

    assert curve.ticks(0.005) == curve.ticks(3.0) > 0.0


def test_the_same_seed_gives_the_same_bound() -> None:
    np.testing.assert_array_equal(_curve(WORKED).upper_ticks, _curve(WORKED).upper_ticks)


def test_price_improvement_is_never_counted_on() -> None:
    better = SlippageSample(np.array([0.5, 1.0]), np.array([-1.0, -0.5]), np.array([9.0, 9.0]))

    assert _curve(better).ticks(1.0) == 0.0


def test_orders_of_equal_size_are_averaged() -> None:
    sample = SlippageSample.from_orders(np.array([1.0, 0.5, 1.0]), np.array([2.0, 0.1, 1.0]))

    np.testing.assert_array_equal(sample.relative_size, [0.5, 1.0])
    np.testing.assert_allclose(sample.ticks, [0.1, 1.5])
    np.testing.assert_array_equal(sample.n_obs, [1.0, 2.0])


@pytest.mark.parametrize(
    ("sizes", "ticks", "counts"),
    [
        ([], [], []),
        ([1.0], [1.0, 2.0], [1.0]),
        ([0.0, 1.0], [1.0, 1.0], [1.0, 1.0]),
        ([1.0, 1.0], [1.0, 1.0], [1.0, 1.0]),
        ([2.0, 1.0], [1.0, 1.0], [1.0, 1.0]),
        ([1.0, 2.0], [1.0, float("nan")], [1.0, 1.0]),
        ([1.0, 2.0], [1.0, 1.0], [1.0, 0.0]),
        ([1.0, float("inf")], [1.0, 1.0], [1.0, 1.0]),
    ],
)
def test_impossible_samples_are_refused(
    sizes: list[float], ticks: list[float], counts: list[float]
) -> None:
    with pytest.raises(BadParameter):
        SlippageSample(np.array(sizes), np.array(ticks), np.array(counts))


def test_orders_that_do_not_pair_up_are_refused() -> None:
    with pytest.raises(BadParameter):
        SlippageSample.from_orders(np.ones(2), np.ones(3))


@pytest.mark.parametrize(
    ("cap", "bootstraps"), [(0.0, 9), (float("nan"), 9), (float("inf"), 9), (1.0, 0)]
)
def test_impossible_settings_are_refused(cap: float, bootstraps: int) -> None:
    with pytest.raises(BadParameter):
        slippage_curve(WORKED, cap, np.random.default_rng(1), bootstraps)


@pytest.mark.parametrize("size", [-0.1, float("nan")])
def test_an_impossible_size_is_refused(size: float) -> None:
    with pytest.raises(BadParameter):
        _curve(WORKED).ticks(size)


@given(st.lists(st.floats(-0.5, 5.0), min_size=1, max_size=8), st.floats(0.1, 4.0))
def test_the_served_bound_never_falls_with_size(ticks: list[float], cap: float) -> None:
    sizes = np.arange(1, len(ticks) + 1) / 2.0
    sample = SlippageSample(sizes, np.array(ticks), np.full(len(ticks), 5.0))
    curve = slippage_curve(sample, cap, np.random.default_rng(2), bootstraps=5)

    served = [curve.ticks(size) for size in np.linspace(0.0, 5.0, 21).tolist()]

    assert all(low <= high + 1e-12 for low, high in pairwise(served))
    assert served[0] == 0.0


@pytest.mark.parametrize(
    ("sizes", "fitted", "upper", "cap"),
    [
        ([], [], [], 3.0),
        ([1.0], [1.0, 2.0], [1.0], 3.0),
        ([-1.0], [1.0], [1.0], 3.0),
        ([1.0, 1.0], [1.0, 1.0], [1.0, 1.0], 3.0),
        ([1.0], [float("nan")], [1.0], 3.0),
        ([1.0], [1.0], [-0.1], 3.0),
        ([1.0, 2.0], [1.0, 1.0], [2.0, 1.0], 3.0),
        ([1.0], [1.0], [1.0], float("nan")),
    ],
)
def test_impossible_curves_are_refused(
    sizes: list[float], fitted: list[float], upper: list[float], cap: float
) -> None:
    with pytest.raises(BadParameter):
        SlippageCurve(CurveForm.ISOTONIC, np.array(sizes), np.array(fitted), np.array(upper), cap)


def test_another_cap_cuts_the_same_curve() -> None:
    curve = _curve(WORKED)
    assert curve.capped_at(1.0).ticks(3.0) == curve.ticks(1.0) < curve.ticks(3.0)
    assert curve.capped_at(9.0).ticks(9.0) == curve.ticks(3.0)
    with pytest.raises(BadParameter):
        curve.capped_at(0.0)


def test_the_operators_door_leads_to_the_ledger_below_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KALSHI_ALPHA_HOME", str(tmp_path))
    copytree(REPOSITORY / "configs", tmp_path / "configs")
    with pytest.raises(MissingData, match=str(tmp_path)):
        fit_slippage("CPI", lookback_days=14)
