"""Whether a day's telemetry may go: the shipper's package must hold every whole line of it."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from datetime import date
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.datastore.paths import Paths


class _Manifest(msgspec.Struct, frozen=True):
    day: date
    source_sha256: str
    package_sha256: str
    package: str
    torn_lines: tuple[int, ...] = ()


def require_shipped(paths: Paths, day: date) -> None:
    """Return if the package of a UTC day holds the lines that are in its file now.

    Raises
    ------
    MissingData
        If the day was never shipped, or more was written since.
    TornFile
        If the manifest or the package is damaged.
    """
    remedy = f"run kalshi_alpha.exec.telemetry.shipper --compress --day {day}"
    manifest = _manifest(manifest_path(paths, day), remedy)
    package = paths.shipped_telemetry / Path(manifest.package).name
    if not package.is_file():
        raise MissingData(f"{package} is gone; {remedy}")
    data = package.read_bytes()
    if hashlib.sha256(data).hexdigest() != manifest.package_sha256:
        raise TornFile(f"{package} is not what was shipped; {remedy}")
    if _sha256(_plain(package, data)) != manifest.source_sha256:
        raise TornFile(f"{package} does not hold what was shipped; {remedy}")
    lines = paths.telemetry(day).read_bytes().splitlines(keepends=True)
    torn = set(manifest.torn_lines)
    whole = b"".join(
        line for number, line in enumerate(lines, 1) if line.strip() and number not in torn
    )
    if _sha256(whole) != manifest.source_sha256:
        raise MissingData(f"{paths.telemetry(day)} was written to after it was shipped; {remedy}")


def manifest_path(paths: Paths, day: date) -> Path:
    """Return the manifest of a day's package."""
    return paths.shipped_telemetry / f"exec-{day.isoformat()}.manifest.json"


def _manifest(path: Path, remedy: str) -> _Manifest:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Manifest)
    except FileNotFoundError as error:
        raise MissingData(f"never shipped; {remedy}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TornFile(f"{path}: {error}; {remedy}") from error


def _plain(package: Path, data: bytes) -> bytes:
    if package.suffix != ".gz":
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise TornFile(f"{package}: {error}") from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
