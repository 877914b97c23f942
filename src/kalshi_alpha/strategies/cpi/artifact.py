"""The CPI artifact: a fact is a mean, scale, core, skill, month or origin."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.forecast import StudentT
from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.strategies.artifact import ArtifactFormat, as_text, fact, numbers, origin, texts
from kalshi_alpha.strategies.cpi.calibrate import (
    MODEL_ID,
    CpiCalibration,
    MeanModel,
    fit,
    sha256_of,
)
from kalshi_alpha.strategies.cpi.history import HistoryMonth
from kalshi_alpha.strategies.cpi.scale import ScaleModel
from kalshi_alpha.strategies.cpi.skill import Skill, SkillRow


def calibrate(
    history: Sequence[Mapping[str, object]],
    *,
    as_of: datetime | None = None,
    path: Path | None = None,
) -> CpiCalibration:
    """Fit on a history and write ``data/proc/cpi_calib.parquet``.

    Parameters
    ----------
    history
        Rows as in `HistoryMonth`.
    as_of
        Leave out months printed later; None keeps all.
    path
        Where to write; by default below the root that the environment names.

    Raises
    ------
    ParseRefused, MissingData
        If the history cannot be read or is too short; nothing is written then.
    """
    calibration = fit(history, as_of)
    target = Paths.from_environ(os.environ).calibration("cpi") if path is None else path
    write_atomic(target, encode(calibration))
    return calibration


def _facts(calibration: CpiCalibration) -> list[dict[str, object]]:
    numbers = {
        "mean": asdict(calibration.mean),
        "scale": asdict(calibration.scale),
        "core": asdict(calibration.core),
    }
    span = f"{calibration.first_month} {calibration.last_month}"
    return [
        *(
            fact(kind, name, float(value), None)
            for kind, found in numbers.items()
            for name, value in found.items()
        ),
        *(fact("skill", each.model, each.crps, as_text(each)) for each in calibration.skill.rows),
        *(fact("month", each.month, each.error, as_text(each)) for each in calibration.months),
        fact("origin", "history_sha256", None, calibration.history_sha256),
        fact("origin", "drift", None, calibration.skill.drift.value),
        fact("origin", "span", None, span),
    ]


def _restored(rows: Sequence[Mapping[str, object]]) -> CpiCalibration:
    months = tuple(texts(rows, "month", HistoryMonth))
    found = origin(rows, sha256_of(months))
    return CpiCalibration(
        mean=msgspec.convert(_parameters(rows, "mean"), MeanModel),
        scale=msgspec.convert(_parameters(rows, "scale"), ScaleModel),
        core=msgspec.convert(_parameters(rows, "core"), StudentT),
        months=months,
        skill=Skill(tuple(texts(rows, "skill", SkillRow)), DriftState(found["drift"])),
        history_sha256=found["history_sha256"],
    )


def _parameters(rows: Sequence[Mapping[str, object]], kind: str) -> dict[str, float]:
    # Parquet holds one type a column; degrees of freedom are whole.
    found = numbers(rows, kind)
    return {name: int(value) if name == "dof" else value for name, value in found.items()}


_FORMAT = ArtifactFormat(MODEL_ID, _facts, _restored)
# What `ArtifactFormat` says of `encode` and `load` holds here.
encode = _FORMAT.encode
load = _FORMAT.load
