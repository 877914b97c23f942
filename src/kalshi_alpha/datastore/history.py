"""History files: CSV tables by file name, in one folder or continued over several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.core.errors import MissingData, TornFile
from kalshi_alpha.datastore.columns import Column, polars_schema

if TYPE_CHECKING:
    import polars as pl


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
            raise MissingData(f"no history folder {absent[0] if absent else '(none was named)'}")
        self._folders = tuple(folders)

    def files(self, name: str) -> list[Path]:
        """Return the files of a name, in the order of the folders."""
        return [path for folder in self._folders for path in sorted(folder.rglob(name))]

    def frame(
        self, name: str, columns: Sequence[Column], key: Sequence[str], sort: Sequence[str]
    ) -> pl.DataFrame:
        """Read one table over all folders.

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
            If a value is not of its type.
        """
        import polars as pl

        paths = self.files(name)
        if not paths:
            raise MissingData(f"no {name} below {', '.join(map(str, self._folders))}")
        frames = [self._read(path, columns) for path in paths]
        whole = pl.concat(frames).unique(subset=list(key), keep="last", maintain_order=True)
        return whole.sort(list(sort))

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
