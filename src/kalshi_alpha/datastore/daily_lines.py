"""Append-only files of whole lines, one file a UTC day."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.atomic import fsync_folder


class DailyLines:
    """Appends lines to the file of their day, each in one write, and makes them durable in groups.

    A line that was written survives the death of the process at once, and that of the machine
    once it was synced. Several processes may append to one file: a write at the end of a file is
    not mixed with another's. A line that a crash or a full disk tore stays alone on its line. Who
    opens the file while another's write is half done takes it for such a line and leaves an empty
    one after it, so readers pass over empty lines.

    Parameters
    ----------
    path_of
        File of a UTC day.
    group
        So many lines at most wait for a sync; 0 leaves it all to `sync`.
    """

    def __init__(self, path_of: Callable[[date], Path], *, group: int = 64) -> None:
        self._path_of = path_of
        self._group = group
        self._day: date | None = None
        self._descriptor: int | None = None
        self._torn = False
        self._unsynced = 0

    @property
    def unsynced(self) -> int:
        """Lines that were written and not synced yet."""
        return self._unsynced

    def append(self, day: date, line: bytes) -> None:
        """Write a line, without its line break, into the file of its day.

        Raises
        ------
        BadParameter
            If the line contains a line break: it would read back as two records.
        OSError
            If it could not be written whole.
        """
        if b"\n" in line or b"\r" in line:
            raise BadParameter("a line to append contains a line break")
        descriptor = self._file_of(day)
        data = (b"\n" if self._torn else b"") + line + b"\n"
        written = os.write(descriptor, data)
        self._torn = written < len(data)
        if self._torn:
            raise OSError(errno.ENOSPC, "the line was written in part", str(self._path_of(day)))
        self._unsynced += 1
        if 0 < self._group <= self._unsynced:
            self.sync()

    def sync(self) -> None:
        """Make every line durable that was written.

        Raises
        ------
        OSError
            If the file could not be synced.
        """
        if self._descriptor is None:
            return
        os.fsync(self._descriptor)
        self._unsynced = 0
        if os.fstat(self._descriptor).st_nlink == 0:
            # Somebody removed the file, so the next line begins another where people look.
            self._close()

    def borrow(self) -> int | None:
        """Return a descriptor of the open file for a sync elsewhere, or None if all is synced.

        Whoever borrows it closes it; lines that are written meanwhile wait for the next sync.
        """
        if self._descriptor is None or not self._unsynced:
            return None
        self._unsynced = 0
        return os.dup(self._descriptor)

    def close(self) -> None:
        """Sync and close the file; the next line opens it again.

        Raises
        ------
        OSError
            If the file could not be synced; it is closed all the same.
        """
        try:
            self.sync()
        finally:
            self._close()

    def _file_of(self, day: date) -> int:
        if self._descriptor is None or day != self._day:
            self.close()
            self._descriptor = self._open(day)
            self._day = day
        return self._descriptor

    def _open(self, day: date) -> int:
        path = self._path_of(day)
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        size = os.fstat(descriptor).st_size
        self._torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        if not size:
            fsync_folder(path.parent)
        return descriptor

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
