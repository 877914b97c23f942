"""Column types by name, and frames that hold exactly the columns they declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kalshi_alpha.core.errors import BadParameter

if TYPE_CHECKING:
    import polars as pl

Column = tuple[str, str]
"""A column's name and one of the words of `DTYPES`."""

DTYPES = ("text", "bool", "int", "float", "date", "time")
"""Text, truth, whole number, float64, calendar date, UTC instant with microseconds."""


def polars_schema(columns: Sequence[Column]) -> dict[str, Any]:
    """Translate ``columns`` into a Polars schema.

    Raises
    ------
    BadParameter
        If a type is not one of `DTYPES`, or a name occurs twice.
    """
    import polars as pl

    types: dict[str, Any] = {
        "text": pl.String(),
        "bool": pl.Boolean(),
        "int": pl.Int64(),
        "float": pl.Float64(),
        "date": pl.Date(),
        "time": pl.Datetime("us", "UTC"),
    }
    schema: dict[str, Any] = {}
    for name, dtype in columns:
        if dtype not in types:
            raise BadParameter(f"column {name}: unknown type {dtype!r}, use one of {DTYPES}")
        if name in schema:
            raise BadParameter(f"column {name} is declared twice")
        schema[name] = types[dtype]
    return schema


def frame_of(columns: Sequence[Column], rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Build a frame of exactly ``columns`` from ``rows``; ``None`` is an absent value.

    Raises
    ------
    BadParameter
        If a row lacks a column, has one too many, or holds a value of another type.
    """
    import polars as pl

    names = [name for name, _ in columns]
    expected = set(names)
    records = []
    for row in rows:
        if row.keys() != expected:
            raise BadParameter(f"row columns differ: {sorted(expected ^ row.keys())}")
        records.append([row[name] for name in names])
    try:
        return pl.DataFrame(records, schema=polars_schema(columns), orient="row", strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise BadParameter(f"a value does not fit its column: {error}") from error
