"""Reading JSON artifacts that a decision depends on: whole, of a known schema, and of now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from kalshi_alpha.core.errors import FutureData, MissingData, NewerSchema, StaleData, TornFile

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far ahead a writer's clock may run before its file counts as written in the future."""


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
