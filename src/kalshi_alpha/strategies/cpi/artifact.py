"""The calibration artifact: one Parquet table that a person can open and a run reads back."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import MissingData, NewerSchema, TornFile
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.columns import Column, frame_of
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.strategies.cpi.calibrate import MODEL_ID, CoreModel, CpiCalibration, fit
from kalshi_alpha.strategies.cpi.history import HistoryMonth
from kalshi_alpha.strategies.cpi.scale import ScaleModel
from kalshi_alpha.strategies.cpi.skill import SkillRow

SCHEMA = 1
COLUMNS: tuple[Column, ...] = (
    ("kind", "text"),
    ("name", "text"),
    ("value", "float"),
    ("text", "text"),
)
"""One row a fact: ``kind`` is parameter, core, skill, month or origin."""


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
    frame_of(COLUMNS, _facts(calibration)).write_parquet(
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
        If it cannot be read, or lacks a fact.
    NewerSchema
        If a later version wrote it.
    """
    import polars as pl

    if not path.exists():
        raise MissingData(f"{path} is not there: run the calibration first")
    try:
        schema = int(pl.read_parquet_metadata(path)["schema"])
        if schema > SCHEMA:
            raise NewerSchema(f"{path}: schema {schema}, this version reads {SCHEMA}")
        return _restored(pl.read_parquet(path, glob=False).to_dicts())
    except (OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise TornFile(f"{path}: {error}") from error


def _facts(calibration: CpiCalibration) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    rows += [_number("parameter", k, v) for k, v in asdict(calibration.scale).items()]
    rows += [_number("core", k, v) for k, v in asdict(calibration.core).items()]
    rows += [
        _fact("skill", each.model, each.crps, f"{each.n} {each.first} {each.last}")
        for each in calibration.skill
    ]
    rows += [
        _fact("month", each.month, each.error, msgspec.json.encode(each).decode())
        for each in calibration.months
    ]
    rows.append(_fact("origin", "history_sha256", None, calibration.history_sha256))
    rows.append(
        _fact("origin", "span", None, f"{calibration.first_month} {calibration.last_month}")
    )
    return rows


def _number(kind: str, name: str, value: float) -> dict[str, object]:
    return _fact(kind, name, float(value), None)


def _fact(kind: str, name: str, value: float | None, text: str | None) -> dict[str, object]:
    return {"kind": kind, "name": name, "value": value, "text": text}


def _restored(rows: Sequence[Mapping[str, object]]) -> CpiCalibration:
    months = [
        msgspec.json.decode(str(row["text"]), type=HistoryMonth)
        for row in rows
        if row["kind"] == "month"
    ]
    origin = {row["name"]: str(row["text"]) for row in rows if row["kind"] == "origin"}
    return CpiCalibration(
        scale=msgspec.convert(_numbers(rows, "parameter"), ScaleModel),
        core=msgspec.convert(_numbers(rows, "core"), CoreModel),
        months=tuple(months),
        skill=tuple(_skill(row) for row in rows if row["kind"] == "skill"),
        history_sha256=origin["history_sha256"],
    )


def _numbers(rows: Sequence[Mapping[str, object]], kind: str) -> dict[str, float]:
    found = {str(r["name"]): float(str(r["value"])) for r in rows if r["kind"] == kind}
    return {**found, "dof": int(found["dof"])}


def _skill(row: Mapping[str, object]) -> SkillRow:
    n, first, last = str(row["text"]).split()
    return SkillRow(str(row["name"]), int(n), first, last, float(str(row["value"])))
