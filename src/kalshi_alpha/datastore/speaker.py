"""Saying lines beside something that no output may stop, such as a session whose orders rest.

A stopped terminal (Ctrl-S), a connection that hangs or a pipe that nobody empties holds whoever
writes to it for as long as it pleases, and no look beforehand tells how much it still takes. So a
thread writes, and only the thread is held.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from typing import Self, TextIO

from kalshi_alpha.datastore.streams import cannot_write, complain, reason, say, write_to

LINES_KEPT_MAX = 1_000
"""Most lines kept for a stream that takes none; what comes then is counted only."""


class Unhurried:
    """Writes lines to a stream without ever waiting for it.

    Parameters
    ----------
    stream
        Returns the stream as it is at each line. One without a number, such as a notebook's, waits
        for nobody, and is written to at once.
    left_out
        Returns what is said in the place of so many lines that were left out.
    on_lost
        Told once why the stream could not be written; nothing is written from then on.
    """

    def __init__(
        self,
        stream: Callable[[], TextIO | None],
        left_out: Callable[[int], str],
        on_lost: Callable[[str], None],
    ) -> None:
        self._stream, self._told, self._on_lost = stream, left_out, on_lost
        self._changed = Condition()
        # A line stays in its place until it is written whole.
        self._kept: deque[str] = deque()
        self._left_out = 0
        self._is_lost = False
        self._thread: Thread | None = None

    def write(self, line: str) -> None:
        """Have a line written, now or later."""
        with self._changed:
            if self._is_lost:
                return
            if self._left_out or len(self._kept) >= LINES_KEPT_MAX:
                self._left_out += 1
                return
            self._kept.append(line)
            if _number(self._stream()) is not None:
                if self._thread is None:
                    self._thread = Thread(target=self._keep_writing, daemon=True)
                    self._thread.start()
                self._changed.notify_all()
                return
        self._write_next()

    def finish(self) -> None:
        """Wait until all is written, or cannot be."""
        with self._changed:
            self._changed.wait_for(lambda: not self._wanted())

    def _wanted(self) -> bool:
        return bool(self._kept or self._left_out)

    def _keep_writing(self) -> None:
        while not self._is_lost:
            with self._changed:
                self._changed.wait_for(self._wanted)
            self._write_next()

    def _write_next(self) -> None:
        with self._changed:
            if not self._kept:
                self._kept.append(self._told(self._left_out))
                self._left_out = 0
            line = self._kept[0]
        why = _written(self._stream(), line)
        if why:
            self._on_lost(why)
        with self._changed:
            self._kept.popleft()
            if why:
                self._is_lost, self._left_out = True, 0
                self._kept.clear()
            self._changed.notify_all()


class Speaker:
    """Says lines beside something that no output may stop: what breaks is told once, and left.

    In a ``with`` block it waits at the end until all was said.

    Parameters
    ----------
    who
        Says it.
    waits
        Whether each line waits for its reader. False where orders rest meanwhile.
    silent
        Says nothing.

    Attributes
    ----------
    lost
        Why standard output could not be written; empty as long as it could.
    """

    def __init__(self, who: str, *, waits: bool = False, silent: bool = False) -> None:
        self._who, self._waits, self._silent = who, waits, silent
        self._out = Unhurried(lambda: sys.stdout, self._left_out, self._noted)
        self.lost = ""

    def __call__(self, line: str) -> None:
        """Say a line, unless one could not be said before."""
        if self.lost or self._silent:
            return
        if not self._waits:
            self._out.write(f"{line}\n")
        elif lost := say(f"{line}\n"):
            self._noted(lost)

    def finish(self) -> None:
        """Wait until all was said, or cannot be."""
        self._out.finish()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait until all was said."""
        self.finish()

    def _noted(self, lost: str) -> None:
        self.lost = lost
        complain(f"{self._who}: goes on unheard, {cannot_write(lost)}\n")

    def _left_out(self, count: int) -> str:
        return f"{self._who}: {count} lines left out here while nothing was taken\n"


def _number(stream: TextIO | None) -> int | None:
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError, AttributeError):
        return None


def _written(stream: TextIO | None, line: str) -> str:
    """Write a line whole; return why that could not be done, or nothing.

    Below the stream's buffer, whose lock would keep a process from ending while a thread is held
    in a write.
    """
    number = _number(stream)
    if stream is None or number is None:
        return write_to(stream, line)
    data = line.encode(stream.encoding, "backslashreplace")
    try:
        while data:
            data = data[os.write(number, data) :]
    except OSError as error:
        return reason(error)
    return ""
