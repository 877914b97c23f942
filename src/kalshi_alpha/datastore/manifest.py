"""The manifest of offline fixtures: which payload was received when, and the scenario clocks.

A run at clock T loads only what had been received by T, so that a fixture folder may hold the
answer to its own question (the release that settles it) without the run ever seeing it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path, PurePosixPath

import msgspec

from kalshi_alpha.core.errors import BadParameter, MissingData, NewerSchema, TornFile
from kalshi_alpha.datastore.feeds import Payload

MANIFEST = "manifest.json"
MANIFEST_SCHEMA = 1
DEFAULT_CLOCK = "default"


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One payload: its feed, its file below the fixtures folder, and when it was received."""

    source: str
    path: str
    retrieved_at: datetime


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    clocks: dict[str, datetime]
    payloads: list[Entry]


class Manifest:
    """A fixtures folder with its manifest read and checked.

    Raises
    ------
    MissingData
        If the folder has no manifest.
    TornFile, NewerSchema
        If the manifest cannot be read.
    BadParameter
        If a time has no zone, or a path leaves the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / MANIFEST
        try:
            file = msgspec.json.decode(path.read_bytes(), type=_File)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingData(
                f"no fixtures in {folder}: {MANIFEST} is not there; name a folder with one"
            ) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TornFile(f"{path}: {error}") from error
        if file.schema > MANIFEST_SCHEMA:
            raise NewerSchema(f"{path}: schema {file.schema}, newest known {MANIFEST_SCHEMA}")
        times = [*file.clocks.values(), *(entry.retrieved_at for entry in file.payloads)]
        if any(time.tzinfo is None for time in times):
            raise BadParameter(f"{path}: a time has no zone")
        for entry in file.payloads:
            parts = PurePosixPath(entry.path)
            if parts.is_absolute() or ".." in parts.parts:
                raise BadParameter(f"{path}: {entry.path!r} leaves the folder")
        self._clocks = file.clocks
        self._payloads = sorted(file.payloads, key=lambda e: (e.retrieved_at, e.path))

    @property
    def modes(self) -> tuple[str, ...]:
        """Names of the modes that have a clock."""
        return tuple(self._clocks)

    def clock(self, mode: str = DEFAULT_CLOCK) -> datetime:
        """Return the scenario clock of a pipeline mode, or the default clock.

        Raises
        ------
        MissingData
            If the manifest sets no clock for ``mode``.
        """
        if mode not in self._clocks:
            raise MissingData(f"{self.folder / MANIFEST} sets no clock for {mode}")
        return self._clocks[mode]

    def payloads(self, at: datetime) -> tuple[Payload, ...]:
        """Read every payload received at or before ``at``, in order of receipt.

        Raises
        ------
        MissingData
            If the manifest names a file that is not there.
        """
        return tuple(self._read(entry) for entry in self._payloads if entry.retrieved_at <= at)

    def _read(self, entry: Entry) -> Payload:
        try:
            body = (self.folder / entry.path).read_bytes()
        except FileNotFoundError as error:
            raise MissingData(f"fixture {entry.path} is not in {self.folder}") from error
        return Payload(entry.source, body, entry.retrieved_at, entry.path, "fixture")
