"""The ten-year artifact: a fact is a model, spread, event, basis, curve, skill, day or origin."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path

from kalshi_alpha.core.scoring.drift import DriftState
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.strategies.artifact import ArtifactFormat, as_text, fact, numbers, origin, texts
from kalshi_alpha.strategies.teny.basis import Basis
from kalshi_alpha.strategies.teny.calibrate import MODEL_ID, TenyCalibration, fit, sha256_of
from kalshi_alpha.strategies.teny.change import DOF, SURPRISE_RATIO, SURPRISE_WEIGHT
from kalshi_alpha.strategies.teny.history import HistoryDay
from kalshi_alpha.strategies.teny.intraday import DECISION, QUIET, Knots
from kalshi_alpha.strategies.teny.skill import Skill, SkillRow
from kalshi_alpha.strategies.teny.spread import DECAY, EventMoment, SpreadState


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


def _facts(calibration: TenyCalibration) -> list[dict[str, object]]:
    state, basis = calibration.state, calibration.basis
    span = f"{calibration.days[0].date} {calibration.last_on}"
    return [
        fact("model", "decay", DECAY),
        fact("model", "dof", float(DOF)),
        fact("model", "surprise_weight", SURPRISE_WEIGHT),
        fact("model", "surprise_ratio", SURPRISE_RATIO),
        fact("spread", "variance_bp2", state.variance_bp2),
        fact("spread", "width_square", state.width_square),
        *(fact("event", each.name, each.multiplier, as_text(each)) for each in state.events),
        fact("basis", "par yield less quote", basis.mean_bp, as_text(basis)),
        *_curve("quiet", QUIET),
        *_curve("decision", DECISION),
        *(fact("skill", each.model, each.crps, as_text(each)) for each in calibration.skill.rows),
        *(fact("day", str(each.date), each.yield_pct, as_text(each)) for each in calibration.days),
        fact("origin", "history_sha256", None, calibration.history_sha256),
        fact("origin", "drift", None, calibration.skill.drift.value),
        fact("origin", "span", None, span),
    ]


def _curve(day: str, knots: Knots) -> list[dict[str, object]]:
    return [fact("curve", f"{day} {_clock(at)}", share, "placeholder") for at, share in knots]


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _restored(rows: Sequence[Mapping[str, object]]) -> TenyCalibration:
    days = tuple(texts(rows, "day", HistoryDay))
    if not days:
        raise ValueError("no day of the history is there")
    found = origin(rows, sha256_of(days))
    spread = numbers(rows, "spread")
    [basis] = texts(rows, "basis", Basis)
    return TenyCalibration(
        state=SpreadState(
            spread["variance_bp2"],
            spread["width_square"],
            tuple(texts(rows, "event", EventMoment)),
        ),
        basis=basis,
        days=days,
        skill=Skill(tuple(texts(rows, "skill", SkillRow)), DriftState(found["drift"])),
        history_sha256=found["history_sha256"],
    )


_FORMAT = ArtifactFormat(MODEL_ID, _facts, _restored)
# What `ArtifactFormat` says of `encode` and `load` holds here.
encode = _FORMAT.encode
load = _FORMAT.load
