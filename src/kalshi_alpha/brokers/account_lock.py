"""One runner per account: a lock beside the order journal, and who holds it.

The lock is the kernel's and ends with the process, however that ends; the note beside it says
which process it was. A note without a lock is a leftover, and stops nobody.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import VenueError
from kalshi_alpha.datastore.atomic import write_json

_REMEDY = "stop it first; two runners of one account would trade against each other"


class AccountBusy(VenueError):
    """Another process trades with this account."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds the lock: process id and command line."""

    pid: int
    command: str


def lock_path(journal: Path) -> Path:
    """Return the lock of the account whose journal lies at a path."""
    return journal.with_suffix(".lock")


@contextmanager
def account_lock(journal: Path, command: str | None = None) -> Iterator[None]:
    """Hold the account's lock.

    Parameters
    ----------
    journal
        Path of the order journal.
    command
        What is shown to others; by default this process's command line.

    Raises
    ------
    AccountBusy
        If another process holds it; the message names that process.
    """
    from filelock import FileLock, Timeout

    path = lock_path(journal)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise AccountBusy(f"{path}: held by {_named(holder(journal))}; {_REMEDY}") from error
    try:
        shown = " ".join(sys.argv) if command is None else command
        write_json(_note(journal), Holder(pid=os.getpid(), command=shown))
        yield
    finally:
        lock.release()


def holder(journal: Path) -> Holder | None:
    """Return the process that took the lock last, or None if nobody knows."""
    try:
        return msgspec.json.decode(_note(journal).read_bytes(), type=Holder)
    except (OSError, msgspec.DecodeError):
        return None


def _note(journal: Path) -> Path:
    return journal.with_suffix(".holder.json")


def _named(found: Holder | None) -> str:
    return "an unknown process" if found is None else f"process {found.pid} ({found.command})"
