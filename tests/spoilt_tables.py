"""What can happen to stored tables, one thing at a time; each change takes the root."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

Change = Callable[[Path], None]


def files_of(root: Path, source: str) -> list[Path]:
    found = sorted((root / "data/proc" / source / "vintages").rglob("*.parquet"))
    assert found
    return found


def rewritten(source: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Change:
    """Pass every file of a feed's table through a change, which must change something."""

    def flip(root: Path) -> None:
        changed = False
        for file in files_of(root, source):
            before = pl.read_parquet(file, hive_partitioning=False)
            after = change(before)
            after.write_parquet(file)
            changed |= not after.equals(before)
        assert changed

    return flip


def without(source: str, rows: pl.Expr) -> Change:
    return rewritten(source, lambda frame: frame.filter(~rows))


def with_values(source: str, where: pl.Expr, **values: object) -> Change:
    new = [
        pl.when(where).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    ]
    return rewritten(source, lambda frame: frame.with_columns(new))


def no_table(source: str) -> Change:
    return lambda root: shutil.rmtree(root / "data/proc" / source)


def both(*changes: Change) -> Change:
    def flip(root: Path) -> None:
        for change in changes:
            change(root)

    return flip


def since(column: str, day: str) -> pl.Expr:
    return pl.col(column) >= date.fromisoformat(day)


def torn(source: str) -> Change:
    def flip(root: Path) -> None:
        file = files_of(root, source)[-1]
        file.write_bytes(file.read_bytes()[:-20])

    return flip


def of_a_later_version(source: str) -> Change:
    def flip(root: Path) -> None:
        path = root / "data/proc" / source / "schema.json"
        path.write_text(json.dumps(json.loads(path.read_bytes()) | {"schema": 2}))

    return flip


def a_folder_in_its_place(source: str) -> Change:
    def flip(root: Path) -> None:
        path = root / "data/proc" / source / "schema.json"
        path.unlink()
        path.mkdir()

    return flip
