"""The order journal: every event of every order, in one sequence, durable when `append` returns.

SQLite in WAL mode with ``synchronous=FULL``: a commit is on the disk, and a crash leaves whole
commits and nothing else. Events are never changed or deleted; what they amount to is the fold of
`replay`. One process writes; others may read meanwhile.

A journal appears at its path whole or not at all, so an empty file there is what is left of one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from kalshi_alpha.brokers.journal_versions import bring_up, schema_of
from kalshi_alpha.core.errors import ConfigError, MissingData, NewerSchema, TornFile
from kalshi_alpha.core.orders.events import SCHEMA, OrderEvent, decode, encode
from kalshi_alpha.datastore.atomic import fsync_folder

# "KaOr": tells the journal from any other SQLite file.
APPLICATION_ID = 0x4B614F72
# Pages after which the log is written back into the file: a pause of milliseconds, so seldom,
# and yet so few that a log of that size is made in as long.
_CHECKPOINT_PAGES = 1_000
# A page of the log with its header; a checkpoint comes when the log has a few more pages than
# it waits for.
_LOGGED_PAGE_BYTES = 4_096 + 24
_ROOM_BYTES = (_CHECKPOINT_PAGES + 50) * _LOGGED_PAGE_BYTES
_ZEROS = bytes(1 << 20)
_CREATE = "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)"
_CREATE_ACCOUNT = "CREATE TABLE IF NOT EXISTS account (name TEXT NOT NULL)"
_INSERT = "INSERT INTO events (seq, body) VALUES (?, ?)"
_SELECT = "SELECT seq, body FROM events WHERE seq > ? ORDER BY seq"
_REMEDY = "keep a copy of it and find out what became of the disk; never delete it"


class OrderJournal:
    """The journal at a path, opened for writing; it is made if there is none.

    One of an older schema is brought to the present one, once a copy of it was made.

    Parameters
    ----------
    path
        The database file.
    account
        Whose orders these are, such as ``demo``; None asks nothing. A journal that was opened
        for an account is never opened for another.

    Raises
    ------
    TornFile
        If it is no journal, is damaged, or cannot be opened.
    NewerSchema
        If a later version of the program wrote it.
    ConfigError
        If it is another account's.
    OSError
        If the copy of an older one cannot be put in its place.

    Attributes
    ----------
    path
        The database file.
    backup
        The copy of what was there before, if it was of an older schema; else None.
    """

    def __init__(self, path: Path, account: str | None = None) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        if _is_missing(path):
            _make(path)
        _require_bytes(path)
        with _told(path):
            self._database = sqlite3.connect(path, isolation_level=None)
        try:
            with _told(path):
                _require_readable(self._database, path)
                self._prepare()
                if account is not None:
                    _require_account(self._database, path, account)
        except (TornFile, NewerSchema, ConfigError, OSError):
            self._database.close()
            raise
        fsync_folder(path.parent)

    def _prepare(self) -> None:
        database = self._database
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        self._last = _require_whole(database, self.path)
        self.backup = bring_up(database, self.path)
        _set_up(database)

    @property
    def last(self) -> int:
        """Number of the last event; 0 if there is none."""
        return self._last

    def append(self, events: Iterable[OrderEvent]) -> int:
        """Write events down, all of them or none, and return the number of the last.

        They are on the disk when this returns.

        Raises
        ------
        TornFile
            If they could not be written; then none was.
        """
        first = self._last + 1
        rows = [(first + n, encode(event).decode()) for n, event in enumerate(events)]
        if not rows:
            return self._last
        with _told(self.path):
            if len(rows) == 1:
                self._database.execute(_INSERT, rows[0])
            else:
                self._append_many(rows)
        self._last = rows[-1][0]
        return self._last

    def _append_many(self, rows: list[tuple[int, str]]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._database.executemany(_INSERT, rows)
            self._database.execute("COMMIT")
        except sqlite3.Error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def make_room(self, size: int = _ROOM_BYTES) -> None:
        """Make the log as large as it becomes before it is written back, and begun anew.

        A commit then overwrites bytes that the file system has placed already, and waits for
        nothing but them. What follows the last commit of a log means nothing, whatever it is.

        Raises
        ------
        TornFile
            If there is no room on the disk.
        """
        log = self.path.with_name(f"{self.path.name}-wal")
        try:
            # Bytes behind the end only: what SQLite wrote is never touched.
            with log.open("ab") as file:
                while (missing := size - file.tell()) > 0:
                    file.write(_ZEROS[:missing])
                    file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise TornFile(f"{log}: no room can be made in it: {error.strerror}") from error

    def replay(self, after: int = 0) -> Iterator[OrderEvent]:
        """Yield the events after a number, oldest first.

        Raises
        ------
        TornFile
            If an event is missing or cannot be read.
        """
        return _events(self._database, self.path, after)

    def close(self) -> None:
        """Close it; closing again does nothing."""
        self._database.close()

    def __enter__(self) -> OrderJournal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class JournalState(NamedTuple):
    """What a journal is: its schema, its events, and whose it is if anybody said so."""

    schema: int
    events: int
    account: str | None


def read_journal_state(path: Path) -> JournalState:
    """Return the state of a journal that another process may be writing.

    Raises
    ------
    MissingData
        If there is none.
    TornFile, NewerSchema
        As for `OrderJournal`; every event is read.
    """
    with _opened_to_read(path) as database:
        events = sum(1 for _ in _events(database, path, 0))
        account = database.execute("SELECT name FROM account").fetchone()
        return JournalState(schema_of(database), events, None if account is None else account[0])


def read_journal(path: Path, after: int = 0) -> tuple[OrderEvent, ...]:
    """Return the events of a journal that another process may be writing.

    Parameters
    ----------
    path
        The database file.
    after
        Number of the last event that is known already; those behind it are returned.

    Raises
    ------
    MissingData
        If there is none.
    TornFile, NewerSchema
        As for `OrderJournal`.
    """
    with _opened_to_read(path) as database:
        return tuple(_events(database, path, after))


@contextmanager
def _opened_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    if _is_missing(path):
        raise MissingData(f"{path}: no order was ever journalled here")
    _require_bytes(path)
    with _told(path):
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        with _told(path):
            _require_readable(database, path)
            yield database
    finally:
        database.close()


def _events(database: sqlite3.Connection, path: Path, after: int) -> Iterator[OrderEvent]:
    expected = after + 1
    with _told(path):
        rows = database.execute(_SELECT, (after,)).fetchall()
    for number, body in rows:
        if number != expected:
            raise TornFile(f"{path}: event {expected} is missing; {_REMEDY}")
        expected += 1
        try:
            yield decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as error:
            raise TornFile(f"{path}: event {number} is none: {error}; {_REMEDY}") from error


def _is_missing(path: Path) -> bool:
    """Say whether no journal was ever made at a path.

    Raises
    ------
    TornFile
        If its log is there and it is not: SQLite would read the log into another journal.
    """
    if os.path.lexists(path):
        return False
    if os.path.lexists(f"{path}-wal"):
        raise TornFile(f"{path}: is gone, and its log {path.name}-wal is not; {_REMEDY}")
    return True


def _make(path: Path) -> None:
    """Make an empty journal beside its path and put it there at once.

    A process that dies meanwhile leaves a file that nobody reads.
    """
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        fresh.unlink(missing_ok=True)
        with _told(path), closing(sqlite3.connect(fresh, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=MEMORY")
            database.execute("PRAGMA synchronous=FULL")
            _set_up(database)
        os.link(fresh, path)
    except FileExistsError:
        # Somebody else has just made it.
        return
    except OSError as error:
        raise TornFile(f"{path}: no order journal can be made here: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)


def _set_up(database: sqlite3.Connection) -> None:
    database.execute(f"PRAGMA application_id={APPLICATION_ID}")
    database.execute(f"PRAGMA user_version={SCHEMA}")
    database.execute(_CREATE)
    database.execute(_CREATE_ACCOUNT)


def _require_bytes(path: Path) -> None:
    """Refuse an empty file: SQLite would take it for new and throw the log beside it away."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise TornFile(f"{path}: order journal: {error.strerror}; {_REMEDY}") from error
    if not size:
        raise TornFile(f"{path}: is empty, as no journal ever is; {_REMEDY}")


