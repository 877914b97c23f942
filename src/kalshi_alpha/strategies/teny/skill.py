"""How skilful the close-only forecast was, day by day, against what costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.scoring import score_pmfs
from kalshi_alpha.core.scoring.drift import DRIFT_RULES, DriftState, read_drift
from kalshi_alpha.core.scoring.skill import loss_ratio
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.teny.baselines import ROLLING, baseline_pmfs
from kalshi_alpha.strategies.teny.change import WINDOW_BP, change_pmfs
from kalshi_alpha.strategies.teny.history import EVENTS, Changes
from kalshi_alpha.strategies.teny.spread import walk

GRID = SettlementGrid(Decimal("0.01"), "pp")
MODEL = "close only"
DAYS_LEAST = 250
"""A year: below it the variance and the baselines have not settled."""

_RUNGS = range(-14, 15, 2)  # the venue's strikes: every second basis point around the close
_FOMC = EVENTS.index("fomc")
_BP_PER_PP = 100.0


@dataclass(frozen=True, slots=True)
class SkillRow:
    """Mean losses of one model over ``n`` days, ``first`` to ``last``.

    ``crps`` in percentage points; ``brier`` over the fifteen rungs around yesterday's close.
    """

    model: str
    n: int
    first: date
    last: date
    crps: float
    brier: float


@dataclass(frozen=True, slots=True)
class Skill:
    """One row a model, the own one first, and whether its recent scores have worsened."""

    rows: tuple[SkillRow, ...]
    drift: DriftState


def walk_forward_pmfs(changes: Changes, first: int) -> dict[str, FloatArray]:
    """Return the model's and the baselines' PMFs of the changes from index ``first`` on.

    Each knows only the changes before it. The model comes first.
    """
    return {MODEL: model_pmfs(changes, first), **baseline_pmfs(changes.changes_bp, first)}


def model_pmfs(changes: Changes, first: int) -> FloatArray:
    """Return the model's PMFs of the changes from index ``first`` on, each from those before it."""
    variances, _ = walk(changes)
    return change_pmfs(np.sqrt(variances[first:]), changes.events[first:, _FOMC])


def walk_forward_skill(changes: Changes) -> Skill:
    """Score the model and the baselines on the days after the first year; no days give no rows."""
    scored = changes.changes_bp[DAYS_LEAST:]
    if not scored.size:
        return Skill((), DriftState.TOO_SHORT)
    places = np.clip(scored + WINDOW_BP, 0, 2 * WINDOW_BP)
    losses = {
        name: _losses(pmfs, places) for name, pmfs in walk_forward_pmfs(changes, DAYS_LEAST).items()
    }
    days = changes.days[DAYS_LEAST:]
    rows = tuple(
        SkillRow(name, scored.size, days[0], days[-1], _mean(crps), _mean(brier))
        for name, (crps, brier) in losses.items()
    )
    return Skill(rows, _drift(losses[MODEL][0], losses[ROLLING][0]))


def _losses(pmfs: FloatArray, places: IntArray) -> tuple[FloatArray, FloatArray]:
    scores = score_pmfs(pmfs, places, [WINDOW_BP + rung for rung in _RUNGS])
    return scores.rps / _BP_PER_PP, scores.brier.mean(axis=1)


def _drift(losses: FloatArray, reference: FloatArray) -> DriftState:
    """Compare the last window with the days before it, of which there must be a window too."""
    rule = DRIFT_RULES["teny"]
    if losses.size < 2 * rule.window:
        return DriftState.TOO_SHORT
    before = loss_ratio(losses[: -rule.window], reference[: -rule.window])
    return read_drift(losses, reference, before, rule).state


def _mean(losses: Sequence[float] | FloatArray) -> float:
    return round(float(np.mean(losses)), 9)
