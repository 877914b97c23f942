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
from kalshi_alpha.strategies.weather.calibrate import (
    MISSING_INPUT_POLICY,
    MODEL_ID,
    StationModel,
    WeatherCalibration,
    fit,
    sha256_of,
)
from kalshi_alpha.strategies.weather.history import HistoryDay
from kalshi_alpha.strategies.weather.skill import Skill, SkillRow

T = TypeVar("T")

SCHEMA = 1
_COLUMNS: tuple[Column, ...] = (
    ("kind", "text"),
    ("station", "text"),
    ("name", "text"),
    ("value", "float"),
    ("text", "text"),
)
"""One row a fact: ``kind`` is model, emos, skill, day or origin. Rows of kind ``emos`` repeat
each sub-model's parameters one by one for the reader; ``text`` of kind ``model`` is what is
read back."""


def calibrate(
    history: Sequence[Mapping[str, object]],
    *,
    as_of: datetime | None = None,
    path: Path | None = None,
) -> WeatherCalibration:
    """Fit on a history and write ``data/proc/weather_calib.parquet``.

    Parameters
    ----------
    history
        Rows as in `HistoryDay`.
    as_of
        Leave out days reported later; None keeps all.
    path
        Where to write; by default below the root that the environment names.

    Raises
    ------
    ParseRefused, MissingData
        If the history cannot be read or is too short; nothing is written then.
    """
    calibration = fit(history, as_of)
    target = Paths.from_environ(os.environ).calibration("weather") if path is None else path
    write_atomic(target, encode(calibration))
    return calibration


def encode(calibration: WeatherCalibration) -> bytes:
    """Return the artifact's bytes, the same for the same calibration."""
    buffer = io.BytesIO()
    frame_of(_COLUMNS, _facts(calibration)).write_parquet(
        buffer, compression="zstd", metadata={"schema": str(SCHEMA), "model": MODEL_ID}
    )
    return buffer.getvalue()


def load(path: Path) -> WeatherCalibration:
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


def _facts(calibration: WeatherCalibration) -> list[dict[str, object]]:
    return [
        *(
            _fact("model", each.station, f"{each.cycle:02d}Z", each.dispersion, _json(each))
            for each in calibration.stations
        ),
        *(fact for each in calibration.stations for fact in _parameters(each)),
        *(
            _fact("skill", each.station, each.model, each.crps, _json(each))
            for each in calibration.skill.rows
        ),
        *(
            _fact("day", each.station, str(each.day), each.observed, _json(each))
            for each in calibration.days
        ),
        _fact("origin", None, "history_sha256", None, calibration.history_sha256),
        _fact("origin", None, "drift", None, calibration.skill.drift.value),
        _fact("origin", None, "missing_input_policy", None, MISSING_INPUT_POLICY),
    ]


def _parameters(model: StationModel) -> list[dict[str, object]]:
    facts = []
    for each in model.emos:
        scale = ("d0", "d_sin", "d_cos", "spread")
        names = ("intercept", *each.inputs, "sin", "cos", *scale)
        spread = "ensemble" if each.ensemble else "inputs"
        span = f"{model.cycle:02d}Z {'+'.join(each.inputs)}, spread of {spread}"
        facts += [
            _fact("emos", model.station, name, value, f"{span}, {each.first} to {each.last}")
            for name, value in zip(names, each.theta, strict=True)
        ]
    return facts


def _fact(
    kind: str, station: str | None, name: str, value: float | None, text: str | None
) -> dict[str, object]:
    return {"kind": kind, "station": station, "name": name, "value": value, "text": text}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _restored(rows: Sequence[Mapping[str, object]]) -> WeatherCalibration:
    days = tuple(_texts(rows, "day", HistoryDay))
    origin = {str(row["name"]): str(row["text"]) for row in rows if row["kind"] == "origin"}
    if sha256_of(days) != origin["history_sha256"]:
        raise ValueError("the days are not those that the hash names")
    return WeatherCalibration(
        stations=tuple(_texts(rows, "model", StationModel)),
        days=days,
        skill=Skill(tuple(_texts(rows, "skill", SkillRow)), DriftState(origin["drift"])),
        history_sha256=origin["history_sha256"],
    )


def _texts(rows: Sequence[Mapping[str, object]], kind: str, wanted: type[T]) -> list[T]:
    return [
        msgspec.json.decode(str(row["text"]), type=wanted) for row in rows if row["kind"] == kind
    ]
