"""The calibration artifact: one Parquet table that a person can open and a run reads back."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import TypeVar

import msgspec

from kalshi_alpha.core.errors import MissingData, NewerSchema, StaleData, TornFile
from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.columns import Column, frame_of
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.strategies.teny.basis import Basis
from kalshi_alpha.strategies.teny.calibrate import MODEL_ID, TenyCalibration, fit, sha256_of
from kalshi_alpha.strategies.teny.change import DOF, SURPRISE_RATIO, SURPRISE_WEIGHT
from kalshi_alpha.strategies.teny.history import HistoryDay
from kalshi_alpha.strategies.teny.intraday import DECISION, QUIET, Knots
from kalshi_alpha.strategies.teny.skill import Skill, SkillRow
from kalshi_alpha.strategies.teny.spread import DECAY, EventMoment, SpreadState

T = TypeVar("T")

SCHEMA = 1
_COLUMNS: tuple[Column, ...] = (
    ("kind", "text"),
    ("name", "text"),
    ("value", "float"),
    ("text", "text"),
)
"""One row a fact: ``kind`` is model, spread, event, basis, curve, skill, day or origin."""


def calibrate(
    history: Sequence[Mapping[str, object]],
    *,
    as_of: datetime | None = None,
    path: Path | None = None,
) -> TenyCalibration:
    """Fit on a history and write ``data/proc/tney_calib.parquet``.

    Parameters
    ----------
    history
        Rows as in `HistoryDay`.
    as_of
        Leave out closes posted later; None keeps all.
    path
        Where to write; by default below the root that the environment names.

    Raises
    ------
    ParseRefused, MissingData
        If the history cannot be read or is too short; nothing is written then.
    """
    calibration = fit(history, as_of)
    target = Paths.from_environ(os.environ).calibration("tney") if path is None else path
    write_atomic(target, encode(calibration))
    return calibration


def encode(calibration: TenyCalibration) -> bytes:
    """Return the artifact's bytes, the same for the same calibration."""
    buffer = io.BytesIO()
    frame_of(_COLUMNS, _facts(calibration)).write_parquet(
        buffer, compression="zstd", metadata={"schema": str(SCHEMA), "model": MODEL_ID}
    )
    return buffer.getvalue()


def load(path: Path) -> TenyCalibration:
    """Read a calibration back.

    Raises
    ------
    MissingData
        If there is none.
    TornFile
        If it cannot be read, lacks a fact, or its days are not those its hash names.
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


def _facts(calibration: TenyCalibration) -> list[dict[str, object]]:
    state, basis = calibration.state, calibration.basis
    span = f"{calibration.days[0].date} {calibration.last_on}"
    return [
        _fact("model", "decay", DECAY, None),
        _fact("model", "dof", float(DOF), None),
        _fact("model", "surprise_weight", SURPRISE_WEIGHT, None),
        _fact("model", "surprise_ratio", SURPRISE_RATIO, None),
        _fact("spread", "variance_bp2", state.variance_bp2, None),
        _fact("spread", "width_square", state.width_square, None),
        *(_fact("event", each.name, each.multiplier, _json(each)) for each in state.events),
        _fact("basis", "par yield less quote", basis.mean_bp, _json(basis)),
        *_curve("quiet", QUIET),
        *_curve("decision", DECISION),
        *(_fact("skill", each.model, each.crps, _json(each)) for each in calibration.skill.rows),
        *(_fact("day", str(each.date), each.yield_pct, _json(each)) for each in calibration.days),
        _fact("origin", "history_sha256", None, calibration.history_sha256),
        _fact("origin", "drift", None, calibration.skill.drift.value),
        _fact("origin", "span", None, span),
    ]


def _curve(day: str, knots: Knots) -> list[dict[str, object]]:
    return [_fact("curve", f"{day} {_clock(at)}", share, "placeholder") for at, share in knots]


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _json(fact: object) -> str:
    return msgspec.json.encode(fact).decode()


def _fact(kind: str, name: str, value: float | None, text: str | None) -> dict[str, object]:
    return {"kind": kind, "name": name, "value": value, "text": text}


def _restored(rows: Sequence[Mapping[str, object]]) -> TenyCalibration:
    days = tuple(_texts(rows, "day", HistoryDay))
    origin = {str(row["name"]): str(row["text"]) for row in rows if row["kind"] == "origin"}
    if not days or sha256_of(days) != origin["history_sha256"]:
        raise ValueError("the days are not those that the hash names")
    spread = {row["name"]: float(str(row["value"])) for row in rows if row["kind"] == "spread"}
    [basis] = _texts(rows, "basis", Basis)
    return TenyCalibration(
        state=SpreadState(
            spread["variance_bp2"],
            spread["width_square"],
            tuple(_texts(rows, "event", EventMoment)),
        ),
        basis=basis,
        days=days,
        skill=Skill(tuple(_texts(rows, "skill", SkillRow)), DriftState(origin["drift"])),
        history_sha256=origin["history_sha256"],
    )


def _texts(rows: Sequence[Mapping[str, object]], kind: str, wanted: type[T]) -> list[T]:
    return [
        msgspec.json.decode(str(row["text"]), type=wanted) for row in rows if row["kind"] == kind
    ]
