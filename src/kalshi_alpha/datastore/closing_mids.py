"""Markets that were asked for their closing mid and had none: a memory, so that asking ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.datastore.atomic import write_json

SCHEMA = 1


class MidAttempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often a market was asked, when last, and what it lacked then."""

    attempts: int
    asked_at: datetime
    why: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: int
    generated_at: datetime
    markets: dict[str, MidAttempt]


class _SchemaOnly(msgspec.Struct):
    schema: int


def read_mid_attempts(path: Path) -> dict[str, MidAttempt]:
    """Return the markets that had no closing mid, by ticker; none if all had one.

    Raises
    ------
    TornFile
        If the file cannot be read, or is not whole.
    NewerSchema
        If a later version of the program wrote it.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise TornFile(f"{path}: cannot be read: {error}") from error
    try:
        schema = msgspec.json.decode(data, type=_SchemaOnly).schema
        if schema > SCHEMA:
            raise NewerSchema(f"{path}: schema {schema}, this program reads up to {SCHEMA}")
        found = msgspec.json.decode(data, type=_File).markets
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TornFile(f"{path}: {error}; move it away to ask anew") from error
    if any(each.asked_at.tzinfo is None for each in found.values()):
        raise TornFile(f"{path}: a time carries no zone; move it away to ask anew")
    return found


def write_mid_attempts(path: Path, markets: Mapping[str, MidAttempt], now: datetime) -> None:
    """Write the markets that had no closing mid, by ticker."""
    document = _File(
        schema=SCHEMA, generated_at=now.astimezone(UTC), markets=dict(sorted(markets.items()))
    )
    write_json(path, document)
