"""Reading a file and saying what became of it, by name, in place of raising."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from kalshi_alpha.core.errors import DataError, MissingData
from kalshi_alpha.core.gates import Fault, fault_of
from kalshi_alpha.datastore.artifacts import CLOCK_TOLERANCE
from kalshi_alpha.exec.desk.desk import FileSeen

T = TypeVar("T")


class Looking:
    """Collects the files of one look.

    Parameters
    ----------
    root
        Paths are shown from here.
    at
        The desk's clock.
    """

    def __init__(self, root: Path, at: datetime) -> None:
        self._root, self.at = root, at
        self.files: list[FileSeen] = []

    def read(
        self,
        name: str,
        path: Path,
        read: Callable[[], T],
        *,
        made_at: Callable[[T], datetime | None] = lambda _found: None,
        max_age: timedelta | None = None,
        said: Callable[[T], str] = lambda _found: "read",
    ) -> T | None:
        """Read a file and note how that went; None if it cannot be relied on.

        A file that is only too old is returned all the same, and noted as expired: its figures are
        shown with their age.

        Parameters
        ----------
        name, path
            What it is, and where.
        read
            Reads it; what it raises of `DataError` is noted and not passed on.
        made_at, said
            When it was made by its own word, and what was found in it in a few words.
        max_age
            How old it may be.
        """
        try:
            found = read()
        except DataError as error:
            self.note(name, path, fault_of(error), self.short(str(error)))
            return None
        at = made_at(found)
        fault = None
        if at is not None and at > self.at + CLOCK_TOLERANCE:
            self.note(
                name, path, Fault.FUTURE_DATED, f"dated {at.isoformat()}, after the clock", at
            )
            return None
        if at is not None and max_age is not None and self.at - at > max_age:
            fault = Fault.EXPIRED
        self.note(name, path, fault, said(found), at)
        return found

    def note(
        self, name: str, path: Path, fault: Fault | None, detail: str, at: datetime | None = None
    ) -> None:
        """Note a file."""
        age = None if at is None else (self.at - at).total_seconds()
        self.files.append(FileSeen(name, self.shown(path), fault, detail, at, age))

    def shown(self, path: Path) -> str:
        """Return a path from the root on."""
        return (
            path.relative_to(self._root).as_posix()
            if path.is_relative_to(self._root)
            else (str(path))
        )

    def short(self, text: str) -> str:
        """Return the first line of what was said, with paths from the root on."""
        first = (text.splitlines() or [""])[0]
        return first.replace(f"{self._root}/", "")


def must_exist(path: Path, read: Callable[[], T]) -> T:
    """Return what a reader finds that takes a missing file for an empty one.

    Raises
    ------
    MissingData
        If there is no such file.
    """
    if not path.exists():
        raise MissingData(f"{path} is not there")
    return read()
