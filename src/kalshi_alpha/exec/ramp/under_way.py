"""The mark of a decision that is being made, so that a session waits for it instead of ending.

While a decision is made NO-GO stands in the file. A session that runs by the older one would end
at once, only because its operator looked again; so it waits while this mark is held. The mark is a
file beside the decision, locked by the process that decides: the kernel frees the lock when that
process dies, however it dies, and the session then reads the NO-GO that was left.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from kalshi_alpha.core.errors import DataError

PATIENCE = timedelta(seconds=30)
"""How long a decision waits for another one to be made."""

_LOOKS_AGAIN_S = 0.05


class DecisionUnderWay(DataError):
    """Another run has been deciding for longer than this one was ready to wait."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that this process holds."""

    path: Path
    descriptor: int

    @classmethod
    def begin(cls, decision: Path, patience: timedelta = PATIENCE) -> Mark:
        """Mark a decision as being made anew, once nobody else is making it.

        Parameters
        ----------
        decision
            The file whose older content stands until the new one is written.
        patience
            How long to wait for another run.

        Raises
        ------
        DecisionUnderWay
            If another run is still at it after that time.
        """
        path, gives_up_at = mark_of(decision), time.monotonic() + patience.total_seconds()
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            if _locked(descriptor, alone=True) and _is_at(descriptor, path):
                return cls(path, descriptor)
            os.close(descriptor)
            if time.monotonic() >= gives_up_at:
                waited = f"{patience.total_seconds():g} s"
                raise DecisionUnderWay(
                    f"{decision}: another run has been deciding for {waited}; "
                    "wait for its end, then repeat"
                )
            time.sleep(_LOOKS_AGAIN_S)

    def end(self) -> None:
        """Take the mark away: what stands now is of this run."""
        self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def mark_of(decision: Path) -> Path:
    """Return where the mark of a decision lies."""
    return decision.with_name(f"{decision.name}.deciding")


def is_under_way(decision: Path) -> bool:
    """Say whether a living process is deciding anew."""
    try:
        descriptor = os.open(mark_of(decision), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(descriptor, alone=False)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, *, alone: bool) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Say whether a file is still the one at its path, and not one that was taken away."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
