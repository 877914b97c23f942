"""Files that a decision reads: of a schema this version knows, and whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from kalshi_alpha.core.errors import MissingData, NewerSchema, TornFile
from kalshi_alpha.datastore.artifacts import END_OF_TIME, read_json
from kalshi_alpha.exec.doctor.finding import Finding, fail, ok, warn

_ABANDONED = timedelta(hours=1)


def artifact_versions(files: Mapping[Path, int]) -> Finding:
    """Judge whether a later version of the program wrote a file that this one must read.

    Parameters
    ----------
    files
        Each file, and the newest schema that is understood of it.
    """
    newer = [str(error) for error in _errors(files) if isinstance(error, NewerSchema)]
    if not newer:
        return ok("artifact_versions", f"{len(files)} artifacts of known schemas")
    return fail(
        "artifact_versions",
        "; ".join(newer),
        "a later version of this program ran here: this one refuses what it wrote",
        "install that version again, or move the files away and run what writes them",
    )


def torn_files(files: Mapping[Path, int], lines: Iterable[Path]) -> Finding:
    """Judge whether a file was cut: JSON that is not whole, or a last line without its end.

    Parameters
    ----------
    files
        JSON files, with their schemas.
    lines
        Files of one JSON object a line.
    """
    torn = [str(error) for error in _errors(files) if isinstance(error, TornFile)]
    torn += [f"{path}: its last line is cut" for path in lines if _is_cut(path)]
    if not torn:
        return ok("torn_files", "every artifact and log is whole")
    return fail(
        "torn_files",
        "; ".join(torn),
        "a reader refuses the file, and what depends on it is NO-GO",
        "move it away and run again what writes it",
    )


def leftovers(folders: Iterable[Path], now: datetime) -> Finding:
    """Tell of files that a writer left behind when it died before it could rename them."""
    left = [path for path in _temporary(folders) if _is_abandoned(path, now)]
    if not left:
        return ok("leftovers", "no writer left a file behind")
    return warn(
        "leftovers",
        f"{len(left)} left behind: {', '.join(map(str, left[:3]))}",
        "a process died while it wrote; what it was to replace is still whole",
        "remove them",
    )


def _errors(files: Mapping[Path, int]) -> Iterator[NewerSchema | TornFile]:
    for path, schema in files.items():
        try:
            read_json(path, schema, END_OF_TIME)
        except (NewerSchema, TornFile) as error:
            yield error
        except MissingData:
            continue  # It was listed a moment ago; whoever needs it will say that it is gone.


def _is_cut(path: Path) -> bool:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return False
    return bool(data) and not data.endswith(b"\n")


def _temporary(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.glob(".*.tmp"))


def _is_abandoned(path: Path, now: datetime) -> bool:
    try:
        changed_s = path.stat().st_mtime
    except FileNotFoundError:
        return False  # Its writer has just finished.
    return now.timestamp() - changed_s > _ABANDONED.total_seconds()
