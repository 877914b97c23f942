"""Compressing a file that is finished, so that no moment is without its bytes."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.datastore.atomic import write_atomic

SUFFIX = ".gz"
BYTES_MIN = 512
"""Smaller files are left as they are: a block of the disk is not freed by less."""


def packed_path(path: Path) -> Path:
    """Return where the compressed form of a file lies: beside it."""
    return path.with_name(f"{path.name}{SUFFIX}")


def packed_size(path: Path) -> int:
    """Return how many bytes a file would have, compressed."""
    return len(_packed(path.read_bytes()))


def pack(path: Path) -> int:
    """Put a file's compressed form in its place and return the bytes that were freed.

    The compressed file is durable, and was read back, before the plain one goes. A file that
    would not become smaller stays.

    Raises
    ------
    TornFile
        If the compressed file does not hold the same bytes; the plain one stays.
    OSError
        If the disk refuses.
    """
    data = path.read_bytes()
    smaller = _packed(data)
    if len(smaller) >= len(data):
        return 0
    target = packed_path(path)
    write_atomic(target, smaller)
    if unpacked(target) != data:
        raise TornFile(f"{target} does not hold the bytes of {path.name}; look at the disk")
    path.unlink()
    return len(data) - len(smaller)


def unpacked(path: Path) -> bytes:
    """Return the bytes of a compressed file.

    Raises
    ------
    TornFile
        If it is damaged.
    """
    try:
        return gzip.decompress(path.read_bytes())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise TornFile(f"{path}: {error}") from error


def _packed(data: bytes) -> bytes:
    # Without a time in its header the same bytes give the same bytes.
    return gzip.compress(data, mtime=0)
