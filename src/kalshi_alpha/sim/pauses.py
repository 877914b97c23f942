"""The weekly pause of trading: Thursdays from 03:00 to 05:00 in New York."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
_THURSDAY = 3
_STARTS, _ENDS = time(3), time(5)


def weekly_pause(at: datetime) -> tuple[datetime, datetime]:
    """Return start and end, in UTC, of the pause that is on at an instant or comes next.

    The end is not part of it. The hours are New York's, so they move in UTC with its summer time.
    """
    local = at.astimezone(NEW_YORK)
    day = local.date() + timedelta(days=(_THURSDAY - local.weekday()) % 7)
    starts_at, ends_at = (
        datetime.combine(day, hour, NEW_YORK).astimezone(UTC) for hour in (_STARTS, _ENDS)
    )
    if at < ends_at:
        return starts_at, ends_at
    return weekly_pause(datetime.combine(day + timedelta(days=1), time(0), NEW_YORK))
