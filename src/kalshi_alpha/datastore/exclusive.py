"""One writer at a time: a lock of the kernel's, free the moment its holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from kalshi_alpha.core.errors import DataError

_LOOKS_AGAIN_S = 0.02


class FileBusy(DataError):
    """Another process has held a file's lock for longer than this one was ready to wait."""


@contextmanager
def exclusive(lock: Path, patience: timedelta) -> Iterator[None]:
    """Hold a lock file, waiting for whoever holds it.

    The file is made where it is missing, and stays: removing it would let two in.

    Parameters
    ----------
    lock
        Path of the lock file; it carries nothing.
    patience
        How long to wait.

    Raises
    ------
    FileBusy
        If it is still held after that time.
    """
    import fcntl

    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        gives_up_at = time.monotonic() + patience.total_seconds()
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= gives_up_at:
                    waited = f"{patience.total_seconds():g} s"
                    raise FileBusy(
                        f"{lock}: held by another run for {waited}; wait for its end, then repeat"
                    ) from error
            time.sleep(_LOOKS_AGAIN_S)
        yield
    finally:
        os.close(descriptor)
