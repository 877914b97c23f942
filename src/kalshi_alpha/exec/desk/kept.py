"""What was read before, kept for as long as the files it came from are the same files."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Sign = tuple[int, int, int] | None
"""Time of the last change in nanoseconds, size and inode; None where there is nothing."""


def sign_of(path: Path) -> Sign:
    """Return what tells whether a file is still the same one."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def folder_signs(folder: Path) -> tuple[tuple[str, Sign], ...]:
    """Return the signs of a folder and of the folders in it: a file added to one changes it."""
    found: list[tuple[str, Sign]] = [("", sign_of(folder))]
    try:
        with os.scandir(folder) as entries:
            found += [(each.name, sign_of(Path(each.path))) for each in entries]
    except OSError:
        return tuple(found)
    return tuple(sorted(found))


class Kept:
    """Values by name, made anew when what they were made from has changed.

    A page that looks every second reads a ledger once a change, and not once a look. What is kept
    is never written anywhere.
    """

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[Hashable, Any]] = {}
        self.made = 0

    def of(self, name: Hashable, sign: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under a name if its sign is the same, else make it."""
        held = self._held.get(name)
        if held is not None and held[0] == sign:
            value: T = held[1]
            return value
        made = make()
        self.made += 1
        self._held[name] = (sign, made)
        return made

    def of_files(self, name: Hashable, files: Iterable[Path], make: Callable[[], T]) -> T:
        """Return what is kept of some files, read again once one of them is another."""
        return self.of(name, tuple(sign_of(each) for each in files), make)
