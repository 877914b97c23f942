"""Source files of recordings: their digests, and frames read from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.datastore.market.partition import Partition

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Source:
    """A set of files of one kind that is imported together.

    Attributes
    ----------
    kind
        What they are, for people.
    files
        Which.
    partitions
        Yields what they hold, one partition after another.
    """

    kind: str
    files: tuple[Path, ...]
    partitions: Callable[[], Iterator[Partition]]


def digests(*files: Path) -> dict[str, str]:
    """Return the SHA-256 of files by their names."""
    found = {}
    for path in sorted(files):
        with path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def read_table(path: Path) -> pl.DataFrame:
    """Return a CSV file's cells as texts, or a Parquet file's columns.

    Raises
    ------
    ParseRefused
        If it cannot be read.
    """
    import polars as pl

    try:
        if path.suffix == ".csv":
            return pl.read_csv(path, infer_schema=False)
        return pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise ParseRefused(path.name, f"cannot be read: {error}") from error


def require_columns(path: Path, frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Return the columns of a file that are used.

    Raises
    ------
    ParseRefused
        If one is not there.
    """
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise ParseRefused(path.name, f"has no column {', '.join(missing)}")
    return frame.select(names)
