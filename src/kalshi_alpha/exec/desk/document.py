"""The desk as plain data: what ``status --json``, the page and the server for assistants print."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from kalshi_alpha.core.types import Contracts, Money
from kalshi_alpha.exec.desk.desk import CapUse, Desk, FileSeen

_DIGITS = 10


def desk_document(desk: Desk) -> dict[str, Any]:
    """Return the desk as JSON's own values.

    Money and counts are decimal texts, prices keep their integers of 1e-4 dollars (``_e4``), times
    are ISO 8601 in UTC. It begins with ``schema``, ``generated_at``, ``mode`` and
    ``clock_source``; files carry their ``state``, and uses of a cap their ``share``.
    """
    body: dict[str, Any] = _plain(desk)
    del body["schema"], body["at"], body["mode"], body["clock_source"]
    return {
        "schema": desk.schema,
        "generated_at": _plain(desk.at),
        "mode": desk.mode.value,
        "clock_source": desk.clock_source,
        **body,
    }


def _plain(value: Any) -> Any:
    match value:
        case Money() | Contracts() | Decimal():
            return str(value)
        case Enum():
            return value.value
        case float():
            # JSON has no word for what is beyond every number.
            return round(value, _DIGITS) if abs(value) < float("inf") else None
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case tuple() | list():
            return [_plain(each) for each in value]
        case _ if hasattr(value, "__dataclass_fields__"):
            return _fields(value)
        case _:
            return value


def _fields(value: Any) -> dict[str, Any]:
    found = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, FileSeen):
        found["state"] = value.state
    if isinstance(value, CapUse):
        found["share"] = _plain(value.share)
    return found
