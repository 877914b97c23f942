"""Reading files below a root without following a link: what lies there, and nothing else."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A pipe without a writer would otherwise be waited for.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOT_FOLLOWED = frozenset({errno.ELOOP, errno.EMLINK, errno.ENOTDIR})


class NotPlain(OSError):
    """What lies at a path is not a plain file that may be read; the message says why."""


class Tail(NamedTuple):
    """The end of a file as it was when it was opened, and the bytes before it left out."""

    data: bytes
    skipped: int


def read_plain(root: Path, name: str, bytes_max: int) -> bytes:
    """Read a whole file by its path below a root.

    Raises
    ------
    FileNotFoundError
        If there is none.
    NotPlain
        If it, or a folder above it, is a symbolic link; if it is no file, or is too large.
    """
    with _opened(root, name) as descriptor:
        size = os.fstat(descriptor).st_size
        if size > bytes_max:
            raise NotPlain(f"{size} bytes, at most {bytes_max} are taken")
        data = _read(descriptor, bytes_max + 1)
    if len(data) > bytes_max:
        raise NotPlain(f"grows beyond {bytes_max} bytes while it is read")
    return data


def read_tail(root: Path, name: str, bytes_max: int) -> Tail:
    """Read the end of a file that may be growing, as far as it went when it was opened.

    Raises are those of `read_plain`, but for the size.
    """
    with _opened(root, name) as descriptor:
        size = os.fstat(descriptor).st_size
        skipped = max(size - bytes_max, 0)
        os.lseek(descriptor, skipped, os.SEEK_SET)
        return Tail(_read(descriptor, size - skipped), skipped)


def plain_names(root: Path, name: str) -> list[str]:
    """Return the names in a folder below a root, sorted; none if it is absent or behind a link."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in PurePosixPath(name).parts:
            below = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = below
        with os.scandir(descriptor) as found:
            return sorted(each.name for each in found)
    except FileNotFoundError:
        return []
    except OSError as error:
        if error.errno in _NOT_FOLLOWED:
            return []
        raise
    finally:
        os.close(descriptor)


@contextmanager
def _opened(root: Path, name: str) -> Iterator[int]:
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        *above, last = PurePosixPath(name).parts
        for part in above:
            below = _open(part, _FOLDER, folder)
            os.close(folder)
            folder = below
        descriptor = _open(last, _FILE, folder)
    finally:
        os.close(folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotPlain("is no plain file")
        yield descriptor
    finally:
        os.close(descriptor)


def _open(part: str, flags: int, folder: int) -> int:
    try:
        return os.open(part, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in _NOT_FOLLOWED:
            raise NotPlain(
                f"{part} is a symbolic link or no folder; links are not followed"
            ) from error
        if error.errno == errno.ENXIO:
            raise NotPlain("is no plain file") from error
        raise


def _read(descriptor: int, wanted: int) -> bytes:
    parts: list[bytes] = []
    while wanted > 0:
        part = os.read(descriptor, min(wanted, 1 << 20))
        if not part:
            break
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)
