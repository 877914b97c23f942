"""State files of the safety kernel: kill switch, heartbeat and memos.

Standard library and msgspec only, so that both work when nothing else does.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from kalshi_alpha.core.errors import DataError, FutureData, NewerSchema, StaleData, TornFile
from kalshi_alpha.datastore.atomic import fsync_folder, write_json

if TYPE_CHECKING:
    from kalshi_alpha.core.gates.memos import Memo
    from kalshi_alpha.core.gates.readings import Fault, Reading

T = TypeVar("T")
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """State of the kill switch.

    Attributes
    ----------
    on
        True if the sentinel exists, or if nobody can tell.
    readable
        False if its state could not be determined.
    path
        Absolute path of the sentinel.
    detail
        Why it could not be read; empty otherwise.
    """

    on: bool
    readable: bool
    path: Path
    detail: str = ""


def read_kill_switch(path: Path) -> KillSwitch:
    """Return the state of the kill switch.

    The sentinel's existence is what counts: a file, an empty file, a folder or a dangling link
    all mean on. So does any doubt, such as a folder that may not be searched or a link above it
    that leads nowhere.
    """
    try:
        path.lstat()
    except FileNotFoundError:
        blocked = _blocked_by(path)
        if blocked is None:
            return KillSwitch(on=False, readable=True, path=path)
        return KillSwitch(on=True, readable=False, path=path, detail=f"{blocked} is no folder")
    except OSError as error:
        return KillSwitch(on=True, readable=False, path=path, detail=str(error))
    return KillSwitch(on=True, readable=True, path=path)


def set_kill_switch(path: Path, at: datetime, note: str = "") -> None:
    """Create the sentinel and make it durable, then write into it when and why.

    The empty file comes first: it is the switch, and needs no free block on the disk.

    Raises
    ------
    OSError
        If the sentinel could not be created, or its note not be written; in the second case
        the switch is on already.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    before = read_kill_switch(path)
    if before.on and before.readable:
        return
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
    fsync_folder(path.parent)
    write_json(path, {"schema": SCHEMA, "generated_at": at, "note": note})


def lift_kill_switch(path: Path) -> None:
    """Remove the sentinel durably; one that is not there is no error.

    Only the heartbeat command calls this: no run may lift the switch for itself.

    Raises
    ------
    OSError
        If the sentinel could not be removed.
    """
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        fsync_folder(path.parent)


class Heartbeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Last sign of life of a session.

    Attributes
    ----------
    generated_at
        The session's clock at the beat, UTC.
    session
        Its id.
    running
        False once the session has ended in good order.
    pid
        Process that beat.
    schema
        Version of this layout.
    """

    generated_at: datetime
    session: str
    running: bool
    pid: int
    schema: int = SCHEMA


class _SchemaOnly(msgspec.Struct):
    schema: int


def read_heartbeat(path: Path, at: datetime) -> Heartbeat | None:
    """Return the last beat, or None if no session ever beat.

    Raises
    ------
    TornFile
        If the file cannot be read or is not a whole heartbeat.
    NewerSchema
        If a later version of the program wrote it.
    FutureData
        If it is dated after ``at``.
    """
    try:
        data = _read(path)
    except TornFile as error:
        absent = isinstance(error.__cause__, FileNotFoundError) and not path.is_symlink()
        if absent and _blocked_by(path) is None:
            return None
        raise
    beat = _decode(path, data, Heartbeat)
    if beat.generated_at.tzinfo is None:
        raise TornFile(f"{path}: generated_at carries no zone")
    if beat.generated_at > at:
        raise FutureData(f"{path}: dated {beat.generated_at.isoformat()}, clock {at.isoformat()}")
    return beat


def write_heartbeat(path: Path, beat: Heartbeat) -> None:
    """Replace the heartbeat unconditionally: for the operator's ``--beat``, after a look."""
    write_json(path, beat)


