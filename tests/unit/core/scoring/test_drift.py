from __future__ import annotations

import math

import numpy as np
import pytest

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.scoring import (
    DRIFT_RULES,
    DriftRule,
    DriftState,
    false_alarm_odds,
    read_drift,
    rolling_mean_false_alarm_odds,
)

RULE = DriftRule(window=24)


def losses(n: int, seed: int) -> FloatArray:
    return np.random.default_rng(seed).gamma(2.0, 0.05, n)


@pytest.mark.parametrize(
    ("window", "odds"), [(12, 0.29), (26, 0.23), (52, 0.16), (120, 0.07), (250, 0.02)]
)
def test_worked_example_the_plain_rule_cries_wolf(window: int, odds: float) -> None:
    found = rolling_mean_false_alarm_odds(window, 6000, np.random.default_rng(window))
    # Four Monte Carlo standard errors, and half a unit of the last printed digit.
    assert abs(found - odds) <= 4.0 * math.sqrt(odds * (1.0 - odds) / 6000) + 0.005


@pytest.mark.parametrize("family", ["cpi", "claims", "teny", "weather"])
def test_the_whole_rule_cries_wolf_in_one_window_of_twenty_at_most(family: str) -> None:
    odds = false_alarm_odds(DRIFT_RULES[family], 2000, np.random.default_rng(1))
    assert odds <= 0.05 + 4.0 * math.sqrt(0.05 * 0.95 / 2000)


def test_each_family_has_its_window() -> None:
    windows = {family: rule.window for family, rule in DRIFT_RULES.items()}
    assert windows == {"cpi": 24, "claims": 52, "teny": 120, "weather": 30}
    assert {(r.worsening_max, r.p_max) for r in DRIFT_RULES.values()} == {(0.10, 0.10)}


def test_a_model_that_keeps_its_ratio_is_steady_however_hard_the_days() -> None:
    reference = losses(60, seed=2)
    reference[-24:] *= 5.0
    reading = read_drift(0.8 * reference, reference, 0.8, RULE)
    assert reading.state is DriftState.STEADY
    assert reading.ratio == pytest.approx(0.8)
    assert reading.worsening == pytest.approx(0.0, abs=1e-12)


def test_a_worse_model_on_steady_days_is_an_alert() -> None:
    reference = losses(60, seed=3)
    ours = 0.8 * reference
    ours[-24:] *= 1.3
    reading = read_drift(ours, reference, 0.8, RULE)
    assert reading.state is DriftState.ALERT
    assert reading.worsening == pytest.approx(0.3)
    assert reading.p_value is not None
    assert reading.p_value < 0.10


def test_a_worsening_that_one_bad_day_explains_is_only_watched() -> None:
    reference = np.full(24, 0.1)
    ours = reference.copy()
    ours[5] *= 6.0
    reading = read_drift(ours, reference, 1.0, RULE)
    assert reading.worsening == pytest.approx(5 / 24)
    assert reading.state is DriftState.WATCH


def test_a_significant_but_small_worsening_is_steady() -> None:
    reference = losses(24, seed=4)
    reading = read_drift(1.05 * reference, reference, 1.0, RULE)
    assert reading.p_value is not None
    assert reading.p_value < 0.01
    assert reading.state is DriftState.STEADY


def test_an_improvement_is_never_an_alert() -> None:
    reference = losses(24, seed=5)
    assert read_drift(0.5 * reference, reference, 1.0, RULE).state is DriftState.STEADY


def test_only_the_last_window_counts() -> None:
    reference = losses(80, seed=6)
    ours = reference.copy()
    ours[:56] *= 9.0
    assert read_drift(ours, reference, 1.0, RULE).state is DriftState.STEADY


def test_too_short_a_history_says_so() -> None:
    reading = read_drift(np.ones(23), np.ones(23), 1.0, RULE)
    assert reading.state is DriftState.TOO_SHORT
    assert reading.ratio is None


def test_losses_that_are_not_numbers_are_refused_and_never_steady() -> None:
    broken = np.ones(24)
    broken[3] = math.nan
    with pytest.raises(BadParameter):
        read_drift(broken, np.ones(24), 1.0, RULE)
    with pytest.raises(BadParameter):
        read_drift(np.ones(24), broken, 1.0, RULE)


@pytest.mark.parametrize("ratio", [0.0, -1.0, math.nan, math.inf])
def test_an_impossible_baseline_is_refused(ratio: float) -> None:
    with pytest.raises(BadParameter):
        read_drift(np.ones(24), np.ones(24), ratio, RULE)


@pytest.mark.parametrize(
    ("window", "worsening", "p"),
    [(1, 0.1, 0.1), (24, 0.0, 0.1), (24, math.nan, 0.1), (24, 0.1, 0.0)],
)
def test_an_impossible_rule_is_refused(window: int, worsening: float, p: float) -> None:
    with pytest.raises(BadParameter):
        DriftRule(window, worsening, p)


def test_impossible_simulations_are_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(BadParameter):
        rolling_mean_false_alarm_odds(0, 10, rng)
    with pytest.raises(BadParameter):
        false_alarm_odds(RULE, 0, rng)
    with pytest.raises(BadParameter):
        false_alarm_odds(RULE, 10, rng, reference_noise=0.0)
