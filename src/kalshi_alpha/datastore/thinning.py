"""Which raw payloads a table cannot be rebuilt without, and what may go of the others.

A payload that brought nothing new leaves no row, so the table rebuilt without it is the same. Of
each day the last payload stays all the same, and of each feed the newest: the order in which
payloads were received is checked against it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.packing import packed_path
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.raw import RECEIPTS, Receipt, read_receipts

if TYPE_CHECKING:
    import polars as pl

Origin = tuple[datetime, str]
"""When a payload was received, and the hash of its bytes."""


@dataclass(frozen=True, slots=True)
class Thinning:
    """What happens to one day of one feed.

    Attributes
    ----------
    folder
        The day's.
    kept
        Receipts that stay.
    gone
        Files that no receipt names any more.
    """

    folder: Path
    kept: tuple[Receipt, ...]
    gone: tuple[Path, ...]

    def apply(self) -> None:
        """Drop the receipts first, so that a reader never looks for a file that has gone.

        Raises
        ------
        OSError
            If the disk refuses; doing it again goes on from there.
        """
        lines = b"".join(msgspec.json.encode(each) + b"\n" for each in self.kept)
        write_atomic(self.folder / RECEIPTS, lines)
        for path in self.gone:
            path.unlink(missing_ok=True)


def origins(table: Path) -> frozenset[Origin]:
    """Return from which payloads the rows of a feed's table came.

    Raises
    ------
    MissingData
        If the feed has no table: then nobody knows what is needed.
    TornFile
        If a file of it cannot be read.
    """
    import polars as pl

    files = sorted((table / "vintages").glob("retrieved_on=*/*.parquet"))
    if not files:
        raise MissingData(f"{table}: no table, so no payload of it is dispensable; ingest first")
    try:
        frame = pl.read_parquet(
            files, columns=["retrieved_at", "raw_sha256"], hive_partitioning=False, glob=False
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise TornFile(f"{table / 'vintages'}: {error}") from error
    return frozenset(_origins(frame))


def thinnings(paths: Paths, source: str, before: date) -> Iterator[Thinning]:
    """Yield what is to be done to the days of a feed that lie before a day, oldest first.

    Raises
    ------
    MissingData, TornFile
        If the table or a list of receipts cannot be read: nothing was yielded then.
    """
    top = paths.raw_source(source)
    folders = sorted(file.parent for file in top.glob(f"*/*/*/{RECEIPTS}"))
    old = [folder for folder in folders if day_of(folder) < before]
    if not old:
        return
    needed = origins(paths.table(source))
    received = {folder: read_receipts(folder) for folder in old}
    newest = folders[-1]
    for folder in old:
        found = _thinned(folder, received[folder], needed, whole=folder == newest)
        if found is not None:
            yield found


def day_of(folder: Path) -> date:
    """Return the day that a folder ``.../YYYY/MM/DD`` is of.

    Raises
    ------
    TornFile
        If it is of none.
    """
    try:
        year, month, day = (int(part) for part in folder.parts[-3:])
        return date(year, month, day)
    except ValueError as error:
        raise TornFile(f"{folder} is not named by a day") from error


def _thinned(
    folder: Path, receipts: Collection[Receipt], needed: Collection[Origin], *, whole: bool
) -> Thinning | None:
    last = max(receipts, key=lambda each: each.retrieved_at, default=None)
    kept = tuple(each for each in receipts if whole or each is last or _origin(each) in needed)
    names = {each.file for each in kept}
    dropped = {each.file for each in receipts} - names
    gone = [path for name in sorted(dropped) for path in _forms(folder / name) if path.exists()]
    return Thinning(folder, kept, tuple(gone)) if len(kept) < len(receipts) else None


def _forms(path: Path) -> tuple[Path, Path]:
    return path, packed_path(path)


def _origin(receipt: Receipt) -> Origin:
    return receipt.retrieved_at.astimezone(UTC), receipt.sha256


def _origins(frame: pl.DataFrame) -> Iterator[Origin]:
    for at, sha256 in frame.unique().iter_rows():
        yield at.astimezone(UTC), sha256
