"""Proper scores, calibration checks and comparisons of forecasts; every score is a loss."""

from kalshi_alpha.core.scoring.batch import PmfScores, score_pmfs
from kalshi_alpha.core.scoring.brier import brier, brier_per_strike
from kalshi_alpha.core.scoring.crps import crps_grid, crps_normal, crps_student_t, rps
from kalshi_alpha.core.scoring.diebold_mariano import (
    DieboldMariano,
    average_by_unit,
    diebold_mariano,
    hln_factor,
)
from kalshi_alpha.core.scoring.drift import (
    DRIFT_RULES,
    DriftReading,
    DriftRule,
    DriftState,
    false_alarm_odds,
    read_drift,
    rolling_mean_false_alarm_odds,
)
from kalshi_alpha.core.scoring.log_score import log_score
from kalshi_alpha.core.scoring.pit import (
    PitCheck,
    check_pit,
    mid_pit,
    mid_pit_sd,
    randomised_pit,
)
from kalshi_alpha.core.scoring.reliability import (
    ReliabilityBin,
    Resampling,
    ladder_reliability,
    reliability,
)
from kalshi_alpha.core.scoring.skill import skill
from kalshi_alpha.core.scoring.support import on_common_support

__all__ = [
    "DRIFT_RULES",
    "DieboldMariano",
    "DriftReading",
    "DriftRule",
    "DriftState",
    "PitCheck",
    "PmfScores",
    "ReliabilityBin",
    "Resampling",
    "average_by_unit",
    "brier",
    "brier_per_strike",
    "check_pit",
    "crps_grid",
    "crps_normal",
    "crps_student_t",
    "diebold_mariano",
    "false_alarm_odds",
    "hln_factor",
    "ladder_reliability",
    "log_score",
    "mid_pit",
    "mid_pit_sd",
    "on_common_support",
    "randomised_pit",
    "read_drift",
    "reliability",
    "rolling_mean_false_alarm_odds",
    "rps",
    "score_pmfs",
    "skill",
]
