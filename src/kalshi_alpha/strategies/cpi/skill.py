"""How skilful the nowcast forecast was, month by month, against what costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.forecast import GridPmf, StudentT, on_grid
from kalshi_alpha.core.scoring.crps import crps_grid
from kalshi_alpha.core.types import SettlementGrid
from kalshi_alpha.strategies.cpi.history import HistoryMonth
from kalshi_alpha.strategies.cpi.scale import MONTHS_LEAST, SCALE_FLOOR, fit_scale

TENTHS = SettlementGrid(Decimal("0.1"), "pp")
_SUPPORT = (-60, 60)  # ±6 percent a month, wider than any print
_BASE_DOF = 6
_BASE_MONTHS = 12


@dataclass(frozen=True, slots=True)
class SkillRow:
    """Mean CRPS (percentage points) of one model over ``n`` months, ``first`` to ``last``."""

    model: str
    n: int
    first: str
    last: str
    crps: float


def walk_forward_skill(months: Sequence[HistoryMonth]) -> tuple[SkillRow, ...]:
    """Score the model, a random walk and a twelve-month mean on the months after the first 18.

    Each month is forecast from the months before it only; scales of the baselines are the root
    mean square of their own past errors. Fewer than 19 months give an empty table.
    """
    scored = range(MONTHS_LEAST, len(months))
    if not scored:
        return ()
    prints = np.array([each.first_print_pct for each in months])
    outcomes = np.rint(prints * 10).astype(np.int64)
    forecasts = {
        "nowcast": [_nowcast(months, i) for i in scored],
        "random walk": [_around(prints[:i], 1) for i in scored],
        "12-month mean": [_around(prints[:i], _BASE_MONTHS) for i in scored],
    }
    first, last = months[MONTHS_LEAST].month, months[-1].month
    return tuple(
        SkillRow(name, len(scored), first, last, _mean_crps(pmfs, outcomes[MONTHS_LEAST:]))
        for name, pmfs in forecasts.items()
    )


def _nowcast(months: Sequence[HistoryMonth], i: int) -> GridPmf:
    past = months[:i]
    model = fit_scale(
        np.array([each.error for each in past]), np.array([each.gas_change_pct for each in past])
    )
    scale = model.scale(months[i].gas_change_pct)
    return on_grid(StudentT(months[i].nowcast_pct, scale, model.dof), TENTHS, *_SUPPORT)


def _around(past: FloatArray, span: int) -> GridPmf:
    centres = np.array([past[max(0, j - span) : j].mean() for j in range(1, past.size + 1)])
    errors = past[1:] - centres[:-1]
    scale = max(SCALE_FLOOR, float(np.sqrt(np.mean(errors**2))) * (2 / 3) ** 0.5)
    return on_grid(StudentT(float(centres[-1]), scale, _BASE_DOF), TENTHS, *_SUPPORT)


def _mean_crps(
    pmfs: Sequence[GridPmf], outcomes: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> float:
    stacked = np.stack([pmf.probs for pmf in pmfs])
    return round(float(crps_grid(stacked, outcomes - _SUPPORT[0], 0.1).mean()), 9)