def _require_readable(database: sqlite3.Connection, path: Path) -> None:
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (schema,) = database.execute("PRAGMA user_version").fetchone()
    (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != APPLICATION_ID:
        raise TornFile(f"{path}: is a database, but no order journal; {_REMEDY}")
    if schema > SCHEMA:
        raise NewerSchema(f"{path}: schema {schema}, this program reads up to {SCHEMA}")


def _require_account(database: sqlite3.Connection, path: Path, account: str) -> None:
    found = database.execute("SELECT name FROM account").fetchone()
    if found is None:
        database.execute("INSERT INTO account (name) VALUES (?)", (account,))
    elif found != (account,):
        raise ConfigError(
            f"{path}: holds orders of {found[0]}, not of {account}; "
            "use another KALSHI_ALPHA_HOME for each, or move the journal away"
        )


def _require_whole(database: sqlite3.Connection, path: Path) -> int:
    found = database.execute("PRAGMA quick_check").fetchone()
    if found != ("ok",):
        raise TornFile(f"{path}: is damaged: {found[0]}; {_REMEDY}")
    count, last = database.execute("SELECT count(*), max(seq) FROM events").fetchone()
    if count != (last or 0):
        raise TornFile(f"{path}: holds {count} events and numbers up to {last}; {_REMEDY}")
    return int(last or 0)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say in our own words what SQLite said."""
    try:
        yield
    except sqlite3.Error as error:
        raise TornFile(f"{path}: order journal: {error}; {_REMEDY}") from error
