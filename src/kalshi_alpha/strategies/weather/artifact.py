"""The weather artifact: a fact is a model, emos, skill, day or origin."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.strategies.artifact import ArtifactFormat, as_text, origin, texts
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


def _facts(calibration: WeatherCalibration) -> list[dict[str, object]]:
    return [
        *(
            _fact("model", each.station, f"{each.cycle:02d}Z", each.dispersion, as_text(each))
            for each in calibration.stations
        ),
        *(fact for each in calibration.stations for fact in _parameters(each)),
        *(
            _fact("skill", each.station, each.model, each.crps, as_text(each))
            for each in calibration.skill.rows
        ),
        *(
            _fact("day", each.station, str(each.day), each.observed, as_text(each))
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


def _restored(rows: Sequence[Mapping[str, object]]) -> WeatherCalibration:
    days = tuple(texts(rows, "day", HistoryDay))
    found = origin(rows, sha256_of(days))
    return WeatherCalibration(
        stations=tuple(texts(rows, "model", StationModel)),
        days=days,
        skill=Skill(tuple(texts(rows, "skill", SkillRow)), DriftState(found["drift"])),
        history_sha256=found["history_sha256"],
    )


_FORMAT = ArtifactFormat(MODEL_ID, _facts, _restored, _COLUMNS)
# What `ArtifactFormat` says of `encode` and `load` holds here.
encode = _FORMAT.encode
load = _FORMAT.load
