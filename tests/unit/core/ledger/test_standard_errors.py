from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.ledger.delta import contracts, settled_fills
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ledger.standard_errors import (
    cluster_se,
    clustered_mean,
    detectable_delta_bps,
    hac_se,
    newey_west_lag,
    settlement_sd_bps,
    t_statistic,
    unit_scores,
    units_for_t,
)


def _arrays(entries: list[LedgerEntry]) -> tuple[FloatArray, FloatArray, list[str]]:
    fills = settled_fills(entries)
    deltas = np.array([fill.delta_bps for fill in fills])
    return deltas, contracts(fills), [fill.risk_unit for fill in fills]


def test_the_worked_example_has_its_unit_scores(worked_example: list[LedgerEntry]) -> None:
    scores = unit_scores(*_arrays(worked_example))
    assert [round(float(u), 1) for u in scores] == [24335.7, -102228.6, 69514.3, 8378.6]


def test_the_worked_example_has_its_standard_errors(worked_example: list[LedgerEntry]) -> None:
    found = clustered_mean(*_arrays(worked_example), lag=1)
    assert found.se_cluster is not None
    assert found.se_hac is not None
    assert found.t_stat is not None
    assert round(found.mean, 2) == -45.71
    assert round(found.se_cluster, 1) == 2083.0
    assert round(found.se_hac, 1) == 1189.5
    assert found.se == found.se_cluster
    assert round(found.t_stat, 4) == -0.0219
    assert found.t_stat_cluster == found.t_stat
    assert (found.n_units, found.dof) == (4, 3)
    assert found.largest_unit_share == pytest.approx(30 / 70)


def test_the_larger_of_both_errors_is_used_when_units_are_positively_correlated() -> None:
    drift = np.linspace(-1.0, 1.0, 20)
    found = clustered_mean(drift, np.ones(20), [str(i) for i in range(20)], lag=3)
    assert found.se_hac is not None
    assert found.se_cluster is not None
    assert found.se_hac > found.se_cluster
    assert found.se == found.se_hac
    assert found.t_stat_cluster == found.mean / found.se_cluster


def test_one_unit_has_no_standard_error_and_no_t() -> None:
    found = clustered_mean(np.array([1.0, 2.0]), np.ones(2), ["E1", "E1"])
    assert (found.se_cluster, found.se_hac, found.se, found.t_stat) == (None, None, None, None)
    assert (found.t_stat_cluster, found.dof) == (None, 0)
    with pytest.raises(BadParameter, match="two units"):
        cluster_se(np.array([0.0]), 1.0)


def test_identical_units_prove_nothing() -> None:
    found = clustered_mean(np.ones(3), np.ones(3), ["a", "b", "c"])
    assert found.se == 0.0
    assert found.t_stat is None


@pytest.mark.parametrize(("n", "lag"), [(4, 1), (12, 2), (30, 3), (100, 4), (250, 4), (500, 5)])
def test_the_newey_west_lag_follows_the_rule(n: int, lag: int) -> None:
    assert newey_west_lag(n) == lag


def test_hac_without_lags_is_the_cluster_error_without_its_small_sample_factor() -> None:
    scores = np.array([3.0, -1.0, -2.0])
    factor = math.sqrt(3 / 2)
    assert hac_se(scores, 6.0, 0) * factor == pytest.approx(cluster_se(scores, 6.0))


def test_a_negative_lag_is_refused() -> None:
    with pytest.raises(BadParameter, match="lag"):
        hac_se(np.array([1.0]), 1.0, -1)


POWER_TABLE = {  # true delta: units at p = .5, .8, .95, and closing-line sd of 500 and 300 bps
    6: (2.8e6, 1.8e6, 0.53e6, 27_778, 10_000),
    50: (40_000, 25_600, 7_600, 400, 144),
    100: (10_000, 6_400, 1_900, 100, 36),
    200: (2_500, 1_600, 475, 25, 9),
    300: (1_111, 711, 211, 11, 4),
}


@pytest.mark.parametrize("delta", POWER_TABLE)
def test_the_power_table_is_met_to_its_last_digit(delta: int) -> None:
    sds = [*(settlement_sd_bps(p) for p in (0.5, 0.8, 0.95)), 500.0, 300.0]
    rounding = (1e5, 1e5, 1e4, 1, 1) if delta == 6 else (1, 1, 1, 1, 1)
    for sd, unit, printed in zip(sds, rounding, POWER_TABLE[delta], strict=True):
        assert round(units_for_t(delta, sd) / unit) == round(printed / unit)


def test_three_hundred_independent_fills_can_see_577_bps() -> None:
    assert round(detectable_delta_bps(300, settlement_sd_bps(0.5))) == 577


def test_power_needs_an_effect_and_noise() -> None:
    with pytest.raises(BadParameter):
        units_for_t(0.0, 500.0)
    with pytest.raises(BadParameter):
        units_for_t(6.0, math.nan)
    with pytest.raises(BadParameter):
        detectable_delta_bps(0, 500.0)
    with pytest.raises(BadParameter):
        settlement_sd_bps(math.nan)


@pytest.mark.parametrize(
    ("values", "weights", "units"),
    [
        ([1.0], [1.0], []),
        ([1.0, 2.0], [1.0], ["a", "b"]),
        ([math.nan], [1.0], ["a"]),
        ([1.0], [math.nan], ["a"]),
        ([1.0], [0.0], ["a"]),
        ([1.0, 1.0], [2.0, -1.0], ["a", "b"]),
        ([], [], []),
    ],
)
def test_what_has_no_weighted_mean_is_refused(
    values: list[float], weights: list[float], units: list[str]
) -> None:
    with pytest.raises(BadParameter):
        clustered_mean(np.array(values), np.array(weights), units)


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.integers(0, 5)), min_size=1, max_size=30))
def test_splitting_a_fill_never_changes_the_evidence(rows: list[tuple[float, int]]) -> None:
    values = np.array([value for value, _ in rows])
    units = [str(unit) for _, unit in rows]
    whole = clustered_mean(values, np.full(len(rows), 2.0), units)
    halves = clustered_mean(
        np.repeat(values, 2), np.ones(2 * len(rows)), [u for u in units for _ in range(2)]
    )
    assert halves.mean == pytest.approx(whole.mean, abs=1e-6)
    if whole.se is None:
        assert halves.se is None
    else:
        assert halves.se == pytest.approx(whole.se, abs=1e-6)


def test_units_that_are_alike_but_for_rounding_prove_nothing() -> None:
    assert t_statistic(-490.0, 6.6e-14) is None
    assert t_statistic(0.0, 1e-10) is None
    assert t_statistic(6.0, None) is None
    assert t_statistic(6.0, 3.0) == 2.0
    assert t_statistic(6.0, float("nan")) is None
