from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring.report_card import (
    ReportCard,
    binomial_band,
    central_coverage,
    report_card,
    spread_band,
)


def drawn(n: int, seed: int, sd: float = 2.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Calibrated forecasts: the outcome is drawn from each PMF."""
    rng = np.random.default_rng(seed)
    bins = np.arange(-15, 16)
    centres = rng.normal(0.0, 1.0, n)
    pmfs = np.exp(-0.5 * ((bins - centres[:, None]) / sd) ** 2)
    pmfs /= pmfs.sum(axis=1, keepdims=True)
    outcomes = np.array([rng.choice(bins.size, p=row) for row in pmfs], dtype=np.int64)
    return pmfs, outcomes, centres


def card(pmfs: np.ndarray, outcomes: np.ndarray, centres: np.ndarray) -> ReportCard:
    flat = np.full_like(pmfs, 1.0 / pmfs.shape[1])
    units = [str(i // 2) for i in range(outcomes.size)]
    errors = outcomes - 15 - centres
    return report_card(pmfs, outcomes, 1.0, errors, {"flat": flat, "itself": pmfs}, units)


def test_calibrated_forecasts_pass_and_beat_a_flat_baseline() -> None:
    found = card(*drawn(800, seed=1))
    assert found.calibrated
    assert found.baselines["flat"].skill > 0.5
    assert found.baselines["flat"].dm_p is not None
    assert found.baselines["flat"].dm_p < 1e-6
    assert found.n_units == 400


def test_against_itself_there_is_no_skill() -> None:
    found = card(*drawn(100, seed=2))
    assert found.baselines["itself"].skill == 0.0
    assert found.baselines["itself"].dm_p == pytest.approx(1.0)


def test_forecasts_that_are_too_narrow_fail_their_calibration() -> None:
    _, outcomes, centres = drawn(800, seed=3, sd=3.0)
    narrow, _, _ = drawn(800, seed=3, sd=1.0)
    found = card(narrow, outcomes, centres)
    assert not found.calibrated
    assert found.coverage90 < 0.8
    assert found.pit_sd > found.pit_sd_band[1]


def test_a_perfect_forecast_scores_best() -> None:
    pmfs, outcomes, centres = drawn(50, seed=4)
    sure = np.zeros_like(pmfs)
    sure[np.arange(50), outcomes] = 1.0
    mixed = 0.999 * sure + 0.001 * pmfs
    assert card(mixed, outcomes, centres).crps < 0.01 < card(pmfs, outcomes, centres).crps


def test_coverage_counts_an_outcome_on_the_edge_by_the_part_inside() -> None:
    # The central 90 % of [.10, .80, .10] is [.05, .95]: half of each end outcome.
    pmfs = np.array([[0.1, 0.8, 0.1]] * 3)
    assert central_coverage(pmfs, np.array([0, 1, 2]), 0.9) == pytest.approx((0.5 + 1 + 0.5) / 3)


def test_coverage_is_the_expected_one_for_the_forecasters_own_draws() -> None:
    pmfs, outcomes, _ = drawn(4000, seed=5, sd=0.7)
    assert central_coverage(pmfs, outcomes, 0.9) == pytest.approx(0.9, abs=0.012)


def test_an_outcome_that_was_impossible_is_not_covered() -> None:
    assert central_coverage(np.array([[0.0, 1.0]]), np.array([0]), 0.9) == 0.0


@given(st.integers(10, 100_000))
def test_bands_shrink_with_the_sample_around_the_truth(n: int) -> None:
    low, high = binomial_band(0.9, n)
    assert low < 0.9 < high
    narrow, wide = spread_band(0.28, n)
    assert narrow < 0.28 < wide
    assert spread_band(0.28, 4 * n)[1] < wide


def test_no_rows_and_uneven_rows_are_refused() -> None:
    pmfs, outcomes, centres = drawn(5, seed=6)
    with pytest.raises(BadParameter):
        report_card(pmfs[:4], outcomes, 1.0, centres, {}, ["a"] * 5)
    with pytest.raises(BadParameter):
        report_card(pmfs[:0], outcomes[:0], 1.0, centres[:0], {}, [])
