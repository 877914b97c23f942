"""Absurd values in a history file, or none: what was not known at an instant is changed or gone.

It is done to the text of the file, so that nobody who reads it, in whichever way and as whichever
type, finds the future in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import DataError, TornFile
from kalshi_alpha.datastore.columns import Column
from kalshi_alpha.exec.evaluation.dating import Dating, datings, known_from

if TYPE_CHECKING:
    import polars as pl

    _Alter = Callable[[pl.DataFrame, Sequence[Column], Sequence[Dating], datetime], pl.DataFrame]

_DATE = r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"
_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:"
# Of a column's cells, how many must be numbers; of a table's rows, how many a key must tell apart.
_NUMBERS, _APART = 0.5, 0.9


def poisoned_copy(source: Path, target: Path, cut: datetime) -> Path:
    """Write a file anew with every value absurd that came out after ``cut``; return ``target``.

    Numbers are mirrored within their range, so that they stay numbers a reader accepts, and
    words are exchanged among themselves. Rows keep their keys, and whatever was known keeps its
    text. A file without a date or time tells no future and is copied as it is.

    Raises
    ------
    DataError
        If it is no CSV file: what cannot be poisoned proves nothing.
    """
    return _altered(source, target, cut, _poisoned)


def blanked_copy(source: Path, target: Path, cut: datetime) -> Path:
    """Write a file anew as it was at ``cut``, before what came out later; return ``target``.

    Cells that came out later are empty, and rows that say nothing else are not there. Whatever
    was known keeps its text; a file without a date or time is copied as it is.

    Raises
    ------
    DataError
        If it is no CSV file.
    """
    return _altered(source, target, cut, _blanked)


def _altered(source: Path, target: Path, cut: datetime, alter: _Alter) -> Path:
    import polars as pl

    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix != ".csv":
        raise DataError(f"{source.name}: no CSV file, so its future cannot be made absurd")
    try:
        cells = pl.read_csv(source, infer_schema=False)
    except pl.exceptions.NoDataError:
        cells = pl.DataFrame()
    except pl.exceptions.PolarsError as error:
        raise TornFile(f"{source}: {error}") from error
    dated = _dated(cells)
    found = [each for each in datings(source.name, dated) if each.column in dict(dated)]
    if not found:
        target.write_bytes(source.read_bytes())
    else:
        alter(cells, dated, found, cut.astimezone(UTC)).write_csv(target)
    return target


def late_rows(
    column: str, found: Sequence[Dating], columns: Sequence[Column], cut: datetime
) -> pl.Expr:
    """Say of each row whether a column's value came out after the cut."""
    import polars as pl

    own = [each for each in found if column in each.values]
    rules = own or [each for each in found if not each.values]
    late = pl.lit(value=False)
    for each in rules:
        late = late | (known_from(each, columns) > cut).fill_null(value=False)
    return late


def mirrored(column: str, groups: Sequence[str]) -> pl.Expr:
    """Return values mirrored within the range of their group; one in the middle goes to its end."""
    import polars as pl

    own = pl.col(column).cast(pl.Float64, strict=False).fill_nan(None)
    low, high = own.min(), own.max()
    if groups:
        low, high = low.over(groups), high.over(groups)
    opposite = low + high - own
    return pl.when(opposite == own).then(high + 1.0).otherwise(opposite)


def _poisoned(
    cells: pl.DataFrame, dated: Sequence[Column], found: Sequence[Dating], cut: datetime
) -> pl.DataFrame:
    import polars as pl

    times, numbers, words, key = _sorted_out(cells, dated)
    groups = [name for name in words if name in key]
    changed = {}
    for name in (each for each in (*numbers, *words) if each not in key):
        late = times.select(late_rows(name, found, dated, cut).alias("late"))["late"]
        absurd = _as_written(cells, name, groups) if name in numbers else _exchanged(cells[name])
        other = cells.select(absurd.alias(name))[name]
        # A cell that is empty, or no number among numbers, stays what it is.
        changed[name] = pl.select(
            pl.when(late & other.is_not_null()).then(other).otherwise(cells[name]).alias(name)
        )[name]
    return cells.with_columns(*changed.values())


