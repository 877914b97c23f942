"""Standard output and standard error as they may be: closed, full, or read by nobody any more.

Standard library only, and little of it: the kill switch speaks through this, and nothing that it
cannot say may keep it from being set.
"""

from __future__ import annotations

import os
import select
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from errno import EBADF
from typing import Literal, Self, TextIO

LINES_KEPT_MAX = 1_000
"""Most pieces of text kept for a stream that takes none; what comes then is counted only."""
_PIECE = getattr(select, "PIPE_BUF", 512) // 10
"""Characters that a stream takes whole once it takes any, escaped where it cannot show them."""
REMEDY = "let it go to a terminal, to a command that reads it all, or to a disk with room"


def open_streams() -> None:
    """Give a process that was started without a standard stream one in its place.

    Else the next file that is opened gets the number of the one that is closed, and whoever writes
    to that number writes into the file. What is written to a closed standard output fails, so that
    nobody takes it for said; what is written to a closed standard error is not wanted.
    """
    with suppress(OSError):
        if sys.stdin is None:
            sys.stdin = _null("r", os.O_RDONLY)
        if sys.stdout is None:
            sys.stdout = _null("w", os.O_RDONLY)
        if sys.stderr is None:
            sys.stderr = _null("w", os.O_WRONLY)


def _null(mode: Literal["r", "w"], flags: int) -> TextIO:
    number = os.open(os.devnull, flags)
    # As any standard stream is: a process that we start has none of these numbers free either.
    os.set_inheritable(number, True)  # noqa: FBT003 - takes no keyword
    return os.fdopen(number, mode, encoding="utf-8", closefd=False)


def say(text: str) -> str:
    """Write to standard output at once; return why it could not be written, or nothing."""
    return write_to(sys.stdout, text)


def complain(text: str) -> None:
    """Write to standard error at once, if it can be written."""
    if write_to(sys.stderr, text):
        let_go(sys.stderr)


def unheard(said: str, why: str) -> int:
    """Say that standard output could not be written, with the remedy, and return the exit code.

    Parameters
    ----------
    said
        Who says it, and what was done all the same.
    why
        As `say` returned it.
    """
    complain(f"{said}{cannot_write(why)}\n")
    let_go(sys.stdout)
    return 1


def reason(error: OSError) -> str:
    """Return why a stream could not be written, in the words that follow "cannot be written"."""
    return "it is closed" if error.errno == EBADF else error.strerror or str(error)


def cannot_write(why: str) -> str:
    """Return what is said where standard output could not be written, with the remedy."""
    return f"standard output cannot be written: {why}; {REMEDY}"


class Unhurried:
    """Writes to a stream only what it takes at once, and keeps the rest until it takes more.

    A stopped terminal (Ctrl-S), or a pipe that nobody empties, would hold whoever writes to it for
    as long as it pleases.

    Parameters
    ----------
    stream
        Returns the stream as it is at each write.
    left_out
        Says in a line that so many pieces of text were left out, because too much was kept.
    """

    def __init__(self, stream: Callable[[], TextIO | None], left_out: Callable[[int], str]) -> None:
        self._stream, self._told = stream, left_out
        self._kept: deque[str] = deque()
        self._left_out = 0

    def write(self, text: str) -> str:
        """Write a text now or later; return why it could not be written, or nothing."""
        if why := self.more():
            return why
        if self._left_out or len(self._kept) >= LINES_KEPT_MAX:
            self._left_out += 1
            return ""
        self._kept.extend(text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
        return self.more()

    def more(self) -> str:
        """Write of what was kept as much as is taken now; return as `write` does."""
        return self._sent(waiting=False)

    def finish(self) -> str:
        """Write all that was kept, however long it takes; return as `write` does."""
        return self._sent(waiting=True)

    def _sent(self, *, waiting: bool) -> str:
        while self._kept or self._left_out:
            stream = self._stream()
            if not (waiting or _takes_more(stream)):
                return ""
            if not self._kept:
                self._kept.append(self._told(self._left_out))
                self._left_out = 0
            why = write_to(stream, self._kept[0])
            if why:
                return why
            self._kept.popleft()
        return ""


class Speaker:
    """Says lines beside something that no output may stop: what breaks is told once, and left.

    In a ``with`` block it says at the end what it kept.

    Parameters
    ----------
    who
        Says it.
    waits
        Whether it waits for a reader who is slow. False where orders rest meanwhile: lines are
        kept then until they are taken.
    silent
        Says nothing.

    Attributes
    ----------
    lost
        Why standard output could not be written; empty as long as it could.
    """

    def __init__(self, who: str, *, waits: bool = False, silent: bool = False) -> None:
        self._who, self._waits, self._silent = who, waits, silent
        self._out = Unhurried(lambda: sys.stdout, self._left_out)
        self.lost = ""

    def __call__(self, line: str) -> None:
        """Say a line, unless one could not be said before."""
        if not (self.lost or self._silent):
            self._noted(say(f"{line}\n") if self._waits else self._out.write(f"{line}\n"))

    def more(self) -> None:
        """Say of what was kept as much as is taken now."""
        if not self.lost:
            self._noted(self._out.more())

    def finish(self) -> None:
        """Say what was kept, however long that takes."""
        if not self.lost:
            self._noted(self._out.finish())

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Say what was kept."""
        self.finish()

    def _noted(self, lost: str) -> None:
        self.lost = lost
        if lost:
            complain(f"{self._who}: goes on unheard, {cannot_write(lost)}\n")

    def _left_out(self, count: int) -> str:
        return f"{self._who}: {count} lines left out here while nothing was taken\n"


def _takes_more(stream: TextIO | None) -> bool:
    """Say whether a stream would take some text at once, or fail at once."""
    try:
        number = None if stream is None else stream.fileno()
    except (OSError, ValueError, AttributeError):
        # What stands in for a standard stream, as in a notebook, may have no number.
        return True
    if number is None or not hasattr(select, "poll"):
        return True
    looking = select.poll()
    looking.register(number, select.POLLOUT)
    return bool(looking.poll(0))


def let_go(stream: TextIO | None) -> None:
    """Lead a stream nowhere: what could not be written is not tried again when the process ends."""
    # What stands in for a standard stream, as in a notebook, may have no number.
    with suppress(OSError, ValueError, AttributeError):
        number = os.open(os.devnull, os.O_WRONLY)
        if stream is not None:
            os.dup2(number, stream.fileno())
        os.close(number)


def write_to(stream: TextIO | None, text: str) -> str:
    """Write to a stream at once; return why that could not be done, or nothing."""
    if stream is None:
        return "it is closed"
    try:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            # A path may hold what this terminal cannot show; the rest of the line is needed.
            stream.write(text.encode("ascii", "backslashreplace").decode())
        stream.flush()
    except OSError as error:
        return reason(error)
    except ValueError:
        return "it is closed"
    return ""
