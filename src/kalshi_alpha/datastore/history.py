"""History files: CSV tables by file name, in one folder or continued over several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.datastore.columns import Column, polars_schema
from kalshi_alpha.datastore.history_limits import BELIEVED

if TYPE_CHECKING:
    import polars as pl


_YEARS = (1800, 2199)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value that was read and cannot be believed; ``row`` is the text of its row's key."""

    file: str
    row: str
    column: str
    value: float


class History:
    """CSV history below some folders; a later folder continues the series of an earlier one.

    A file may lie in a folder itself or in a folder below it; its name alone says what it holds.

    Parameters
    ----------
    folders
        Searched in order.

    Raises
    ------
    MissingData
        If one of them is not there.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        absent = [folder for folder in folders if not folder.is_dir()]
        if absent or not folders:
            named = absent[0] if absent else "(none was named)"
            raise MissingData(f"no history folder {named}; name one that is there with --data")
        self._folders = tuple(folders)
        self._left_out: dict[tuple[str, str, str], LeftOut] = {}

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Values beyond belief of the tables read so far, in the order of reading."""
        return tuple(self._left_out.values())

    def files(self, name: str) -> list[Path]:
        """Return the files of a name, in the order of the folders."""
        return [path for folder in self._folders for path in sorted(folder.rglob(name))]

    def frame(
        self, name: str, columns: Sequence[Column], key: Sequence[str], sort: Sequence[str]
    ) -> pl.DataFrame:
        """Read one table over all folders; a value beyond `BELIEVED` is taken as absent.

        Parameters
        ----------
        name
            File name, such as ``ICSA.csv``.
        columns
            Columns wanted and their types; others are left out.
        key
            Columns that name a row: where two folders hold the same key, the later one wins.
        sort
            Columns to sort by.

        Raises
        ------
        MissingData
            If no folder holds the file, or a column is absent.
        TornFile
            If a value is not of its type, or a row has no day or one of another age.
        """
        import polars as pl

        paths = self.files(name)
        if not paths:
            raise MissingData(f"no {name} below {', '.join(map(str, self._folders))}")
        frames = [self._read(path, columns) for path in paths]
        whole = pl.concat(frames).unique(subset=list(key), keep="last", maintain_order=True)
        _check_days(name, whole, columns, key)
        return self._believed(name, whole.sort(list(sort)), columns, key)

    def _believed(
        self, name: str, table: pl.DataFrame, columns: Sequence[Column], key: Sequence[str]
    ) -> pl.DataFrame:
        """Return the table without values beyond belief, and remember them."""
        import polars as pl

        for column in [c for c, kind in columns if kind in {"int", "float"} and c in BELIEVED]:
            least, greatest = BELIEVED[column]
            value = pl.col(column).cast(pl.Float64).fill_nan(None)
            odd = ((value < least) | (value > greatest)).fill_null(value=False)
            for row in table.filter(odd).iter_rows(named=True):
                named = " ".join(str(row[each]) for each in key)
                found = LeftOut(name, named, column, float(row[column]))
                self._left_out[name, named, column] = found
            table = table.with_columns(pl.when(~odd).then(pl.col(column)).alias(column))
        return table

    @staticmethod
    def _read(path: Path, columns: Sequence[Column]) -> pl.DataFrame:
        import polars as pl

        wanted = [name for name, _ in columns]
        try:
            text = pl.read_csv(path, infer_schema=False)
        except pl.exceptions.PolarsError as error:
            raise TornFile(f"{path}: {error}") from error
        absent = sorted(set(wanted) - set(text.columns))
        if absent:
            raise MissingData(f"{path} has no column {absent[0]}")
        schema = polars_schema(columns)
        try:
            return text.select(_typed(name, schema[name]) for name in wanted)
        except pl.exceptions.PolarsError as error:
            raise TornFile(f"{path}: {error}") from error


def _check_days(
    name: str, table: pl.DataFrame, columns: Sequence[Column], key: Sequence[str]
) -> None:
    """Refuse a row that its key does not date, or a day with which nobody can reckon."""
    import polars as pl

    for column in [c for c, kind in columns if kind in {"date", "time"}]:
        year = pl.col(column).dt.year()
        odd = (year < _YEARS[0]) | (year > _YEARS[1])
        rows = table.filter(odd.fill_null(value=column in key))
        if rows.height:
            row = ", ".join("" if value is None else str(value) for value in rows.row(0))
            raise TornFile(f"{name}: {column} is no day of this age in the row {row[:200]}")


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    import polars as pl

    column = pl.col(name)
    if dtype == pl.Date():
        # A bare month means its first day.
        return (
            pl.when(column.str.len_chars() == 7)
            .then(column + "-01")
            .otherwise(column)
            .str.to_date("%Y-%m-%d")
            .alias(name)
        )
    if dtype == pl.Datetime("us", "UTC"):
        return column.str.to_datetime(time_unit="us", time_zone="UTC").alias(name)
    if dtype == pl.Boolean():
        return (column.str.to_lowercase() == "true").alias(name)
    if dtype == pl.Int64():
        return column.cast(pl.Float64).cast(pl.Int64).alias(name)
    return column.cast(dtype).alias(name)
