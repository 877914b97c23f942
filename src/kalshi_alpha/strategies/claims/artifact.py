"""The calibration artifact: one Parquet table that a person can open and a run reads back."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from kalshi_alpha.core.errors import MissingData, NewerSchema, StaleData, TornFile
from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.columns import Column, frame_of
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.strategies.claims.calibrate import (
    MODEL_ID,
    ClaimsCalibration,
    fit,
    sha256_of,
)
from kalshi_alpha.strategies.claims.history import HistoryWeek
from kalshi_alpha.strategies.claims.long_run import LongRun
from kalshi_alpha.strategies.claims.skill import Skill, SkillRow
from kalshi_alpha.strategies.claims.walk import Learnt

T = TypeVar("T")

SCHEMA = 1
_COLUMNS: tuple[Column, ...] = (
    ("kind", "text"),
    ("name", "text"),
    ("value", "float"),
    ("text", "text"),
)
"""One row a fact: ``kind`` is lag, holiday, scale, state, skill, week or origin."""


def calibrate(
    history: Sequence[Mapping[str, object]],
    *,
    as_of: datetime | None = None,
    path: Path | None = None,
) -> ClaimsCalibration:
    """Fit on a history and write ``data/proc/claims_calib.parquet``.

    Parameters
    ----------
    history
        Rows as in `HistoryWeek`.
    as_of
        Leave out what was printed later; None keeps all.
    path
        Where to write; by default below the root that the environment names.

    Raises
    ------
    ParseRefused, MissingData
        If the history cannot be read or is too short; nothing is written then.
    """
    calibration = fit(history, as_of)
    target = Paths.from_environ(os.environ).calibration("claims") if path is None else path
    write_atomic(target, encode(calibration))
    return calibration


def encode(calibration: ClaimsCalibration) -> bytes:
    """Return the artifact's bytes, the same for the same calibration."""
    buffer = io.BytesIO()
    frame_of(_COLUMNS, _facts(calibration)).write_parquet(
        buffer, compression="zstd", metadata={"schema": str(SCHEMA), "model": MODEL_ID}
    )
    return buffer.getvalue()


def load(path: Path) -> ClaimsCalibration:
    """Read a calibration back.

    Raises
    ------
    MissingData
        If there is none.
    TornFile
        If it cannot be read, lacks a fact, or its weeks are not those its hash names.
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


def _facts(calibration: ClaimsCalibration) -> list[dict[str, object]]:
    model, learnt = calibration.model, calibration.learnt
    span = f"{calibration.weeks[0].week_ending} {calibration.weeks[-1].week_ending}"
    return [
        *(
            _fact("lag", str(lag), value, None)
            for lag, value in enumerate(model.coefficients, start=1)
        ),
        *(_fact("holiday", name, value, "long run") for name, value in model.effects),
        *(
            _fact("holiday", each.name, each.effect, f"first prints, n {each.n}")
            for each in learnt.alone.holidays
        ),
        _fact("scale", "mean absolute error", learnt.alone.level, None),
        _fact("scale", "mean absolute error with consensus", learnt.pooled.level, None),
        _fact("scale", "consensus weight", learnt.weight.value, None),
        _fact("state", "model", None, _text(model)),
        _fact("state", "learnt", None, _text(learnt)),
        *(_fact("skill", each.model, each.crps, _text(each)) for each in calibration.skill.rows),
        *(_fact("week", str(each.week_ending), None, _text(each)) for each in calibration.weeks),
        _fact("origin", "history_sha256", None, calibration.history_sha256),
        _fact("origin", "drift", None, calibration.skill.drift.value),
        _fact("origin", "span", None, span),
    ]


def _fact(kind: str, name: str, value: float | None, text: str | None) -> dict[str, object]:
    return {"kind": kind, "name": name, "value": value, "text": text}


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _restored(rows: Sequence[Mapping[str, object]]) -> ClaimsCalibration:
    weeks = tuple(_read(rows, "week", HistoryWeek))
    texts = {(row["kind"], row["name"]): str(row["text"]) for row in rows}
    if sha256_of(weeks) != texts["origin", "history_sha256"]:
        raise ValueError("the weeks are not those that the hash names")
    return ClaimsCalibration(
        model=msgspec.json.decode(texts["state", "model"], type=LongRun),
        learnt=msgspec.json.decode(texts["state", "learnt"], type=Learnt),
        weeks=weeks,
        skill=Skill(tuple(_read(rows, "skill", SkillRow)), DriftState(texts["origin", "drift"])),
        history_sha256=texts["origin", "history_sha256"],
    )


def _read(rows: Sequence[Mapping[str, object]], kind: str, wanted: type[T]) -> list[T]:
    return [
        msgspec.json.decode(str(row["text"]), type=wanted) for row in rows if row["kind"] == kind
    ]
