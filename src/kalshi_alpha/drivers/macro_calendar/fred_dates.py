"""Release dates as FRED lists them: the fallback when the BLS gives its calendar to nobody.

FRED gives days only; both releases have come at 08:30 New York time since long before them.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time
from datetime import date as day_type

import msgspec

from kalshi_alpha.drivers.macro_calendar.errors import WrongBody
from kalshi_alpha.drivers.macro_calendar.schema import MacroEvent
from kalshi_alpha.drivers.wire import NEW_YORK, decode_json

RELEASES = {10: "cpi", 50: "jobs"}
"""FRED's numbers of the releases."""

RECORD_SEPARATOR = b"\x1e"
"""Stands before each answer of a payload (RFC 7464)."""

_RELEASE_TIME = time(8, 30)


class _ReleaseDate(msgspec.Struct, frozen=True):
    release_id: int
    date: day_type


class _Answer(msgspec.Struct, frozen=True):
    release_dates: list[_ReleaseDate] | None = None
    error_message: str | None = None


def release_dates(body: bytes, skipped: Counter[str]) -> list[MacroEvent]:
    """Read the answers for both releases.

    Raises
    ------
    WrongBody
        If one of them is missing: half a calendar would withdraw the other half.
    """
    rows: dict[tuple[str, day_type], MacroEvent] = {}
    for record in body.split(RECORD_SEPARATOR)[1:]:
        answer = decode_json(record, _Answer, WrongBody)
        if answer.release_dates is None:
            raise WrongBody(answer.error_message or "no release dates in the answer")
        for each in answer.release_dates:
            event = RELEASES.get(each.release_id)
            if event is None or each.date.year < 2000:
                skipped["other release"] += 1
                continue
            at = datetime.combine(each.date, _RELEASE_TIME, NEW_YORK).astimezone(UTC)
            rows[event, each.date] = MacroEvent(event, each.date, at)
    missing = sorted(set(RELEASES.values()) - {event for event, _ in rows})
    if missing:
        raise WrongBody(f"no dates of {' and '.join(missing)}")
    return list(rows.values())
