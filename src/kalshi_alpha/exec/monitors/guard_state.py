"""The sequential guards on disk: the log of every family, and what it amounts to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from kalshi_alpha.core.errors import BadParameter, MissingData, TornFile
from kalshi_alpha.core.gates import Memo, Reason
from kalshi_alpha.core.guards.calibration import N_UNITS_MIN, Threshold, inputs_sha256
from kalshi_alpha.core.guards.guard_log import (
    RECALIBRATE_AFTER,
    Alarm,
    GuardLog,
    GuardState,
    LogItem,
)
from kalshi_alpha.core.guards.sequential import Reset, UnitResult
from kalshi_alpha.core.guards.standardise import UnitRisk
from kalshi_alpha.core.guards.union_threshold import N_PATHS, union_threshold
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.artifacts import END_OF_TIME, read_json, read_typed
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors.guard_units import FedUnit

SCHEMA = 1
_REMEDY = (
    "put the file back from the newest backup; only if there is none, and after a review, move it "
    "away"
)


class _Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="unit"):
    unit_id: str
    settled_at: datetime
    pnl: float
    expected: float
    sd: float
    best: float
    worst: float


class _Threshold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="threshold"):
    h: float
    source: str
    inputs_sha256: str


class _Alarm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="alarm"):
    noticed_at: datetime
    unit_id: str


class _Reset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="reset"):
    reset_at: datetime
    reset_by: str
    memo: str


_Item = _Unit | _Threshold | _Alarm | _Reset


class _Family(msgspec.Struct, frozen=True):
    """What is read back: all else in the file is worked out from it, and compared."""

    k: float
    arl0: float
    log: list[_Item]
    state: dict[str, Any] | None


class _File(msgspec.Struct, frozen=True):
    schema: int
    generated_at: datetime
    clock_source: ClockSource
    series: dict[str, _Family]


def guard_path(paths: Paths) -> Path:
    """Return where the guards' state lies."""
    return paths.state / "ev_seq_guard.json"


def read_guards(path: Path) -> dict[str, GuardLog]:
    """Return the log of each family; none if no unit was ever looked at.

    Raises
    ------
    TornFile, NewerSchema
        If the file cannot be trusted: it is no state file, a later version wrote it, or the state
        that it shows is not the one that its log amounts to.
    """
    try:
        found = read_typed(path, _File, SCHEMA, END_OF_TIME, remedy=_REMEDY)
        logs = {name: _log(family) for name, family in found.series.items()}
    except MissingData:
        return {}
    except BadParameter as error:
        raise TornFile(f"{path}: {error}; {_REMEDY}") from error
    for name, log in logs.items():
        if shown(log) != found.series[name].state:
            raise TornFile(f"{path}: the state of {name} is not what its log says; {_REMEDY}")
    return logs


def clock_of(path: Path) -> ClockSource | None:
    """Return the kind of clock under which the state was written; None if there is no state."""
    try:
        return ClockSource(read_json(path, SCHEMA, END_OF_TIME)["clock_source"])
    except MissingData:
        return None
    except (KeyError, ValueError) as error:
        raise TornFile(f"{path}: clock_source: {error}; {_REMEDY}") from error


def write_guards(
    path: Path, logs: Mapping[str, GuardLog], at: datetime, source: ClockSource
) -> None:
    """Replace the state of every family."""
    document = {
        "schema": SCHEMA,
        "generated_at": at,
        "clock_source": source,
        "series": {
            name: {
                "k": log.k,
                "arl0": log.arl0,
                "state": shown(log),
                "log": [_written(item) for item in log.items],
            }
            for name, log in logs.items()
        },
    }
    write_json(path, document)


def shown(log: GuardLog) -> dict[str, Any] | None:
    """Return what a log amounts to, as operators read it; None before any unit was looked at."""
    state = log.replay()
    if state is None:
        return None
    alarm = state.alarm
    whole: dict[str, Any] = {
        **state.guard.to_json(),
        "level": state.level.value,
        "alarm": None
        if alarm is None
        else {"noticed_at": alarm.noticed_at.isoformat(), "unit_id": alarm.unit_id},
    }
    # As it reads back from the file, so that the two can be compared.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return plain


def advanced(
    family: str, log: GuardLog, units: Sequence[FedUnit], memos: Iterable[Memo], at: datetime
) -> GuardLog:
    """Return a family's log with everything that is new at the clock.

    The threshold is calibrated on the forecasts stored with the last units before new ones enter:
    at first, whenever enough units have settled for the first time, and then after every 25.
    """
    results = [unit.result for unit in units]
    log = log.with_corrections(results)
    fresh = [result for result in results if result.unit_id not in log.units]
    if fresh and _is_due(log, len(units)):
        log = log.with_threshold(_calibrated(log, units))
    return log.advanced(results, _resets(family, memos, at), at)


def states(logs: Mapping[str, GuardLog]) -> dict[str, GuardState | None]:
    """Return what each family's log amounts to."""
    return {name: log.replay() for name, log in logs.items()}


def _is_due(log: GuardLog, n_units: int) -> bool:
    if log.threshold is None:
        return True
    now_enough = log.threshold.source == "normal" and n_units >= N_UNITS_MIN > len(log.units)
    return now_enough or log.units_since_threshold >= RECALIBRATE_AFTER


def _calibrated(log: GuardLog, units: Sequence[FedUnit]) -> Threshold:
    forecasts = [unit.forecast for unit in units]
    name = inputs_sha256(forecasts, log.k, log.arl0, N_PATHS)
    # The same units give the same threshold, on every machine and after every restart.
    rng = np.random.default_rng(int(name[:16], 16))
    return union_threshold(forecasts, log.k, log.arl0, rng)


def _resets(family: str, memos: Iterable[Memo], at: datetime) -> list[Reset]:
    return [
        Reset(memo.made_at, memo.who, memo.why)
        for memo in memos
        if memo.holds(Reason.SEQUENTIAL_ALERT, at, family)
    ]


def _log(family: _Family) -> GuardLog:
    return GuardLog(family.k, family.arl0, tuple(_read(item) for item in family.log))


def _read(item: _Item) -> LogItem:
    match item:
        case _Unit():
            risk = UnitRisk(item.expected, item.sd, item.best, item.worst)
            return UnitResult(item.unit_id, item.settled_at, item.pnl, risk)
        case _Threshold():
            return Threshold(item.h, item.source, item.inputs_sha256)
        case _Alarm():
            return Alarm(item.noticed_at, item.unit_id)
        case _Reset():
            return Reset(item.reset_at, item.reset_by, item.memo)


def _written(item: LogItem) -> _Item:
    match item:
        case UnitResult():
            risk = item.risk
            return _Unit(
                item.unit_id,
                item.settled_at,
                item.pnl,
                *(risk.expected, risk.sd, risk.best, risk.worst),
            )
        case Threshold():
            return _Threshold(item.h, item.source, item.inputs_sha256)
        case Alarm():
            return _Alarm(item.noticed_at, item.unit_id)
        case Reset():
            return _Reset(item.reset_at, item.reset_by, item.memo)
