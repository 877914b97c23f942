"""Where copies go that are made before a file is brought to a newer schema.

They lie beside the state, ``data/proc/state/backups/``, named by what they hold, so that making one
again finds it; nothing removes them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.datastore.atomic import write_atomic

FOLDER = "backups"


def back_up_bytes(path: Path, folder: Path, schema: int) -> Path:
    """Copy a file that is only ever replaced as a whole, and read the copy back.

    Returns
    -------
    Path
        The copy: the file's name with its schema and the begin of its hash.

    Raises
    ------
    TornFile
        If the copy does not hold the same bytes.
    OSError
        If it cannot be written.
    """
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    copy = folder / f"{path.stem}-schema{schema}-{sha256[:12]}{path.suffix}"
    if not copy.exists() or copy.read_bytes() != data:
        write_atomic(copy, data)
    if hashlib.sha256(copy.read_bytes()).hexdigest() != sha256:
        raise TornFile(f"{copy} does not hold the bytes of {path.name}; look at the disk")
    return copy
