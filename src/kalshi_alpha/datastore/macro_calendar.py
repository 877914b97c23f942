"""The calendar of macro releases: as announcements, and day by day as an operator reads it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from kalshi_alpha.core.errors import BadParameter, MissingData
from kalshi_alpha.core.schedule import Release, ReleaseCalendar, new_york
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.columns import Column, frame_of
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore

SOURCE = "macro_calendar"
EVENTS = ("fomc", "cpi", "jobs", "claims")
COLUMNS: tuple[Column, ...] = (("date", "date"), *((f"is_{event}", "bool") for event in EVENTS))
"""Columns of ``latest.parquet``: a day, and what is scheduled on it."""

DAYS_BACK, DAYS_AHEAD = 31, 92
"""Least window of ``latest.parquet`` around the day of the clock; it ends with the last event."""

Row = Mapping[str, object]

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def known_events(store: FeedStore, as_of: datetime) -> list[dict[str, object]]:
    """Return the calendar's rows as they were known; none if it was never ingested."""
    try:
        return store.rows(SOURCE, as_of)
    except MissingData:
        return []


def release_calendar(rows: Iterable[Row]) -> ReleaseCalendar:
    """Build the calendar from its table; a day without an hour is left out.

    A release reports the month before the one it falls in, ``2025-05``; claims report the week
    that ended on the Saturday before, ``2025-06-07``; a decision of the FOMC is its own day.
    """
    return ReleaseCalendar.of(
        Release(at, str(row["event"]), reference(str(row["event"]), new_york(at).date()))
        for row in rows
        if isinstance(at := row["release_at"], datetime)
    )


def reference(event: str, release_on: date) -> str:
    """Return the period that a release of a day reports, as `release_calendar` writes it."""
    if event == "claims":
        # Five days before a Thursday, four before a Wednesday that a holiday moved it to.
        back = (release_on.weekday() - _SATURDAY) % 7 or 7
        return (release_on - timedelta(days=back)).isoformat()
    if event == "fomc":
        return release_on.isoformat()
    year, month = divmod(release_on.year * 12 + release_on.month - 2, 12)
    return f"{year}-{month + 1:02d}"


def event_days(rows: Iterable[Row], first: date, last: date) -> list[dict[str, object]]:
    """Return one row a day from ``first`` to ``last``, with a mark for each kind of event.

    Raises
    ------
    BadParameter
        If the window ends before it begins.
    """
    if not first <= last:
        raise BadParameter(f"a window from {first} to {last}")
    scheduled = {(row["event"], row["release_on"]) for row in rows}
    days = [first + n * _ONE_DAY for n in range((last - first).days + 1)]
    return [
        {"date": day, **{f"is_{event}": (event, day) in scheduled for event in EVENTS}}
        for day in days
    ]


def known_until(rows: Iterable[Row]) -> dict[str, date | None]:
    """Return the last scheduled day of each event: beyond it the calendar knows nothing."""
    last: dict[str, date | None] = dict.fromkeys(EVENTS)
    for row in rows:
        event, day = str(row["event"]), row["release_on"]
        if event in last and isinstance(day, date):
            last[event] = max(last[event] or day, day)
    return last


def unknown_events(until: Mapping[str, date | None], day: date) -> tuple[str, ...]:
    """Return the events of which nothing is known on a day, given `known_until`.

    Without a mark there, the day may have the event or not.
    """
    return tuple(event for event in EVENTS if (last := until[event]) is None or day > last)


def write_latest(rows: Sequence[Row], paths: Paths, as_of: datetime) -> Path:
    """Write ``latest.parquet``: today, event or not, the days before and the days ahead.

    Parameters
    ----------
    rows
        Rows of the table ``macro_calendar`` as they were known at ``as_of``.
    paths
        The file tree.
    as_of
        The clock; its New York date is today.
    """
    today = new_york(as_of).date()
    ahead = [day for day in known_until(rows).values() if day is not None]
    last = max([*ahead, today + timedelta(days=DAYS_AHEAD)])
    buffer = io.BytesIO()
    days = event_days(rows, today - timedelta(days=DAYS_BACK), last)
    frame_of(COLUMNS, days).write_parquet(buffer, compression="zstd")
    path = paths.macro_calendar_latest
    if not (path.exists() and path.read_bytes() == buffer.getvalue()):
        write_atomic(path, buffer.getvalue())
    return path
