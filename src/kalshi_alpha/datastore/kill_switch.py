"""The kill switch: a sentinel whose mere existence stops every submission.

Standard library only, so that it can be set while everything else is broken.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from kalshi_alpha.datastore.atomic import fsync_folder, write_atomic

SCHEMA = 1


class KillSwitch(NamedTuple):
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
        blocked = blocked_by(path)
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
    written = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    said = f'{{"generated_at": "{written}", "note": {_quoted(note)}, "schema": {SCHEMA}}}\n'
    write_atomic(path, said.encode())


def _quoted(note: str) -> str:
    """Return a note as JSON writes it; most need no encoder, which takes time to load."""
    if note.isascii() and note.isprintable() and '"' not in note and "\\" not in note:
        return f'"{note}"'
    import json

    return json.dumps(note)


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


def blocked_by(path: Path) -> Path | None:
    """Return the nearest thing that exists above a path, if it is no folder, else None."""
    for above in path.parents:
        if os.path.lexists(above):
            return None if above.is_dir() else above
    return None
