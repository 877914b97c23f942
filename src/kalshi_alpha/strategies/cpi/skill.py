"""How skilful the nowcast forecast was, month by month, against what costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from kalshi_alpha.core.arrays import FloatArray, IntArray
from kalshi_alpha.core.forecast import StudentT, on_grid
from kalshi_alpha.core.scoring.brier import brier_per_strike
from kalshi_alpha.core.scoring.crps import crps_grid
from kalshi_alpha.core.scoring.drift import DRIFT_RULES, DriftState, read_drift
from kalshi_alpha.core.scoring.skill import loss_ratio
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.cpi.history import HistoryMonth, errors_of, gas_changes_of
from kalshi_alpha.strategies.cpi.past_mean import MEAN_MONTHS, around_past_mean
from kalshi_alpha.strategies.cpi.scale import MONTHS_LEAST, fit_scale

TENTHS = SettlementGrid(Decimal("0.1"), "pp")
NOWCAST = "nowcast"
_RUNGS_EACH_SIDE = 3
_MONTHS_BEFORE_WINDOW = 12
_SUPPORT = (-60, 60)  # ±6 percent a month, wider than any print


@dataclass(frozen=True, slots=True)
class SkillRow:
    """Mean losses of one model over ``n`` months, ``first`` to ``last``.

    ``crps`` in percentage points; ``brier`` over the seven rungs around the nowcast.
    """

    model: str
    n: int
    first: str
    last: str
    crps: float
    brier: float


@dataclass(frozen=True, slots=True)
class Skill:
    """One row a model, the nowcast's first, and whether its recent scores have worsened."""

    rows: tuple[SkillRow, ...]
    drift: DriftState


def walk_forward_skill(months: Sequence[HistoryMonth]) -> Skill:
    """Score the model, a random walk and a twelve-month mean on the months after the first 18.

    Each month is forecast from the months before it only. Fewer than 19 months give no rows.
    """
    scored = range(MONTHS_LEAST, len(months))
    if not scored:
        return Skill((), DriftState.TOO_SHORT)
    losses = {
        name: _losses(each, months[MONTHS_LEAST:])
        for name, each in walk_forward_dists(months).items()
    }
    n, first, last = len(scored), months[MONTHS_LEAST].month, months[-1].month
    rows = tuple(
        SkillRow(name, n, first, last, _mean(crps), _mean(brier))
        for name, (crps, brier) in losses.items()
    )
    return Skill(rows, _drift(losses[NOWCAST][0], losses["12-month mean"][0]))


def walk_forward_dists(months: Sequence[HistoryMonth]) -> dict[str, list[StudentT]]:
    """Forecast each month after the first 18 from those before it: the model first, by name."""
    scored = range(MONTHS_LEAST, len(months))
    prints = np.array([each.first_print_pct for each in months])
    return {
        NOWCAST: [_around_nowcast(months[:i], months[i].nowcast_pct) for i in scored],
        "random walk": [around_past_mean(prints[:i], 1) for i in scored],
        "12-month mean": [around_past_mean(prints[:i], MEAN_MONTHS) for i in scored],
    }


def _around_nowcast(past: Sequence[HistoryMonth], nowcast_pct: float) -> StudentT:
    model = fit_scale(errors_of(past), gas_changes_of(past))
    return StudentT(nowcast_pct, model.scale(), model.dof)


def _losses(
    dists: Sequence[StudentT], months: Sequence[HistoryMonth]
) -> tuple[FloatArray, FloatArray]:
    """Return each month's CRPS, and its Brier score over the rungs around the nowcast."""
    pmfs = np.stack([on_grid(dist, TENTHS, *_SUPPORT).probs for dist in dists])
    printed = _positions([each.first_print_pct for each in months])
    centre = _positions([each.nowcast_pct for each in months])
    rungs = centre[:, None] + np.arange(-_RUNGS_EACH_SIDE, _RUNGS_EACH_SIDE + 1)
    brier = np.take_along_axis(brier_per_strike(pmfs, printed), rungs, axis=1).mean(axis=1)
    return crps_grid(pmfs, printed, float(TENTHS.step)), brier


def _positions(percents: Sequence[float]) -> IntArray:
    positions: IntArray = np.rint(np.array(percents) * 10).astype(np.int64) - _SUPPORT[0]
    return positions


def _drift(losses: FloatArray, reference: FloatArray) -> DriftState:
    """Compare the last window with the months before it, of which there must be a year."""
    rule = DRIFT_RULES["cpi"]
    if losses.size < rule.window + _MONTHS_BEFORE_WINDOW:
        return DriftState.TOO_SHORT
    before = loss_ratio(losses[: -rule.window], reference[: -rule.window])
    return read_drift(losses, reference, before, rule).state


def _mean(losses: FloatArray) -> float:
    return round(float(losses.mean()), 9)
