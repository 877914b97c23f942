from __future__ import annotations

import math

import pytest

from kalshi_alpha.config.baselines import QUALITY_GATES
from kalshi_alpha.config.quality_gates import Advantage, ModelDrift
from kalshi_alpha.core.errors import BadParameter, ConfigError


def test_limits_of_a_family_carry_its_advantages_and_the_tolerances() -> None:
    limits = QUALITY_GATES.limits("CPI")
    assert (limits.min_crps_advantage, limits.min_brier_advantage) == (0.02, 0.01)
    assert (
        limits.max_tz_not_et,
        limits.max_non_monotone_ladders,
        limits.max_negative_ev_after_fees,
    ) == (0, 0, 0)


def test_a_family_without_a_minimum_has_no_licence() -> None:
    with pytest.raises(ConfigError, match=r"minimum_advantage\.GOLD is missing"):
        QUALITY_GATES.limits("GOLD")


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(BadParameter):
        Advantage(crps=math.nan, brier=0.0)
    with pytest.raises(BadParameter):
        ModelDrift(max_worsening=-0.1)
