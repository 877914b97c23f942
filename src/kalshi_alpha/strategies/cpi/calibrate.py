"""Fitting: the spread of nowcast errors, the core's own mean, and how skilful both were."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import numpy as np

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import StudentT
from kalshi_alpha.strategies.cpi.history import (
    HistoryMonth,
    errors_of,
    gas_changes_of,
    read_history,
)
from kalshi_alpha.strategies.cpi.past_mean import MEAN_MONTHS, around_past_mean
from kalshi_alpha.strategies.cpi.scale import MONTHS_LEAST, ScaleModel, fit_scale
from kalshi_alpha.strategies.cpi.skill import Skill, walk_forward_skill

MODEL_ID = "cpi-nowcast-t-1"
_CORE_MONTHS = 3 * MEAN_MONTHS  # the mean's own year, and two years of its errors


@dataclass(frozen=True, slots=True)
class MeanModel:
    """What turns a nowcast and what came after it into the latent's mean; chosen, not fitted.

    Attributes
    ----------
    bias_pp
        Added to the nowcast. Zero: every fitted bias made walk-forward scores worse.
    gas_beta, gas_beta_se
        Percentage points of headline for each percent of retail gasoline. Regressions on
        revised data give 0.0370 (se 0.0016) for 2000-2019 and 0.0340 (0.0045) for 2021-2025.
    """

    bias_pp: float
    gas_beta: float
    gas_beta_se: float


MEAN = MeanModel(bias_pp=0.0, gas_beta=0.035, gas_beta_se=0.0045)


@dataclass(frozen=True, slots=True)
class CpiCalibration:
    """Everything a CPI forecast needs besides the day's data.

    ``core`` is the next core print around its own twelve-month mean, in percent m/m.
    ``history_sha256`` is the hash of the months it was fitted on, and names the calibration.
    """

    mean: MeanModel
    scale: ScaleModel
    core: StudentT
    months: tuple[HistoryMonth, ...]
    skill: Skill
    history_sha256: str

    @property
    def first_month(self) -> str:
        """First month fitted on, as ``YYYY-MM``."""
        return self.months[0].month

    @property
    def last_month(self) -> str:
        """Last month fitted on, as ``YYYY-MM``."""
        return self.months[-1].month

    @property
    def known_at(self) -> datetime:
        """Instant of the last print fitted on: no earlier forecast may use this calibration."""
        return self.months[-1].released_at


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
    return CpiCalibration(
        mean=MEAN,
        scale=fit_scale(errors_of(months), gas_changes_of(months)),
        core=_core(months),
        months=months,
        skill=walk_forward_skill(months),
        history_sha256=sha256_of(months),
    )


def sha256_of(months: Sequence[HistoryMonth]) -> str:
    """Return the hash that names a calibration on these months."""
    return hashlib.sha256(msgspec.json.encode(months)).hexdigest()


def _core(months: Sequence[HistoryMonth]) -> StudentT:
    prints = np.array([each.core_first_print_pct for each in months])
    core = around_past_mean(prints[-_CORE_MONTHS:], MEAN_MONTHS)
    return StudentT(round(core.mean, 9), round(core.scale, 9), core.dof)
