"""Read a private key from a file that nobody else can read, or say what to change."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from kalshi_alpha.core.errors import VenueKeyError

BYTES_MAX = 16_384
_OTHERS = stat.S_IRWXO
_GROUP = stat.S_IRWXG


def read_key_file(path: Path, *, group_may_read: bool = False) -> bytes:
    """Return the bytes of a key file.

    The file is opened once and judged by what was opened, so that it cannot be exchanged between
    the look and the read.

    Parameters
    ----------
    path
        Absolute.
    group_may_read
        For credentials of systemd, whose access list shows as group bits.

    Raises
    ------
    VenueKeyError
        If the path is relative or a symbolic link, the file is not a regular one, belongs to
        somebody else, is open to its group or to others, or is empty or too large for a key.
    """
    if not path.is_absolute():
        raise VenueKeyError(f"{path}: the path of a key must be absolute")
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise VenueKeyError(f"{path} is a symbolic link; name the key file itself") from error
        raise VenueKeyError(f"{path}: {error.strerror}; name a key file you can read") from error
    try:
        _judge(path, os.fstat(descriptor), group_may_read=group_may_read)
        return os.read(descriptor, BYTES_MAX + 1)
    finally:
        os.close(descriptor)


def _judge(path: Path, found: os.stat_result, *, group_may_read: bool) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise VenueKeyError(f"{path} is not a regular file")
    if found.st_uid not in {0, os.geteuid()}:
        raise VenueKeyError(f"{path} belongs to another user; make it your own with mode 600")
    refused = _OTHERS | (stat.S_IWGRP | stat.S_IXGRP if group_may_read else _GROUP)
    if found.st_mode & refused:
        raise VenueKeyError(
            f"{path} has mode {stat.S_IMODE(found.st_mode):03o} and must be closed to others: "
            f"chmod 600 {path}"
        )
    if not 0 < found.st_size <= BYTES_MAX:
        raise VenueKeyError(
            f"{path} has {found.st_size} bytes; a PEM key has 1 to {BYTES_MAX}: name the key file"
        )
