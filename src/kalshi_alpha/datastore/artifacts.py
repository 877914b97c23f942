"""Reading JSON artifacts that a decision depends on: whole, of a known schema, and of now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kalshi_alpha.core.errors import FutureData, MissingData, NewerSchema, StaleData, TornFile

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far ahead a writer's clock may run before its file counts as written in the future."""


END_OF_TIME = datetime.max.replace(tzinfo=UTC)
"""A clock by which no file is of later: for whoever reads one whatever its date."""

T = TypeVar("T")


class _Header(msgspec.Struct, frozen=True):
    schema: int
    generated_at: datetime


def read_json(
    path: Path, schema: int, now: datetime, max_age: timedelta | None = None
) -> dict[str, Any]:
    """Read a JSON artifact that carries ``schema`` and ``generated_at``.

    Parameters
    ----------
    path : Path
        The artifact.
    schema : int
        Newest schema this reader understands.
    now : datetime
        The run's clock, aware.
    max_age : timedelta, optional
        Oldest age that is accepted, inclusive; None accepts any age.

    Returns
    -------
    dict
        The whole object.

    Raises
    ------
    MissingData
        If there is no such file.
    TornFile
        If it is not a whole JSON object with both fields.
    NewerSchema
        If a later version wrote it.
    FutureData
        If it claims to be generated after ``now``.
    StaleData
        If it is older than ``max_age``.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingData(f"{path} is not there") from error
    try:
        header = msgspec.json.decode(data, type=_Header)
        whole: dict[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TornFile(f"{path}: {error}") from error
    if header.schema > schema:
        raise NewerSchema(f"{path}: schema {header.schema}, this version reads {schema}")
    if header.generated_at.tzinfo is None:
        raise TornFile(f"{path}: generated_at has no time zone")
    age = now - header.generated_at.astimezone(UTC)
    if age < -CLOCK_TOLERANCE:
        raise FutureData(f"{path}: generated {-age} after the clock")
    if max_age is not None and age > max_age:
        raise StaleData(f"{path}: {age} old, at most {max_age} is accepted")
    return whole


def read_typed(
    path: Path,
    kind: type[T],
    schema: int,
    now: datetime,
    max_age: timedelta | None = None,
    *,
    remedy: str = "",
) -> T:
    """Read a JSON artifact as `read_json` does, and convert it to its type.

    Parameters
    ----------
    path, schema, now, max_age
        As of `read_json`.
    kind
        What the object is to be.
    remedy
        What the message ends with if it is not that.

    Raises
    ------
    MissingData, TornFile, NewerSchema, FutureData, StaleData
        As `read_json`; TornFile also if a value is not of its type.
    """
    tree = read_json(path, schema, now, max_age)
    try:
        return msgspec.convert(tree, kind)
    except msgspec.ValidationError as error:
        raise TornFile(f"{path}: {error}{remedy and f'; {remedy}'}") from error
