from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter, InvalidPmf
from kalshi_alpha.core.guards.standardise import (
    UnitRisk,
    clip,
    joint_risk,
    standardise,
    standardised_atoms,
    unit_risk,
)


def test_moments_on_atoms_are_exact() -> None:
    # One YES at .43 without fee under p = .47: mean .04, variance p (1 - p).
    risk = unit_risk(np.array([0.53, 0.47]), np.array([-0.43, 0.57]))
    assert risk.expected == pytest.approx(0.04)
    assert risk.sd == pytest.approx(math.sqrt(0.47 * 0.53))
    assert (risk.best, risk.worst) == (0.57, -0.43)


def test_the_ledger_may_promise_less_than_the_forecast_and_never_more_than_the_best() -> None:
    probs, pnl = np.array([0.53, 0.47]), np.array([-0.43, 0.57])
    assert unit_risk(probs, pnl, promised=0.036).expected == 0.036
    assert unit_risk(probs, pnl, promised=0.036).sd == unit_risk(probs, pnl).sd
    assert unit_risk(probs, np.array([-0.1, -0.1]), promised=-0.09).expected == -0.1
    with pytest.raises(BadParameter, match="promised"):
        unit_risk(probs, pnl, promised=math.nan)


def test_z_counts_standard_deviations_from_what_was_expected() -> None:
    assert standardise(-3.0, UnitRisk(1.0, 2.0, 5.0, -5.0)) == -2.0


def test_z_is_clipped_at_six() -> None:
    risk = UnitRisk(0.0, 0.1, 5.0, -5.0)
    assert (standardise(5.0, risk), standardise(-5.0, risk)) == (6.0, -6.0)
    assert (clip(7.0), clip(-math.inf), clip(0.5)) == (6.0, -6.0, 0.5)


def test_a_riskless_unit_is_no_surprise_unless_it_pays_something_else() -> None:
    risk = UnitRisk(0.1, 0.0, 0.1, 0.1)
    assert standardise(0.1, risk) == 0.0
    assert standardise(-0.9, risk) == -6.0


def test_the_ladders_of_one_release_add_by_their_correlation() -> None:
    parts = [UnitRisk(1.0, 3.0, 9.0, -9.0), UnitRisk(2.0, 4.0, 8.0, -8.0)]
    assert joint_risk(parts, 0.0) == UnitRisk(3.0, 5.0, 17.0, -17.0)
    assert joint_risk(parts, 1.0) == UnitRisk(3.0, 7.0, 17.0, -17.0)
    for wrong in (-0.1, 1.1, math.nan):
        with pytest.raises(BadParameter, match="correlation"):
            joint_risk(parts, wrong)
    with pytest.raises(BadParameter, match="0 risks"):
        joint_risk([], 0.0)


def test_atoms_are_standardised_to_mean_zero_and_unit_variance() -> None:
    probs = np.array([0.2, 0.5, 0.3])
    z = standardised_atoms(probs, np.array([-1.0, 0.5, 2.0]))
    assert float(probs @ z) == pytest.approx(0.0, abs=1e-12)
    assert float(probs @ z**2) == pytest.approx(1.0)
    with pytest.raises(BadParameter, match="without risk"):
        standardised_atoms(probs, np.ones(3))


def test_impossible_atoms_are_refused() -> None:
    for probs in ([0.5, 0.6], [-0.1, 1.1], [math.nan, 1.0]):
        with pytest.raises(InvalidPmf):
            unit_risk(np.array(probs), np.array([0.0, 1.0]))
    for pnl in ([math.inf, 0.0], [0.0], [0.0, math.nan]):
        with pytest.raises(BadParameter):
            unit_risk(np.array([0.5, 0.5]), np.array(pnl))
    with pytest.raises(BadParameter):
        unit_risk(np.array([]), np.array([]))


@pytest.mark.parametrize("fields", [(0.0, -1.0, 1, -1), (2.0, 1.0, 1, -1), (math.nan, 1.0, 1, -1)])
def test_an_impossible_risk_is_refused(fields: tuple[float, float, float, float]) -> None:
    with pytest.raises(BadParameter, match="impossible risk"):
        UnitRisk(*fields)


def test_a_profit_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadParameter):
        standardise(math.nan, UnitRisk(0.0, 1.0, 2.0, -2.0))
    with pytest.raises(BadParameter):
        clip(math.nan)


@given(st.lists(st.tuples(st.integers(1, 100), st.floats(-100, 100)), min_size=1, max_size=8))
def test_the_mean_lies_between_worst_and_best(atoms: list[tuple[int, float]]) -> None:
    weights = np.array([float(weight) for weight, _ in atoms])
    risk = unit_risk(weights / weights.sum(), np.array([pnl for _, pnl in atoms]))
    assert risk.worst - 1e-9 <= risk.expected <= risk.best + 1e-9
    assert risk.sd <= (risk.best - risk.worst) / 2 + 1e-9
