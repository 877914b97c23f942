from __future__ import annotations

import math
from dataclasses import replace

import pytest

from kalshi_alpha.core.gates.quality import QualityFigures, QualityLimits, Skill, quality_reading
from kalshi_alpha.core.gates.reasons import Reason

LIMITS = QualityLimits(min_crps_advantage=0.02, min_brier_advantage=0.01)
GOOD = QualityFigures(
    skill=Skill("CPI", crps=0.02, brier=0.01),
    non_monotone_ladders=0,
    negative_ev_after_fees=0,
    tz_not_et=False,
    model_drift=False,
)


def words(figures: QualityFigures) -> list[Reason]:
    return [finding.reason for finding in quality_reading(figures, LIMITS).findings]


def test_figures_at_their_limits_pass() -> None:
    assert words(GOOD) == []


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        (replace(GOOD, non_monotone_ladders=1), Reason.NON_MONOTONE_LADDERS),
        (replace(GOOD, negative_ev_after_fees=1), Reason.NEGATIVE_EV_AFTER_FEES),
        (replace(GOOD, tz_not_et=True), Reason.TZ_NOT_ET),
        (replace(GOOD, model_drift=True), Reason.MODEL_DRIFT),
        (replace(GOOD, inconsistent_markets=("KXCPI-25MAY",)), Reason.MARKET_INCONSISTENT),
        (replace(GOOD, skill=Skill("CPI", 0.0199, 0.01)), Reason.LOW_CRPS_ADVANTAGE),
        (replace(GOOD, skill=Skill("CPI", 0.02, 0.0099)), Reason.LOW_BRIER_ADVANTAGE),
        (replace(GOOD, skill=Skill("CPI", None, 0.01)), Reason.LOW_CRPS_ADVANTAGE),
        (replace(GOOD, skill=Skill("CPI", math.nan, 0.01)), Reason.LOW_CRPS_ADVANTAGE),
    ],
)
def test_flipping_one_figure_is_exactly_its_reason(figures: QualityFigures, reason: Reason) -> None:
    assert words(figures) == [reason]
