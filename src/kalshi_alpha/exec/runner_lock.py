"""Whether a process trades with the account: the lock beside the order journal, from outside.

Standard library only, because the kill switch asks it. The lock is the kernel's own, so it is
free the moment its holder dies, however it dies.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

_NOTE_MAX = 4096


class RunnerLock(NamedTuple):
    """State of the lock.

    Attributes
    ----------
    held
        True if a process holds it, False if none does, None if nobody can tell.
    holder
        The holder's process id and command, as it wrote them down; empty if unknown.
    problem
        Why nobody can tell; empty otherwise.
    pid
        The holder's process id, or None if unknown.
    """

    held: bool | None
    holder: str = ""
    problem: str = ""
    pid: int | None = None


def read_runner_lock(journal: Path) -> RunnerLock:
    """Look whether a process holds the account's lock, without waiting and without making it.

    Parameters
    ----------
    journal
        Path of the order journal, beside which the lock lies.
    """
    try:
        import fcntl
    except ImportError:
        return RunnerLock(None, problem="this system has no flock")
    try:
        descriptor = os.open(journal.with_suffix(".lock"), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return RunnerLock(held=False)
    except OSError as error:
        return RunnerLock(None, problem=str(error))
    try:
        # Shared, so that two who look do not see each other; it is given back at once.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _held_by(journal.with_suffix(".holder.json"))
    except OSError as error:
        return RunnerLock(None, problem=str(error))
    finally:
        os.close(descriptor)
    return RunnerLock(held=False)


def process_lives(pid: int) -> bool:
    """Return whether a process exists; one that has ended and was not waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state != "Z"


def _held_by(note: Path) -> RunnerLock:
    import json

    try:
        said = json.loads(note.read_bytes()[:_NOTE_MAX])
        pid = int(said["pid"])
        return RunnerLock(held=True, holder=f"process {pid} ({said['command']})", pid=pid)
    except (OSError, ValueError, KeyError, TypeError):
        return RunnerLock(held=True)
