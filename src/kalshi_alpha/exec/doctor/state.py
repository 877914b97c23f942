"""What outlives a run: orders, ledger, locks, kill switch and heartbeat."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from kalshi_alpha.brokers.journal import read_journal_state
from kalshi_alpha.core.errors import DataError, TornFile
from kalshi_alpha.core.orders.events import SCHEMA as JOURNAL_SCHEMA
from kalshi_alpha.datastore.ledger import LEDGER_SCHEMA, LedgerStore
from kalshi_alpha.datastore.state import heartbeat_state, read_heartbeat, read_kill_switch
from kalshi_alpha.exec.doctor.finding import Finding, fail, not_applicable, ok, refused, warn
from kalshi_alpha.exec.runner_lock import RunnerLock, read_runner_lock

_BACKUP = "stop the session, keep the file, and restore it from its newest backup"
_MIGRATE = "python -m kalshi_alpha.exec.migrate"


def order_journal(path: Path) -> Finding:
    """Judge the order journal: readable, whole by SQLite's own check, and of a known schema."""
    if not (os.path.lexists(path) or os.path.lexists(f"{path}-wal")):
        return not_applicable("order_journal", "no order was ever journalled here")
    cause = "nobody could tell which orders rest, so nothing is sent"
    try:
        with _undisturbed(path) as quiet:
            state, damage = read_journal_state(quiet), _damage(quiet)
    except DataError as error:
        return refused("order_journal", error, cause, _BACKUP)
    if damage:
        return fail("order_journal", f"{path}: {damage}", cause, _BACKUP)
    found = f"{state.events} events of {state.account or 'no account yet'}, schema {state.schema}"
    if state.schema < JOURNAL_SCHEMA:
        cause = f"the present schema is {JOURNAL_SCHEMA}; the next session brings it up"
        return warn("order_journal", found, cause, _MIGRATE)
    return ok("order_journal", found)


@contextmanager
def _undisturbed(path: Path) -> Iterator[Path]:
    """Give the journal to look at, or a copy of it while no session has it open.

    SQLite makes files beside a database with a log even to read it; a session has made them
    already, and without one nothing changes while it is copied.
    """
    if read_runner_lock(path).held or not path.is_file():
        yield path
        return
    with TemporaryDirectory(prefix="kalshi-alpha-") as folder:
        copy = Path(folder) / path.name
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        try:
            yield copy
        except DataError as error:
            raise type(error)(str(error).replace(str(copy), str(path))) from error


def _damage(path: Path) -> str:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise TornFile(f"{path}: {error}; {_BACKUP}") from error
    return "" if said == "ok" else str(said)


def ledger(store: LedgerStore) -> Finding:
    """Judge the ledger by its header."""
    cause = "holdings are not known, so neither is the room below any cap"
    try:
        schema = store.schema()
    except DataError as error:
        return refused("ledger", error, cause, "restore it from its newest backup")
    if schema is None:
        return not_applicable("ledger", "no row was ever booked here")
    if schema < LEDGER_SCHEMA:
        cause = f"the present schema is {LEDGER_SCHEMA}; the next run brings it up"
        return warn("ledger", f"schema {schema}", cause, _MIGRATE)
    return ok("ledger", f"readable, schema {schema}")


def runner_lock(lock: RunnerLock, *, alive: Callable[[int], bool]) -> Finding:
    """Judge the account's lock: the kernel frees it with its holder, other file systems may not.

    Parameters
    ----------
    lock
        How it looks from outside.
    alive
        Says whether a process exists.
    """
    if lock.held is None:
        return fail(
            "runner_lock",
            lock.problem,
            "two runners of one account would trade against each other",
            "put the root on a local file system that this user can read",
        )
    if not lock.held:
        return ok("runner_lock", "no process trades with the account")
    if lock.pid is not None and not alive(lock.pid):
        return fail(
            "runner_lock",
            f"the lock is held, and {lock.holder} is dead",
            "no session can begin while it is held",
            "find who holds it with `lsof data/proc/state/orders.lock`, and end that process",
        )
    return ok("runner_lock", f"held by {lock.holder or 'a process that left no note'}")


def kill_switch(path: Path) -> Finding:
    """Tell whether the kill switch is on."""
    switch = read_kill_switch(path)
    if not switch.readable:
        return fail(
            "kill_switch",
            f"{path}: {switch.detail}",
            "it counts as on: nothing is proposed or sent",
            "make the state folder readable, then python -m kalshi_alpha.exec.heartbeat "
            "--kill-switch status",
        )
    if switch.on:
        return warn(
            "kill_switch",
            f"on: {path}",
            "nothing is proposed or sent while it is on",
            "once you know why it was set: python -m kalshi_alpha.exec.heartbeat --kill-switch off",
        )
    return ok("kill_switch", "off")


def heartbeat(path: Path, at: datetime) -> Finding:
    """Judge the last sign of life as the gate does before a scan."""
    if not os.path.lexists(path):
        return ok("heartbeat", "no session ever beat here")
    reading = heartbeat_state(path, at, must_be_fresh=False)
    beats = "python -m kalshi_alpha.exec.heartbeat --beat"
    if reading.fault is not None or reading.findings:
        said = "; ".join(finding.detail for finding in reading.findings) or reading.detail
        return fail(
            "heartbeat",
            said,
            "a session died without ending, or the file cannot be believed: heartbeat_stale",
            f"see what became of the session and its orders, then {beats}",
        )
    beat = read_heartbeat(path, at)
    how = "runs" if beat is not None and beat.running else "ended in good order"
    when = "" if beat is None else f"{beat.session}, last beat {beat.generated_at}, "
    return ok("heartbeat", f"session {when}{how}")
