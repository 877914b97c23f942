"""Package one UTC day's telemetry with a manifest of what it holds.

Every line is checked before it leaves: one that holds a secret refuses the whole package.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from kalshi_alpha.config.environment import set_clock
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.redaction import SecretInPayload, ensure_safe_payload
from kalshi_alpha.datastore.atomic import fsync_folder, write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, quiet_flag
from kalshi_alpha.exec.command import HELP, clock_flag, exit_with, run_command
from kalshi_alpha.exec.telemetry.events import decode_lines

SCHEMA = 1


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a package holds.

    Attributes
    ----------
    generated_at
        Clock of the packaging.
    day
        The UTC day.
    source, package
        The file that was read and the one that was written; ``package`` is empty if there was
        nothing to ship.
    lines, torn_lines
        Whole lines packaged, and numbers of lines left out because a crash tore them.
    events
        Lines of each type.
    source_sha256, package_sha256
        Hashes of the lines packaged and of the package.
    """

    generated_at: datetime
    day: date
    source: str
    package: str = ""
    lines: int = 0
    torn_lines: tuple[int, ...] = ()
    events: dict[str, int] = {}
    source_sha256: str = ""
    package_sha256: str = ""
    schema: int = SCHEMA


def ship(paths: Paths, day: date, at: datetime, *, compress: bool) -> Manifest:
    """Package a day's telemetry into ``reports/_artifacts/telemetry/``.

    The same lines give the same bytes, so shipping a day again changes nothing. A file that is
    still being written is packaged up to its last whole line.

    Raises
    ------
    SecretInPayload
        A `ValueError` that names the line: nothing was packaged.
    OSError
        If the file cannot be read or the package not be written.
    """
    source = paths.telemetry(day)
    if not source.exists():
        return Manifest(generated_at=at, day=day, source=str(source))
    folder = paths.shipped_telemetry
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / f"exec-{day.isoformat()}.jsonl{'.gz' if compress else ''}"
    temporary = folder / f".{package.name}.{os.getpid()}.tmp"
    try:
        with temporary.open("wb") as out:
            if compress:
                # Without a name and a time in its header the same lines give the same bytes.
                with gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as packed:
                    found = _copy(source, packed)
            else:
                found = _copy(source, out)
            out.flush()
            os.fsync(out.fileno())
        package_sha256 = _sha256(temporary)
        temporary.replace(package)
    finally:
        temporary.unlink(missing_ok=True)
    fsync_folder(folder)
    manifest = Manifest(
        generated_at=at,
        day=day,
        source=str(source),
        package=str(package),
        lines=found.lines,
        torn_lines=tuple(found.torn),
        events=dict(sorted(found.events.items())),
        source_sha256=found.digest.hexdigest(),
        package_sha256=package_sha256,
    )
    write_json(folder / f"exec-{day.isoformat()}.manifest.json", manifest)
    return manifest


class _Copied:
    """What was met while lines were copied."""

    def __init__(self) -> None:
        self.lines = 0
        self.torn: list[int] = []
        self.events: Counter[str] = Counter()
        self.digest = hashlib.sha256()


def _copy(source: Path, out: BinaryIO | gzip.GzipFile) -> _Copied:
    copied = _Copied()
    with source.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            for decoded in decode_lines([line]):
                if decoded is None or not line.endswith(b"\n"):
                    copied.torn.append(number)
                    continue
                try:
                    ensure_safe_payload(decoded.payload)
                except SecretInPayload as error:
                    where = f"{source} line {number}, {error.where}"
                    raise SecretInPayload(where, error.kind) from error
                copied.lines += 1
                copied.events[decoded.event] += 1
                copied.digest.update(line)
                out.write(line)
    return copied


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _day(wanted: str, at: datetime) -> date:
    today = at.astimezone(UTC).date()
    if wanted in {"today", "yesterday"}:
        return today - timedelta(days=wanted == "yesterday")
    try:
        day = date.fromisoformat(wanted)
    except ValueError as error:
        raise UsageError(f"--day must be yesterday, today or YYYY-MM-DD, was {wanted!r}") from error
    if day > today:
        raise UsageError(f"--day {day} has not begun: it is {today} in UTC")
    return day


@click.command(context_settings=HELP)
@click.option(
    "--day", default="yesterday", show_default=True, help="yesterday, today or YYYY-MM-DD; UTC."
)
@click.option("--compress", is_flag=True, help="Package with gzip.")
@clock_flag
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
@quiet_flag
def cli(*, day: str, compress: bool, as_of: str | None, as_json: bool) -> None:
    """Package one UTC day's telemetry into reports/_artifacts/telemetry/."""
    at = set_clock(as_of, os.environ) or datetime.now(UTC)
    manifest = ship(Paths.from_environ(os.environ), _day(day, at), at, compress=compress)
    if as_json:
        echo_json(manifest)
        return
    echo_text(_said(manifest))


def _said(manifest: Manifest) -> str:
    if not manifest.package:
        return f"shipper: no telemetry of {manifest.day}, nothing to ship: {manifest.source}"
    torn = f", {len(manifest.torn_lines)} torn lines left out" if manifest.torn_lines else ""
    return f"shipper: {manifest.lines} lines of {manifest.day}{torn}: {manifest.package}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "shipper", argv)


if __name__ == "__main__":
    exit_with(main())
