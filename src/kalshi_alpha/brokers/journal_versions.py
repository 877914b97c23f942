"""Bringing an older order journal to the present schema, after a copy of it was made.

The steps run in one transaction, so a crash in their middle leaves the journal as it was.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.core.orders.events import SCHEMA
from kalshi_alpha.datastore.atomic import fsync_folder
from kalshi_alpha.datastore.backups import FOLDER

Step = Callable[[sqlite3.Connection], object]


def _only_more_kinds(_: sqlite3.Connection) -> None:
    """Change nothing: the newer schema has more kinds of events, and reads all older ones."""


MIGRATIONS: Mapping[int, Step] = {1: _only_more_kinds}
"""What brings a journal of a schema to the next one; each runs inside the transaction."""


class Contents(NamedTuple):
    """What a journal holds, to be compared: events, the last one's number, hash of all."""

    events: int
    last: int
    sha256: str


def schema_of(database: sqlite3.Connection) -> int:
    """Return the schema of an open journal."""
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    return int(schema)


def contents(database: sqlite3.Connection) -> Contents:
    """Return what an open journal holds."""
    digest, events, last = hashlib.sha256(), 0, 0
    for seq, body in database.execute("SELECT seq, body FROM events ORDER BY seq"):
        digest.update(f"{seq}:{body}\n".encode())
        events, last = events + 1, seq
    return Contents(events, last, digest.hexdigest())


def bring_up(database: sqlite3.Connection, path: Path) -> Path | None:
    """Bring an open journal to the present schema; return the copy that was made first, or None.

    Parameters
    ----------
    database
        Open for writing, in autocommit mode, by the only one who writes.
    path
        Its file.

    Raises
    ------
    TornFile
        If there is no way from its schema, or the copy does not hold the same; the journal is
        then as it was.
    """
    schema = schema_of(database)
    if schema == SCHEMA:
        return None
    if any(each not in MIGRATIONS for each in range(schema, SCHEMA)):
        raise TornFile(f"{path}: schema {schema} is none; put the file back from a backup")
    copy = back_up(database, path, schema)
    before = contents(database).events
    database.execute("BEGIN IMMEDIATE")
    try:
        for each in range(schema, SCHEMA):
            MIGRATIONS[each](database)
        if contents(database).events != before:
            raise TornFile(f"{path}: a step to schema {SCHEMA} lost events; nothing was changed")
        database.execute(f"PRAGMA user_version={SCHEMA}")
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")
    return copy


def back_up(database: sqlite3.Connection, path: Path, schema: int) -> Path:
    """Copy an open journal by SQLite's own means, compare the copy, and return where it is.

    Raises
    ------
    TornFile
        If the copy is damaged or holds something else.
    OSError
        If it cannot be put in its place.
    """
    wanted = contents(database)
    folder = path.parent / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{path.stem}-schema{schema}-{wanted.sha256[:12]}{path.suffix}"
    if not copy.exists():
        fresh = folder / f".{copy.name}.{os.getpid()}.tmp"
        try:
            with closing(sqlite3.connect(fresh)) as target:
                database.backup(target)
                # One file, without a log beside it that could be left behind.
                target.execute("PRAGMA journal_mode=DELETE")
            _sync(fresh)
            _require_same(fresh, wanted, schema)
            fresh.replace(copy)
        finally:
            fresh.unlink(missing_ok=True)
        fsync_folder(folder)
    _require_same(copy, wanted, schema)
    return copy


def _require_same(copy: Path, wanted: Contents, schema: int) -> None:
    uri = f"{copy.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as database:
        check = database.execute("PRAGMA quick_check").fetchone()
        same = check == ("ok",) and (contents(database), schema_of(database)) == (wanted, schema)
    if not same:
        raise TornFile(
            f"{copy} does not hold what the journal does; move it away, look at the disk"
        )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
