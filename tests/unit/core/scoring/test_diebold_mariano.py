from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring import average_by_unit, diebold_mariano, hln_factor
from kalshi_alpha.core.scoring.diebold_mariano import dm_statistics


@pytest.mark.parametrize(("n", "factor"), [(12, 0.9574), (24, 0.9789), (36, 0.9860), (52, 0.9903)])
def test_worked_example_of_the_small_sample_factors(n: int, factor: float) -> None:
    assert hln_factor(n) == pytest.approx(factor, abs=5e-5)


def test_one_step_ahead_the_test_is_the_paired_t_test() -> None:
    rng = np.random.default_rng(2)
    ours, theirs = rng.gamma(2.0, size=(2, 40))
    result = diebold_mariano(ours, theirs)
    expected = stats.ttest_rel(ours, theirs)
    assert result.n == 40
    assert result.mean_difference == pytest.approx((ours - theirs).mean())
    assert result.statistic == pytest.approx(expected.statistic, rel=1e-12)
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-10)


def test_at_longer_horizons_the_overlap_enters_the_variance() -> None:
    ours = np.array([1.0, 2.0, 4.0, 3.0, 2.0, 2.5])
    differences = ours - ours.mean() + 0.3
    centred = differences - 0.3
    gamma_0 = (centred**2).sum() / 6
    gamma_1 = (centred[1:] * centred[:-1]).sum() / 6
    expected = 0.3 / math.sqrt((gamma_0 + 2 * gamma_1) / 6) * math.sqrt((6 + 1 - 4 + 2 / 6) / 6)
    result = diebold_mariano(differences, np.zeros(6), horizon=2)
    assert result.statistic == pytest.approx(expected, rel=1e-12)
    assert result.p_value == pytest.approx(2 * stats.t.sf(expected, 5), rel=1e-10)


def test_the_better_model_has_the_negative_statistic_and_order_only_flips_the_sign() -> None:
    rng = np.random.default_rng(4)
    good = rng.gamma(2.0, size=60)
    bad = good + rng.normal(0.3, 0.2, 60)
    forward, back = diebold_mariano(good, bad), diebold_mariano(bad, good)
    assert forward.statistic < -2.0
    assert back.statistic == -forward.statistic
    assert back.p_value == forward.p_value


def test_identical_losses_are_no_evidence_and_a_constant_gap_is_full_evidence() -> None:
    same = np.arange(1.0, 9.0)
    assert diebold_mariano(same, same).p_value == 1.0
    assert diebold_mariano(same + 1.0, same).statistic == math.inf
    assert diebold_mariano(same + 1.0, same).p_value == 0.0


def test_many_days_are_no_obstacle() -> None:
    rng = np.random.default_rng(6)
    ours, theirs = rng.gamma(2.0, size=(2, 1770))
    expected = stats.ttest_rel(ours, theirs).pvalue
    assert diebold_mariano(ours, theirs).p_value == pytest.approx(expected, abs=1e-12)


def test_the_size_of_the_test_is_as_stated() -> None:
    differences = np.random.default_rng(8).standard_normal((20_000, 24))
    _, p_values = dm_statistics(differences)
    assert (p_values < 0.10).mean() == pytest.approx(0.10, abs=0.01)


def test_stations_of_a_date_count_once() -> None:
    scores = np.array([1.0, 3.0, 5.0, 7.0])
    units = ["2025-06-02", "2025-06-01", "2025-06-02", "2025-06-01"]
    np.testing.assert_allclose(average_by_unit(scores, units), [5.0, 3.0])


@pytest.mark.parametrize("horizon", [0, 4, 5])
def test_a_horizon_the_days_cannot_carry_is_refused(horizon: int) -> None:
    with pytest.raises(BadParameter):
        diebold_mariano(np.arange(4.0), np.ones(4), horizon=horizon)


def test_a_negative_long_run_variance_is_refused() -> None:
    alternating = np.array([1.0, -1.0] * 6)
    with pytest.raises(BadParameter, match="negative"):
        diebold_mariano(alternating, np.zeros(12), horizon=2)


def test_unequal_lengths_and_nans_are_refused() -> None:
    with pytest.raises(BadParameter):
        diebold_mariano(np.ones(3), np.ones(4))
    with pytest.raises(BadParameter):
        diebold_mariano(np.array([1.0, math.nan, 2.0]), np.ones(3))
    with pytest.raises(BadParameter):
        average_by_unit(np.ones(2), ["2025-06-01"])