def renew_heartbeat(path: Path, beat: Heartbeat) -> None:
    """Beat for a run, after reading what is there.

    Raises
    ------
    TornFile, NewerSchema, FutureData
        If the old heartbeat cannot be trusted; it is left as it is.
    StaleData
        If a session that claims to run has not beaten for five minutes; left as it is too.
    """
    from kalshi_alpha.core.gates.heartbeat import HEARTBEAT_MAX_AGE

    old = read_heartbeat(path, beat.generated_at)
    if old is not None and old.running and beat.generated_at - old.generated_at > HEARTBEAT_MAX_AGE:
        raise StaleData(f"{path}: session {old.session} last beat {old.generated_at.isoformat()}")
    write_heartbeat(path, beat)


class _MemoFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: int
    generated_at: datetime
    who: str
    why: str
    reason: str
    until: datetime


def read_memo(path: Path) -> Memo:
    """Return the memo in a file.

    Its keys are ``schema``, ``generated_at``, ``who``, ``why``, ``reason`` and ``until``.

    Raises
    ------
    TornFile
        If it cannot be read, is not a whole memo, or asks for what no memo lifts.
    NewerSchema
        If a later version of the program wrote it.
    """
    from kalshi_alpha.core.gates.memos import Memo
    from kalshi_alpha.core.gates.reasons import Reason

    found = _decode(path, _read(path), _MemoFile)
    try:
        return Memo(
            reason=Reason(found.reason),
            made_at=found.generated_at,
            until=found.until,
            who=found.who,
            why=found.why,
        )
    except ValueError as error:
        raise TornFile(f"{path}: {error}") from error


def read_memos(folder: Path) -> tuple[tuple[Memo, ...], tuple[str, ...]]:
    """Return every memo in a folder, and one line per file that is none.

    A memo that cannot be read lifts nothing and stops nothing; its line is shown to operators.
    """
    memos: list[Memo] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.json")):
        try:
            memos.append(read_memo(path))
        except DataError as error:
            problems.append(str(error))
    return tuple(memos), tuple(problems)


def kill_switch_state(path: Path) -> Reading:
    """Return the kill switch as the gate reads it."""
    from kalshi_alpha.core.gates.preconditions import kill_switch_reading

    switch = read_kill_switch(path)
    shown = str(path) if switch.readable else f"{path}, {switch.detail}"
    return kill_switch_reading(on=switch.on if switch.readable else None, path=shown)


def heartbeat_state(path: Path, at: datetime, *, must_be_fresh: bool) -> Reading:
    """Return the heartbeat as the gate reads it; a file that cannot be trusted is a fault.

    ``must_be_fresh`` is set before orders are sent: an old beat of an ended session is then
    refused as well.
    """
    from kalshi_alpha.core.gates.heartbeat import heartbeat_reading

    try:
        beat = read_heartbeat(path, at)
    except DataError as error:
        return heartbeat_reading(
            None,
            at,
            session_running=False,
            must_be_fresh=must_be_fresh,
            fault=_fault(error),
            detail=str(error),
        )
    return heartbeat_reading(
        beat.generated_at if beat else None,
        at,
        session_running=beat.running if beat else False,
        must_be_fresh=must_be_fresh,
        detail=str(path),
    )


def _fault(error: DataError) -> Fault:
    from kalshi_alpha.core.gates.readings import Fault

    match error:
        case NewerSchema():
            return Fault.NEWER_SCHEMA
        case FutureData():
            return Fault.FUTURE_DATED
        case _:
            return Fault.UNREADABLE


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TornFile(f"{path}: cannot be read: {error}") from error


def _decode(path: Path, data: bytes, kind: type[T]) -> T:
    """Decode a state file: a newer schema is named before anything else is judged."""
    try:
        schema = msgspec.json.decode(data, type=_SchemaOnly).schema
        if schema > SCHEMA:
            raise NewerSchema(f"{path}: schema {schema}, this program reads up to {SCHEMA}")
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TornFile(f"{path}: {error}") from error


def _blocked_by(path: Path) -> Path | None:
    """Return the nearest thing that exists above a path, if it is no folder, else None."""
    for above in path.parents:
        if os.path.lexists(above):
            return None if above.is_dir() else above
    return None
