"""What housekeeping finds to do below a root, and how much is held there of each day.

A rule names the files it may touch by their place: a dated folder of a feed, a recording of a book,
a pipeline's log, telemetry that was shipped. What no rule names is not seen at all; so the audit
trail, the ledger, the journals, the state and the memos cannot be touched by mistake.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from kalshi_alpha.config.housekeeping import Aging, Housekeeping
from kalshi_alpha.core.errors import DataError, TornFile
from kalshi_alpha.datastore.packing import BYTES_MIN, SUFFIX, pack, packed_size
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.raw import RECEIPTS
from kalshi_alpha.datastore.shipped import manifest_path, require_shipped
from kalshi_alpha.datastore.thinning import Thinning, day_of, thinnings

_LOG_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOG = re.compile(r"[^.].*\.(json|log)(\.gz)?")
_FRAMES = re.compile(r"(\d{4})(\d{2})(\d{2})_\d{6}Z\.jsonl(\.gz)?")
_PACKAGE = re.compile(r"exec-(\d{4}-\d{2}-\d{2})\.jsonl(\.gz)?")
_PAYLOAD = re.compile(r"[0-9a-f]{64}\.\w+(\.gz)?")


class Rule(StrEnum):
    """What is kept under one rule."""

    RAW_PAYLOADS = "raw payloads"
    BOOK_FRAMES = "book frames"
    LOGS = "logs"
    TELEMETRY = "telemetry"
    PACKAGES = "telemetry packages"


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing to do.

    Attributes
    ----------
    rule, day, path
        Under which rule, of which day, and the file or folder it is about.
    files, freed
        Files that go or are compressed, and the bytes that are freed.
    do
        Does it.
    """

    rule: Rule
    day: date
    path: Path
    files: int
    freed: int
    do: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Left:
    """Something that a rule would have taken and must not: what, and why."""

    rule: Rule
    path: Path
    why: str


Found = Chore | Left


def chores(paths: Paths, rules: Housekeeping, at: datetime) -> Iterator[Found]:
    """Yield what there is to do at a clock, rule by rule; nothing is done yet."""
    today = at.astimezone(UTC).date()
    yield from _of_payloads(paths, today - timedelta(days=rules.raw_payloads.keep_all_days))
    frames = list(_frames(paths))
    yield from _aged(Rule.BOOK_FRAMES, frames, rules.book_frames, today)
    yield from _aged(Rule.LOGS, list(_logs(paths)), rules.logs, today)
    yield from _of_telemetry(paths, today - timedelta(days=rules.telemetry.keep_days))
    gone = today - timedelta(days=rules.telemetry.remove_packages_after_days)
    yield from _of_packages(paths, gone)


def held(paths: Paths) -> Counter[date]:
    """Return how many bytes of raw payloads, frames, telemetry and logs there are of each day."""
    found: Counter[date] = Counter()
    for day, path in (*_raw_files(paths), *_frames(paths), *_logs(paths), *_packages(paths)):
        found[day] += path.stat().st_size
    return found


def _of_payloads(paths: Paths, before: date) -> Iterator[Found]:
    for top in _own_folders(paths.root / "data" / "raw"):
        if top.name == "kalshi":
            continue
        gone: set[Path] = set()
        try:
            for thinning in thinnings(paths, top.name, before):
                gone.update(thinning.gone)
                yield _thinning(thinning)
        except DataError as error:
            yield Left(Rule.RAW_PAYLOADS, top, str(error))
            continue
        for day, path in _dated_files(top):
            wanted = path.name != RECEIPTS and path not in gone
            if day < before and wanted and _compressible(path):
                yield _compression(Rule.RAW_PAYLOADS, day, path)


def _aged(rule: Rule, files: list[tuple[date, Path]], aging: Aging, today: date) -> Iterator[Chore]:
    for day, path in files:
        age = (today - day).days
        if age > aging.remove_after_days:
            yield _removal(rule, day, path)
        elif age > aging.compress_after_days and _compressible(path):
            yield _compression(rule, day, path)


def _of_telemetry(paths: Paths, before: date) -> Iterator[Found]:
    for day, path in _telemetry(paths):
        if day >= before:
            continue
        try:
            require_shipped(paths, day)
        except DataError as error:
            yield Left(Rule.TELEMETRY, path, str(error))
        else:
            yield _removal(Rule.TELEMETRY, day, path)


def _of_packages(paths: Paths, before: date) -> Iterator[Chore]:
    for day, path in _packages(paths):
        # While the day's own file is there, its package is what shows that it may go.
        if day < before and not paths.telemetry(day).exists():
            yield _removal(Rule.PACKAGES, day, path)


def _thinning(found: Thinning) -> Chore:
    freed = sum(path.stat().st_size for path in found.gone)
    day = day_of(found.folder)
    return Chore(Rule.RAW_PAYLOADS, day, found.folder, len(found.gone), freed, found.apply)


def _removal(rule: Rule, day: date, path: Path) -> Chore:
    return Chore(rule, day, path, 1, path.stat().st_size, path.unlink)


def _compression(rule: Rule, day: date, path: Path) -> Chore:
    freed = max(0, path.stat().st_size - packed_size(path))
    return Chore(rule, day, path, 1, freed, lambda: pack(path))


def _compressible(path: Path) -> bool:
    return path.suffix != SUFFIX and path.stat().st_size >= BYTES_MIN


def _raw_files(paths: Paths) -> Iterator[tuple[date, Path]]:
    for top in _own_folders(paths.root / "data" / "raw"):
        yield from _dated_files(top)


def _dated_files(top: Path) -> Iterator[tuple[date, Path]]:
    """Yield payloads, receipts and telemetry in folders that are named by a day."""
    for year in _own_folders(top):
        if not year.name.isdigit():
            continue
        for folder in (day for month in _own_folders(year) for day in _own_folders(month)):
            try:
                day = day_of(folder)
            except TornFile:
                continue
            for path in _own_files(folder):
                if path.name in {RECEIPTS, "exec.jsonl"} or _PAYLOAD.fullmatch(path.name):
                    yield day, path


def _telemetry(paths: Paths) -> Iterator[tuple[date, Path]]:
    top = paths.raw_source("kalshi")
    return (each for each in _dated_files(top) if each[1] == paths.telemetry(each[0]))


def _frames(paths: Paths) -> Iterator[tuple[date, Path]]:
    for ticker in _own_folders(paths.raw_source("kalshi") / "orderbook"):
        for path in _own_files(ticker):
            match = _FRAMES.fullmatch(path.name)
            if match is not None:
                yield date(int(match[1]), int(match[2]), int(match[3])), path


def _logs(paths: Paths) -> Iterator[tuple[date, Path]]:
    for folder in _own_folders(paths.proc / "logs"):
        if _LOG_FOLDER.fullmatch(folder.name):
            for path in _own_files(folder):
                if _LOG.fullmatch(path.name):
                    yield date.fromisoformat(folder.name), path


def _packages(paths: Paths) -> Iterator[tuple[date, Path]]:
    for path in _own_files(paths.shipped_telemetry):
        match = _PACKAGE.fullmatch(path.name)
        if match is not None:
            day = date.fromisoformat(match[1])
            yield day, path
            if manifest_path(paths, day).is_file():
                yield day, manifest_path(paths, day)


def _own_folders(top: Path) -> list[Path]:
    """Return the folders below one, without links: those lead to what is not ours to thin."""
    return [] if not top.is_dir() else sorted(p for p in top.iterdir() if _is_own(p) and p.is_dir())


def _own_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _is_own(path) and path.is_file())


def _is_own(path: Path) -> bool:
    return not path.is_symlink()
