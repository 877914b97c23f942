"""The alert log: every alert of a monitor, one JSON object a line, never changed or deleted.

Panic is counted from it, so every look at which an alert stands is a line: the last one says until
when it was seen. A line that cannot be read may have been the third alert, so it is refused by
name and never passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.core.gates import (
    Alert,
    Fault,
    Memo,
    Reading,
    ReadingName,
    fault_of,
    panic_reading,
)
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.atomic import append_lines, write_atomic

SCHEMA = 1
COUNTED_FOR = timedelta(days=2)
"""Alerts of before began no panic that still holds; months of them are not gone through."""
RESTORED = "written again: the log had lost it"
_REMEDY = "look at that line, repair it or move the file away, then run make monitors"


class AlertLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line: an alert, or a memo that lifted a panic.

    Attributes
    ----------
    at
        The clock.
    monitor
        Which monitor alerted; empty if a memo is recorded.
    cause
        What it said.
    clock_source
        Whether the clock was the system's; a run under the system's clock counts no other lines.
    lifted_by, why
        Who lifted a panic, and the grounds; empty for an alert.
    schema
        Version of this layout.
    """

    at: datetime
    monitor: str
    cause: str = ""
    clock_source: ClockSource = ClockSource.SYSTEM
    lifted_by: str = ""
    why: str = ""
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or not (self.monitor or self.lifted_by):
            raise ValueError("needs an instant with its zone, and a monitor or who lifted")


class _SchemaOnly(msgspec.Struct):
    schema: int = SCHEMA


_SCHEMA_OF, _LINE = msgspec.json.Decoder(_SchemaOnly), msgspec.json.Decoder(AlertLine)


def read_alerts(path: Path) -> tuple[AlertLine, ...]:
    """Return every line of the log, oldest first; none if there is no log.

    Raises
    ------
    TornFile
        If the file or a line of it cannot be read; the message says which line.
    NewerSchema
        If a later version of the program wrote a line.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise TornFile(f"{path}: is no file that keeps what is written; {_REMEDY}")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise TornFile(f"{path}: {error.strerror}; {_REMEDY}") from error
    lines = data.split(b"\n")
    return tuple(
        _decoded(path, number, line) for number, line in enumerate(lines, 1) if line.strip()
    )


def _decoded(path: Path, number: int, line: bytes) -> AlertLine:
    try:
        schema = _SCHEMA_OF.decode(line).schema
        if schema > SCHEMA:
            raise NewerSchema(f"{path}: line {number} is of schema {schema}, this reads {SCHEMA}")
        return _LINE.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TornFile(f"{path}: line {number} is torn: {error}; {_REMEDY}") from error


def counted(lines: Iterable[AlertLine], source: ClockSource, at: datetime) -> tuple[Alert, ...]:
    """Return the alerts that count for a run whose clock has this source, of the last two days."""
    every, since = source is ClockSource.SET, at - COUNTED_FOR
    return tuple(
        Alert(line.at, line.monitor)
        for line in lines
        if line.at > since and line.monitor and (every or line.clock_source is ClockSource.SYSTEM)
    )


def append_alerts(
    path: Path,
    alerting: dict[Monitor, str],
    at: datetime,
    source: ClockSource,
    before: Collection[AlertLine],
) -> tuple[AlertLine, ...]:
    """Write down what alerts now, and return the lines written.

    An alert that stands is written at every look, but once for an instant. The file is made in any
    case, so that a log without alerts can be told from one that is gone.

    Raises
    ------
    TornFile
        If the log cannot be written; the message names it.
    """
    written = {line.monitor for line in before if line.clock_source is source and line.at == at}
    fresh = tuple(
        AlertLine(at=at, monitor=monitor.value, cause=cause, clock_source=source)
        for monitor, cause in alerting.items()
        if monitor.value not in written
    )
    try:
        if not path.exists():
            write_atomic(path, b"")
    except OSError as error:
        raise TornFile(f"{path}: cannot be written: {error.strerror}; {_REMEDY}") from error
    _append(path, fresh)
    return fresh


def _append(path: Path, lines: Iterable[AlertLine]) -> None:
    try:
        append_lines(path, [msgspec.json.encode(line).decode() for line in lines])
    except OSError as error:
        raise TornFile(f"{path}: cannot be written: {error.strerror}; {_REMEDY}") from error


def restore_alerts(
    path: Path, alerts: Iterable[Alert], source: ClockSource
) -> tuple[AlertLine, ...]:
    """Write alerts again that the log has lost, and return their lines."""
    lines = tuple(
        AlertLine(at=alert.at, monitor=alert.monitor, cause=RESTORED, clock_source=source)
        for alert in alerts
    )
    _append(path, lines)
    return lines


def append_lift(path: Path, memo: Memo, at: datetime, source: ClockSource) -> AlertLine | None:
    """Record that a memo lifts a panic, once for each memo; return the line if it is new.

    A line from before a memo was made is another one's, though the same person wrote the same
    words.
    """
    line = AlertLine(at=at, monitor="", clock_source=source, lifted_by=memo.who, why=memo.why)
    known = {
        (each.lifted_by, each.why)
        for each in read_alerts(path)
        if each.lifted_by and each.at >= memo.made_at
    }
    if (memo.who, memo.why) in known:
        return None
    _append(path, [line])
    return line


def panic_state(path: Path, at: datetime, source: ClockSource) -> Reading:
    """Return panic as the gate reads it: no log is a missing reading, a torn one a fault."""
    if not path.exists():
        return Reading(ReadingName.PANIC, fault=Fault.MISSING, detail=f"{path}: run make monitors")
    try:
        lines = read_alerts(path)
    except (NewerSchema, TornFile) as error:
        return Reading(ReadingName.PANIC, fault=fault_of(error), detail=str(error))
    return panic_reading(counted(lines, source, at), at)
