"""State files of the safety kernel: kill switch, heartbeat and memos.

Standard library and msgspec only. The kill switch itself needs not even msgspec and has its own
module; its names are here too, for whoever reads the state as a whole.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.core.errors import DataError, FutureData, StaleData, TornFile
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.kill_switch import (
    SCHEMA,
    KillSwitch,
    blocked_by,
    lift_kill_switch,
    read_kill_switch,
    set_kill_switch,
)
from kalshi_alpha.datastore.versioned import decode_versioned

if TYPE_CHECKING:
    from kalshi_alpha.core.gates.memos import Memo
    from kalshi_alpha.core.gates.readings import Reading

__all__ = [
    "SCHEMA",
    "Heartbeat",
    "KillSwitch",
    "heartbeat_state",
    "kill_switch_state",
    "lift_kill_switch",
    "read_heartbeat",
    "read_kill_switch",
    "read_memo",
    "read_memos",
    "renew_heartbeat",
    "set_kill_switch",
    "write_heartbeat",
]


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
        if absent and blocked_by(path) is None:
            return None
        raise
    beat = decode_versioned(data, Heartbeat, SCHEMA, where=path)
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


MEMO_SCHEMA = 2
"""Schema 1 named no series and had no bounded end, so a memo of it is refused."""


class _MemoFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: int
    generated_at: datetime
    who: str
    why: str
    reason: str
    until: datetime
    series: str | None = None


def read_memo(path: Path) -> Memo:
    """Return the memo in a file.

    Its keys are ``schema`` (2), ``generated_at``, ``who``, ``why``, ``reason``, ``until`` and, for
    a freeze or the sequential guard, ``series``: the family.

    Raises
    ------
    TornFile
        If it cannot be read, is not a whole memo, is of schema 1, or asks for what no memo lifts.
    NewerSchema
        If a later version of the program wrote it.
    """
    from kalshi_alpha.core.gates.memos import Memo
    from kalshi_alpha.core.gates.reasons import Reason

    found = decode_versioned(_read(path), _MemoFile, MEMO_SCHEMA, where=path)
    if found.schema != MEMO_SCHEMA:
        raise TornFile(
            f"{path}: schema {found.schema} lifts nothing any more; sign it again as schema "
            f"{MEMO_SCHEMA}, which names the series"
        )
    try:
        return Memo(
            reason=Reason(found.reason),
            made_at=found.generated_at,
            until=found.until,
            who=found.who,
            why=found.why,
            series=found.series or "",
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
    from kalshi_alpha.core.gates.readings import fault_of

    try:
        beat = read_heartbeat(path, at)
    except DataError as error:
        return heartbeat_reading(
            None,
            at,
            session_running=False,
            must_be_fresh=must_be_fresh,
            fault=fault_of(error),
            detail=str(error),
        )
    return heartbeat_reading(
        beat.generated_at if beat else None,
        at,
        session_running=beat.running if beat else False,
        must_be_fresh=must_be_fresh,
        detail=str(path),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TornFile(f"{path}: cannot be read: {error}") from error
