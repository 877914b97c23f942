"""Column types by name, and frames that hold exactly the columns they declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from kalshi_alpha.core.errors import BadParameter

if TYPE_CHECKING:
    import polars as pl

Column = tuple[str, str]
"""A column's name and one of the words of `DTYPES`."""

# Polars would turn "1" into 1 and 1.5 into 1; a table takes each type as it is or not at all.
_ACCEPTED: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "date": (date,),
    "time": (datetime,),
}

DTYPES = tuple(_ACCEPTED)
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
    schema = polars_schema(columns)
    for place, (name, dtype) in enumerate(columns):
        _check_types(name, dtype, [record[place] for record in records])
    try:
        return pl.DataFrame(records, schema=schema, orient="row", strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise BadParameter(f"a value does not fit its column: {error}") from error


def _check_types(name: str, dtype: str, values: Sequence[object]) -> None:
    # A truth value is no number and an instant no date, though Python says they are.
    refused = {"int": bool, "float": bool, "date": datetime}.get(dtype, ())
    for value in values:
        if value is None:
            continue
        if not isinstance(value, _ACCEPTED[dtype]) or isinstance(value, refused):
            raise BadParameter(f"column {name} takes {dtype}, not {value!r}")
        if isinstance(value, datetime) and value.tzinfo is None:
            raise BadParameter(f"column {name}: {value} has no time zone")