def _blanked(
    cells: pl.DataFrame, dated: Sequence[Column], found: Sequence[Dating], cut: datetime
) -> pl.DataFrame:
    import polars as pl

    times, numbers, words, key = _sorted_out(cells, dated)
    values = [name for name in (*numbers, *words) if name not in key]
    late = times.select(late_rows(name, found, dated, cut).alias(name) for name in values)
    # A row of keys alone says that something happened: it came when its own dating says.
    bare = times.select(late_rows("", found, dated, cut).alias("late"))["late"]
    gone = late.select(pl.all_horizontal(values).alias("gone"))["gone"] if values else bare
    empty = [
        pl.select(pl.when(late[name]).then(None).otherwise(cells[name]).alias(name))[name]
        for name in values
    ]
    return cells.with_columns(*empty).filter(~gone)


def _sorted_out(
    cells: pl.DataFrame, dated: Sequence[Column]
) -> tuple[pl.DataFrame, list[str], list[str], frozenset[str]]:
    """Return a file's times, the columns of numbers and of words, and what names a row."""
    times = cells.select(_time_of(name, kind) for name, kind in dated)
    numbers = [name for name in cells.columns if _is_number(cells[name])]
    words = [name for name in cells.columns if name not in {*numbers, *times.columns}]
    return times, numbers, words, _key(cells, times.columns, numbers, words)


def _dated(cells: pl.DataFrame) -> tuple[Column, ...]:
    """Return the columns all of whose cells are dates, or all of whose cells are times."""
    kinds = (("date", _DATE), ("time", _TIME))
    return tuple(
        (name, kind)
        for name in cells.columns
        for kind, pattern in kinds
        if cells[name].count() and cells[name].drop_nulls().str.contains(pattern).all()
    )


def _time_of(name: str, kind: str) -> pl.Expr:
    import polars as pl

    text = pl.col(name)
    if kind == "time":
        return text.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    day = pl.when(text.str.len_chars() == len("2024-01")).then(text + "-01").otherwise(text)
    return day.str.to_date("%Y-%m-%d", strict=False).alias(name)


def _is_number(cells: pl.Series) -> bool:
    import polars as pl

    return cells.cast(pl.Float64, strict=False).count() >= _NUMBERS * max(cells.count(), 1)


def _key(
    cells: pl.DataFrame, times: Sequence[str], numbers: Sequence[str], words: Sequence[str]
) -> frozenset[str]:
    """Return what names a row: its times, and what else is needed to tell the rows apart."""
    key = [name for name in cells.columns if name in {*times, *numbers, *words}]
    if cells.select(key).n_unique() < _APART * cells.height:
        return frozenset((*times, *words))
    for name in (*reversed(numbers), *reversed(words)):
        rest = [other for other in key if other != name]
        if cells.select(rest).n_unique() >= _APART * cells.height:
            key = rest
    return frozenset(key)


def _as_written(cells: pl.DataFrame, name: str, groups: Sequence[str]) -> pl.Expr:
    """Return mirrored numbers as text, whole where the column has whole numbers only."""
    import polars as pl

    value = mirrored(name, groups).round(6)
    whole = not cells[name].str.contains(r"[.eE]").any()
    return (value.cast(pl.Int64, strict=False) if whole else value).cast(pl.String)


def _exchanged(cells: pl.Series) -> pl.Expr:
    """Return each word's neighbour in the alphabet of the column's words; the last one's first."""
    import polars as pl

    known = cells.drop_nulls().unique().sort().to_list()
    return pl.col(cells.name).replace(dict(zip(known, known[1:] + known[:1], strict=True)))
