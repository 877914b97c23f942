"""New York wall time to UTC instants and back.

Every edge of the schedule is stated in wall time, so each is built from a local date and a
local time of day. Subtracting 24 hours in UTC would move an edge by an hour on the two days
a year when New York changes its clocks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import BadParameter

NEW_YORK = ZoneInfo("America/New_York")


def wall(day: date, at: time) -> datetime:
    """Return the UTC instant at which New York's clocks show ``at`` on ``day``.

    A time shown twice (the autumn change) means its first showing; a time skipped in spring
    means the instant one hour later on the wall, as ``zoneinfo`` resolves it.
    """
    return datetime.combine(day, at, tzinfo=NEW_YORK).astimezone(UTC)


def utc_second(at: datetime) -> datetime:
    """Return the whole second that an instant lies in, in UTC.

    Raises
    ------
    BadParameter
        If the instant carries no zone.
    """
    if at.tzinfo is None or at.utcoffset() is None:
        raise BadParameter(f"an instant must carry its zone, was {at.isoformat()}")
    return at.astimezone(UTC).replace(microsecond=0)


def new_york(at: datetime) -> datetime:
    """Return the instant as New York's clocks show it, to the whole second."""
    return utc_second(at).astimezone(NEW_YORK)


def tz_not_et(process_offset: timedelta, at: datetime) -> bool:
    """Say whether a process's UTC offset at an instant differs from New York's.

    The offset is compared, not the zone's name: Toronto and New York agree, and a fixed
    ``EST`` agrees in winter only.
    """
    return process_offset != new_york(at).utcoffset()
