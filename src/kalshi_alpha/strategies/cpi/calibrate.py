"""Fitting: the spread of nowcast errors, the core's own mean, and how skilful both were."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np

from kalshi_alpha.core.arrays import FloatArray
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.history import HistoryMonth, read_history
from kalshi_alpha.strategies.cpi.scale import MONTHS_LEAST, SCALE_FLOOR, ScaleModel, fit_scale
from kalshi_alpha.strategies.cpi.skill import SkillRow, walk_forward_skill

MODEL_ID = "cpi-nowcast-t-1"
CORE_MONTHS = 12
CORE_DOF = 6


@dataclass(frozen=True, slots=True)
class CoreModel:
    """Core prints around their own twelve-month mean: mean and t scale, in percent m/m."""

    mean: float
    scale: float
    dof: int


@dataclass(frozen=True, slots=True)
class CpiCalibration:
    """Everything a CPI forecast needs besides the day's data.

    ``history_sha256`` is the hash of the months it was fitted on, and names the calibration.
    """

    scale: ScaleModel
    core: CoreModel
    months: tuple[HistoryMonth, ...]
    skill: tuple[SkillRow, ...]
    history_sha256: str

    @property
    def first_month(self) -> str:
        """First month fitted on."""
        return self.months[0].month

    @property
    def last_month(self) -> str:
        """Last month fitted on."""
        return self.months[-1].month


def fit(history: Sequence[Mapping[str, object]], as_of: datetime | None = None) -> CpiCalibration:
    """Fit on the months printed by ``as_of``; pure, and the same for the same months.

    Raises
    ------
    ParseRefused
        If the history cannot be read.
    MissingData
        If there are too few months.
    """
    months = read_history(history, as_of)
    if len(months) < MONTHS_LEAST:
        raise MissingData(f"CPI calibration needs {MONTHS_LEAST} months, had {len(months)}")
    scale = fit_scale(errors_of(months), gas_changes_of(months))
    return CpiCalibration(
        scale=scale,
        core=_core(np.array([each.core_first_print_pct for each in months])),
        months=months,
        skill=walk_forward_skill(months),
        history_sha256=hashlib.sha256(msgspec.json.encode(months)).hexdigest(),
    )


def errors_of(months: Sequence[HistoryMonth]) -> FloatArray:
    """Return first print less nowcast, in the months' order."""
    return np.array([each.error for each in months])


def gas_changes_of(months: Sequence[HistoryMonth]) -> FloatArray:
    """Return the monthly changes of gasoline in percent, in the months' order."""
    return np.array([each.gas_change_pct for each in months])


def _core(prints: FloatArray) -> CoreModel:
    mean = float(prints[-CORE_MONTHS:].mean())
    past = np.array(
        [prints[i] - prints[i - CORE_MONTHS : i].mean() for i in range(CORE_MONTHS, prints.size)]
    )
    # A t with 6 degrees of freedom has variance s² 6/4, so its scale is the sd times √(2/3).
    sd = float(np.sqrt(np.mean(past[-2 * CORE_MONTHS :] ** 2)))
    return CoreModel(round(mean, 9), round(max(SCALE_FLOOR, sd * (2 / 3) ** 0.5), 9), CORE_DOF)
