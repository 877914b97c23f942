"""Where raw recordings lie, day by day, and how they are read back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import KalshiAlphaError, TornFile
from kalshi_alpha.datastore.market.zstd_lines import Lines
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.recorder.lines import UNREADABLE, RecordedLine, decode_line

SUFFIX = ".ndjson.zst"
SEAL_NAME = "sealed.json"
SEAL_SCHEMA = 1
DAMAGES_TOLD = 100


class RecorderBusy(KalshiAlphaError):
    """Another process records the same."""


class RawFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a sealed day: what it holds, and how much of its end a crash tore."""

    name: str
    bytes: int
    sha256: str
    lines: int
    torn_bytes: int


class DaySeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The manifest of a sealed day.

    Attributes
    ----------
    schema, env, name, date
        Version, venue, what was recorded, and which UTC day.
    files
        Raw files in the order of their beginning.
    lines, unreadable
        Lines of all of them, and how many could not be read.
    rows
        Rows that went into the tables, by table.
    gaps
        What the recording lacks.
    partitions
        Where the rows went: series and event date.
    """

    schema: int
    env: str
    name: str
    date: date
    files: tuple[RawFile, ...]
    lines: int
    unreadable: int
    rows: dict[str, int]
    gaps: tuple[str, ...]
    partitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawDays:
    """The recordings of one family or series at one venue.

    Attributes
    ----------
    folder
        Where they lie; a folder below it for each UTC day.
    env, name
        Which venue, and what is recorded.
    """

    folder: Path
    env: str
    name: str

    @classmethod
    def of(cls, paths: Paths, env: str, name: str) -> RawDays:
        """Return the place of a recording below a root."""
        return cls(paths.stream(env, name), env, name)

    def day(self, day: date) -> Path:
        """Return the folder of a UTC day."""
        return self.folder / f"{day:%Y/%m/%d}"

    def new_file(self, at: datetime) -> Path:
        """Return the name of a file that begins at an instant."""
        return self.day(at.astimezone(UTC).date()) / f"{at.astimezone(UTC):%H%M%S%fZ}{SUFFIX}"

    def files(self, day: date) -> list[Path]:
        """Return the raw files of a day, in the order of their beginning."""
        return sorted(self.day(day).glob(f"*{SUFFIX}"))

    def days(self) -> list[date]:
        """Return the days that have raw files, sorted; a folder of another name is left alone."""
        found = {path.parent for path in self.folder.glob(f"*/*/*/*{SUFFIX}")}
        named = (_day_named("-".join(each.parts[-3:])) for each in found)
        return sorted(day for day in named if day is not None)

    def seal(self, day: date) -> DaySeal | None:
        """Return the manifest of a day, or None if it is not sealed.

        Raises
        ------
        TornFile
            If it cannot be read.
        """
        path = self.day(day) / SEAL_NAME
        try:
            return msgspec.json.decode(path.read_bytes(), type=DaySeal)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TornFile(f"{path}: {error}; delete it and seal the day again") from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the right to write here.

        Raises
        ------
        RecorderBusy
            If another process holds it.
        """
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "recorder.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise RecorderBusy(
                f"another process records {self.name} at {self.env}: stop it first"
            ) from error
        try:
            yield
        finally:
            lock.release()


def _day_named(text: str) -> date | None:
    """Return the day that folders name, or None: a copy made by hand is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


@dataclass(slots=True)
class DayReader:
    """Reads the lines of some raw files.

    Attributes
    ----------
    files
        After reading: what each held.
    unreadable
        Lines that were none.
    damages
        The first of those, and frames that are broken though whole ones follow, in words. What a
        crash tears is the end of a file and is none of these.
    """

    paths: list[Path]
    files: list[RawFile] = field(default_factory=list)
    unreadable: int = 0
    damages: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[RecordedLine | None]:
        """Yield every line, None where one cannot be read."""
        for path in self.paths:
            lines, count = Lines(path), 0
            for text in lines:
                count += 1
                try:
                    yield decode_line(text)
                except UNREADABLE:
                    self.unreadable += 1
                    self._damaged(f"{path.name}: line {count} cannot be read")
                    yield None
            if lines.resumes_at is not None:
                begins = path.stat().st_size - lines.torn_bytes
                self._damaged(
                    f"{path.name}: the frame at byte {begins} is damaged, and what follows it is "
                    f"not read, though a whole frame begins at byte {lines.resumes_at}"
                )
            self.files.append(raw_file(path, count, lines.torn_bytes))

    def _damaged(self, said: str) -> None:
        if len(self.damages) < DAMAGES_TOLD:
            self.damages.append(said)


def raw_file(path: Path, lines: int, torn_bytes: int) -> RawFile:
    """Return what a manifest says of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return RawFile(path.name, path.stat().st_size, digest, lines, torn_bytes)
