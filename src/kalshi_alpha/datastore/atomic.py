"""Writes that a crash cannot tear: whole-file replacement and whole-line appends."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from kalshi_alpha.core.errors import BadParameter


def fsync_folder(folder: Path) -> None:
    """Make the names inside ``folder`` durable; a rename is not until this returns."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace ``path`` with ``data`` so that a reader sees the old bytes or the new, never a mix.

    The temporary file lies in the same folder, because a rename across file systems is a copy.
    Order: write, fsync the file, rename, fsync the folder.

    Raises
    ------
    OSError
        If any step fails; the previous content is then still in place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    fsync_folder(path.parent)


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Append whole lines in one write and make them durable.

    A file whose last line was torn by a crash gets a line break first, so that the torn line
    stays alone and the new ones stay readable.

    Raises
    ------
    BadParameter
        If a line contains a line break: it would read back as two records.
    OSError
        If the write fails.
    """
    batch = list(lines)
    if any("\n" in line or "\r" in line for line in batch):
        raise BadParameter("a line to append contains a line break")
    if not batch:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("ab+", buffering=0) as file:
        if _last_byte(path) not in {b"", b"\n"}:
            batch.insert(0, "")
        data = "".join(f"{line}\n" for line in batch).encode()
        while data:
            data = data[file.write(data) :]
        os.fsync(file.fileno())
    if is_new:
        fsync_folder(path.parent)


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 1, 0))
        return file.read(1)


def encode_json(obj: object) -> bytes:
    """Encode ``obj`` as JSON with sorted keys, indented, ending in a line break.

    The same value always gives the same bytes, so artifacts can be compared and hashed.
    """
    # The kill switch must be writable while msgspec is broken, and needs no encoder.
    import msgspec

    encoded = msgspec.json.encode(obj, order="sorted")
    return msgspec.json.format(encoded, indent=2) + b"\n"


def write_json(path: Path, obj: object) -> None:
    """Replace ``path`` atomically with ``obj`` as JSON (see `encode_json`)."""
    write_atomic(path, encode_json(obj))
