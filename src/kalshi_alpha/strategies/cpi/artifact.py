"""The calibration artifact: one Parquet table that a person can open and a run reads back."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from kalshi_alpha.core.errors import MissingData, NewerSchema, StaleData, TornFile
from kalshi_alpha.core.forecast import StudentT
from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.columns import Column, frame_of
from kalshi_alpha.datastore.paths import Paths
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

T = TypeVar("T")

SCHEMA = 1
_COLUMNS: tuple[Column, ...] = (
    ("kind", "text"),
    ("name", "text"),
    ("value", "float"),
    ("text", "text"),
)
"""One row a fact: ``kind`` is mean, scale, core, skill, month or origin."""


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


def encode(calibration: CpiCalibration) -> bytes:
    """Return the artifact's bytes, the same for the same calibration."""
    buffer = io.BytesIO()
    frame_of(_COLUMNS, _facts(calibration)).write_parquet(
        buffer, compression="zstd", metadata={"schema": str(SCHEMA), "model": MODEL_ID}
    )
    return buffer.getvalue()


def load(path: Path) -> CpiCalibration:
    """Read a calibration back.

    Raises
    ------
    MissingData
        If there is none.
    TornFile
        If it cannot be read, lacks a fact, or its months are not those its hash names.
    NewerSchema
        If a later version wrote it.
    StaleData
        If another model wrote it.
    """
    import polars as pl

    if not path.exists():
        raise MissingData(f"{path} is not there: run the calibration first")
    try:
        metadata = pl.read_parquet_metadata(path)
        schema, model = int(metadata["schema"]), metadata["model"]
        if schema > SCHEMA:
            raise NewerSchema(f"{path}: schema {schema}, this version reads {SCHEMA}")
        if model != MODEL_ID:
            raise StaleData(f"{path}: model {model}, this version is {MODEL_ID}; calibrate again")
        return _restored(pl.read_parquet(path, glob=False).to_dicts())
    except (OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise TornFile(f"{path}: {error}") from error


def _facts(calibration: CpiCalibration) -> list[dict[str, object]]:
    numbers = {
        "mean": asdict(calibration.mean),
        "scale": asdict(calibration.scale),
        "core": asdict(calibration.core),
    }
    span = f"{calibration.first_month} {calibration.last_month}"
    return [
        *(
            _fact(kind, name, float(value), None)
            for kind, found in numbers.items()
            for name, value in found.items()
        ),
        *(
            _fact("skill", each.model, each.crps, msgspec.json.encode(each).decode())
            for each in calibration.skill.rows
        ),
        *(
            _fact("month", each.month, each.error, msgspec.json.encode(each).decode())
            for each in calibration.months
        ),
        _fact("origin", "history_sha256", None, calibration.history_sha256),
        _fact("origin", "drift", None, calibration.skill.drift.value),
        _fact("origin", "span", None, span),
    ]


def _fact(kind: str, name: str, value: float | None, text: str | None) -> dict[str, object]:
    return {"kind": kind, "name": name, "value": value, "text": text}


def _restored(rows: Sequence[Mapping[str, object]]) -> CpiCalibration:
    months = tuple(_texts(rows, "month", HistoryMonth))
    origin = {str(row["name"]): str(row["text"]) for row in rows if row["kind"] == "origin"}
    if sha256_of(months) != origin["history_sha256"]:
        raise ValueError("the months are not those that the hash names")
    return CpiCalibration(
        mean=msgspec.convert(_numbers(rows, "mean"), MeanModel),
        scale=msgspec.convert(_numbers(rows, "scale"), ScaleModel),
        core=msgspec.convert(_numbers(rows, "core"), StudentT),
        months=months,
        skill=Skill(tuple(_texts(rows, "skill", SkillRow)), DriftState(origin["drift"])),
        history_sha256=origin["history_sha256"],
    )


def _numbers(rows: Sequence[Mapping[str, object]], kind: str) -> dict[str, float]:
    found = {str(row["name"]): float(str(row["value"])) for row in rows if row["kind"] == kind}
    # Parquet holds one type a column; degrees of freedom are whole.
    return {name: int(value) if name == "dof" else value for name, value in found.items()}


def _texts(rows: Sequence[Mapping[str, object]], kind: str, wanted: type[T]) -> list[T]:
    return [
        msgspec.json.decode(str(row["text"]), type=wanted) for row in rows if row["kind"] == kind
    ]
