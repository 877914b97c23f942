"""The newest proposals of every family, each with its ladders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from kalshi_alpha.config.monitors import BASELINE
from kalshi_alpha.core.gates import Fault
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.desk import ladders
from kalshi_alpha.exec.desk.desk import LadderSeen
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.seen import Looking

MAX_AGE = timedelta(hours=BASELINE.scan_max_age_hours)
"""How old proposals may be before they are shown as of another day."""


@dataclass(frozen=True, slots=True)
class ScanSeen:
    """A family's newest proposals: the document, and its ladders."""

    family: str
    document: Mapping[str, Any]
    ladders: tuple[LadderSeen, ...]


def newest_scans(looking: Looking, paths: Paths, kept: Kept) -> tuple[ScanSeen, ...]:
    """Return the newest proposals of every family that was ever scanned."""
    folder = paths.proposals
    newest = list(_newest(folder))
    if not newest:
        looking.note("proposals", folder, Fault.MISSING, "nothing was scanned yet")
    found = (_scan(looking, paths, kept, family, path) for family, path in newest)
    return tuple(each for each in found if each is not None)


def _newest(folder: Path) -> Iterator[tuple[str, Path]]:
    for family in sorted(folder.glob("*")):
        path = ladders.newest_proposals(family)
        if path is not None:
            yield family.name, path


def _scan(looking: Looking, paths: Paths, kept: Kept, family: str, path: Path) -> ScanSeen | None:
    """Return one family's; None, and noted, if it cannot be relied on."""
    at = looking.at

    def read() -> Mapping[str, Any]:
        return kept.of_files(path, (path,), lambda: ladders.read_proposals(path))

    def whole() -> ScanSeen:
        document = read()
        books = {
            ticker: book
            for ticker in ladders.markets_of(document)
            if (book := ladders.recorded_book(paths, ticker, at)) is not None
        }
        return ScanSeen(family, document, ladders.ladders_of(document, family, at, books, path))

    return looking.read(
        f"proposals {family}",
        path,
        whole,
        max_age=MAX_AGE,
        made_at=lambda found: ladders.made_at(found.document),
        said=lambda found: f"{len(found.ladders)} ladders",
    )
