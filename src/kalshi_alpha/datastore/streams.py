"""Standard output and standard error as they may be: closed, full, or read by nobody any more.

Standard library only, and little of it: the kill switch speaks through this, and nothing that it
cannot say may keep it from being set.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from errno import EBADF
from typing import Literal, TextIO

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
