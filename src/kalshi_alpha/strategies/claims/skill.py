"""How skilful the model was on its own history, week by week, against what costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.scoring.brier import brier_per_strike
from kalshi_alpha.core.scoring.crps import crps_grid
from kalshi_alpha.core.scoring.drift import DRIFT_RULES, DriftState, read_drift
from kalshi_alpha.core.scoring.skill import loss_ratio
from kalshi_alpha.strategies.claims.baselines import RANDOM_WALK, baselines
from kalshi_alpha.strategies.claims.bins import on_common_bins, printed_pmf
from kalshi_alpha.strategies.claims.history import FirstPrint
from kalshi_alpha.strategies.claims.walk import Step

MODEL = "autoregression"
ERRORS_LEAST = 20
"""Errors a scale must have seen before its forecasts count."""

_RUNGS = np.arange(-15, 16, 5)  # thousands around the centre; markets stand five apart
_WEEKS_BEFORE_WINDOW = 26
_STEP = 1000.0


@dataclass(frozen=True, slots=True)
class SkillRow:
    """Mean losses of one model over ``n`` weeks: CRPS in persons, Brier over seven rungs."""

    model: str
    n: int
    first: str
    last: str
    crps: float
    brier: float


@dataclass(frozen=True, slots=True)
class Skill:
    """One row a model, the model's own first, and whether its recent scores have worsened."""

    rows: tuple[SkillRow, ...]
    drift: DriftState


def walk_forward_skill(steps: Sequence[Step], prints: Sequence[FirstPrint]) -> Skill:
    """Score the model and its baselines on the weeks whose scale had seen twenty errors."""
    against = baselines(steps, prints)
    scored = [i for i, step in enumerate(steps) if step.learnt.alone.n >= ERRORS_LEAST]
    if not scored:
        return Skill((), DriftState.TOO_SHORT)
    dists = {MODEL: [step.outlook.alone for step in steps], **against}
    pmfs = {name: [printed_pmf(found[i]) for i in scored] for name, found in dists.items()}
    printed = np.array([steps[i].printed.persons // 1000 for i in scored])
    bins = 1 + max(int(printed.max()), *(pmf.hi for found in pmfs.values() for pmf in found))
    centres = np.rint([steps[i].outlook.alone.mean / _STEP for i in scored]).astype(np.int64)
    losses = {
        name: _losses(on_common_bins(found, bins), printed, centres) for name, found in pmfs.items()
    }
    first, last = (str(steps[i].printed.week) for i in (scored[0], scored[-1]))
    rows = tuple(
        SkillRow(name, len(scored), first, last, _mean(crps), _mean(brier))
        for name, (crps, brier) in losses.items()
    )
    return Skill(rows, _drift(losses[MODEL][0], losses[RANDOM_WALK][0]))


def _losses(
    pmfs: FloatArray, printed: IntArray, centres: IntArray
) -> tuple[FloatArray, FloatArray]:
    rungs = np.clip(centres[:, None] + _RUNGS, 0, pmfs.shape[1] - 1)
    brier = np.take_along_axis(brier_per_strike(pmfs, printed), rungs, axis=1).mean(axis=1)
    return crps_grid(pmfs, printed, _STEP), brier


def _drift(losses: FloatArray, reference: FloatArray) -> DriftState:
    """Compare the last window with the weeks before it, of which there must be half a year."""
    rule = DRIFT_RULES["claims"]
    if losses.size < rule.window + _WEEKS_BEFORE_WINDOW:
        return DriftState.TOO_SHORT
    before = loss_ratio(losses[: -rule.window], reference[: -rule.window])
    return read_drift(losses, reference, before, rule).state


def _mean(losses: FloatArray) -> float:
    return round(float(losses.mean()), 9)
