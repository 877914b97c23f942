"""The claims artifact: a fact is a lag, holiday, scale, state, skill, week or origin."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.strategies.artifact import ArtifactFormat, as_text, fact, origin, texts
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


def _facts(calibration: ClaimsCalibration) -> list[dict[str, object]]:
    model, learnt = calibration.model, calibration.learnt
    span = f"{calibration.weeks[0].week_ending} {calibration.weeks[-1].week_ending}"
    return [
        *(
            fact("lag", str(lag), value, None)
            for lag, value in enumerate(model.coefficients, start=1)
        ),
        *(fact("holiday", name, value, "long run") for name, value in model.effects),
        *(
            fact("holiday", each.name, each.effect, f"first prints, n {each.n}")
            for each in learnt.alone.holidays
        ),
        fact("scale", "mean absolute error", learnt.alone.level),
        fact("scale", "mean absolute error with consensus", learnt.pooled.level),
        fact("scale", "consensus weight", learnt.weight.value),
        fact("state", "model", None, as_text(model)),
        fact("state", "learnt", None, as_text(learnt)),
        *(fact("skill", each.model, each.crps, as_text(each)) for each in calibration.skill.rows),
        *(fact("week", str(each.week_ending), None, as_text(each)) for each in calibration.weeks),
        fact("origin", "history_sha256", None, calibration.history_sha256),
        fact("origin", "drift", None, calibration.skill.drift.value),
        fact("origin", "span", None, span),
    ]


def _restored(rows: Sequence[Mapping[str, object]]) -> ClaimsCalibration:
    weeks = tuple(texts(rows, "week", HistoryWeek))
    found = origin(rows, sha256_of(weeks))
    state = {row["name"]: str(row["text"]) for row in rows if row["kind"] == "state"}
    return ClaimsCalibration(
        model=msgspec.json.decode(state["model"], type=LongRun),
        learnt=msgspec.json.decode(state["learnt"], type=Learnt),
        weeks=weeks,
        skill=Skill(tuple(texts(rows, "skill", SkillRow)), DriftState(found["drift"])),
        history_sha256=found["history_sha256"],
    )


_FORMAT = ArtifactFormat(MODEL_ID, _facts, _restored)
# What `ArtifactFormat` says of `encode` and `load` holds here.
encode = _FORMAT.encode
load = _FORMAT.load
