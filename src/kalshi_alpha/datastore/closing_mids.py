"""Markets that were asked for their closing mid and had none: a memory, so that asking ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import TornFile
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.versioned import bytes_of, decode_versioned

SCHEMA = 1
_REMEDY = "move it away to ask anew"


class MidAttempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How often a market was asked, when last, and what it lacked then."""

    attempts: int
    asked_at: datetime
    why: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    schema: int
    generated_at: datetime
    markets: dict[str, MidAttempt]


def read_mid_attempts(path: Path) -> dict[str, MidAttempt]:
    """Return the markets that had no closing mid, by ticker; none if all had one.

    Raises
    ------
    TornFile
        If the file cannot be read, or is not whole.
    NewerSchema
        If a later version of the program wrote it.
    """
    data = bytes_of(path)
    if data is None:
        return {}
    found = decode_versioned(data, _File, SCHEMA, where=path, remedy=_REMEDY).markets
    if any(each.asked_at.tzinfo is None for each in found.values()):
        raise TornFile(f"{path}: a time carries no zone; {_REMEDY}")
    return found


def write_mid_attempts(path: Path, markets: Mapping[str, MidAttempt], now: datetime) -> None:
    """Write the markets that had no closing mid, by ticker."""
    document = _File(
        schema=SCHEMA, generated_at=now.astimezone(UTC), markets=dict(sorted(markets.items()))
    )
    write_json(path, document)
