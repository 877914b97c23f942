"""The disk: room, names left, folders that can be written, and what grows from day to day."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from kalshi_alpha.exec.doctor.finding import Finding, fail, not_applicable, ok, warn

GB = 1_000_000_000
SCARCE_BYTES, TIGHT_BYTES = GB // 2, 2 * GB
SCARCE_NAMES, TIGHT_NAMES = 2_000, 20_000
_ROOM = "python -m kalshi_alpha.exec.housekeeping, or free space on that disk"


def disk_space(free: int, total: int) -> Finding:
    """Judge the bytes that are free below the root."""
    found = f"{free / GB:.1f} GB free of {total / GB:.1f} GB"
    cause = "the order journal and the ledger must be written before anything is sent"
    if free < SCARCE_BYTES:
        return fail("disk_space", found, cause, _ROOM)
    if free < TIGHT_BYTES:
        return warn("disk_space", found, f"soon: {cause}", _ROOM)
    return ok("disk_space", found)


def inodes(free: int, total: int) -> Finding:
    """Judge the names that are free below the root; some file systems do not count them."""
    if total == 0:
        return not_applicable("inodes", "this file system does not count them")
    found = f"{free:,} names free of {total:,}"
    cause = "no file can be made, however many bytes are free"
    if free < SCARCE_NAMES:
        return fail("inodes", found, cause, _ROOM)
    if free < TIGHT_NAMES:
        return warn("inodes", found, f"soon {cause}", _ROOM)
    return ok("inodes", found)


def folders(wanted: Iterable[Path]) -> Finding:
    """Judge whether every folder that a run writes to can be written, or made where it is absent.

    By the permissions: nothing is tried out.
    """
    wrong = [said for folder in wanted if (said := _unwritable(folder))]
    if not wrong:
        return ok("folders", "every folder that a run writes to can be written")
    return fail(
        "folders",
        "; ".join(dict.fromkeys(wrong)),
        "a run would end half-way, without its verdict",
        "give the folder to the user that runs the program, or set KALSHI_ALPHA_HOME to another",
    )


def _unwritable(folder: Path) -> str:
    there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not there.is_dir():
        return f"{there} is no folder"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} cannot be written"


def logs(per_day: Mapping[date, int], settled_before: date, limit: int) -> Finding:
    """Judge how much is kept of a day, by the limit of the housekeeping's rules.

    Parameters
    ----------
    per_day
        Bytes of raw payloads, frames, telemetry and logs.
    settled_before
        Days before this one have been thinned and compressed.
    limit
        Bytes that such a day may hold.
    """
    total = sum(per_day.values())
    settled = {day: size for day, size in per_day.items() if day < settled_before}
    day = max(settled, key=settled.__getitem__, default=None)
    found = f"{total / 1e6:.1f} MB of payloads, frames, telemetry and logs"
    if day is None or settled[day] <= limit:
        return ok("logs", found)
    return warn(
        "logs",
        f"{settled[day] / 1e6:.1f} MB of {day}, and {limit / 1e6:.1f} MB are allowed; {found}",
        "the disk fills up day by day",
        "python -m kalshi_alpha.exec.housekeeping",
    )
