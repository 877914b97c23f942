"""What each series waits for: its next release, and the schedule's state until then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kalshi_alpha.config.series import Series
from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.core.schedule import (
    BondCalendar,
    Phase,
    ReleaseCalendar,
    new_york,
)
from kalshi_alpha.core.schedule.phase import missing_calendar
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.exec.desk.desk import NextRelease
from kalshi_alpha.exec.gate_readings import QUOTED_FAMILY
from kalshi_alpha.exec.schedules import phase_of_family

DAILY = "daily"


def next_releases(
    enabled: Sequence[Series], calendar: ReleaseCalendar, at: datetime
) -> tuple[NextRelease, ...]:
    """Return what every switched-on series waits for, the nearest first, daily ones last."""
    days = _bond_days(at) if any(each.family == QUOTED_FAMILY for each in enabled) else None
    phases: dict[str, Phase] = {}
    found = []
    for each in enabled:
        if each.family not in phases:
            own = days if each.family == QUOTED_FAMILY else None
            phases[each.family] = _phase(each.family, at, calendar, own)
        found.append(_next(each, phases[each.family], calendar, at))
    return tuple(sorted(found, key=lambda n: (n.seconds is None, n.seconds or 0.0, n.series)))


def _phase(
    family: str, at: datetime, calendar: ReleaseCalendar, bond_days: BondCalendar | None
) -> Phase:
    """Return a family's phase; one whose package is not installed is frozen, and says so."""
    try:
        return phase_of_family(family, at, calendar, bond_days)
    except NotBuilt as error:
        return missing_calendar(str(error))


def _next(series: Series, phase: Phase, calendar: ReleaseCalendar, at: datetime) -> NextRelease:
    coming = calendar.upcoming(series.event, at) if series.event is not None else ()
    release = coming[0] if coming else None
    if release is not None:
        what = f"{release.event} {release.reference}"
    else:
        what = DAILY if series.event is None else f"{series.event}: not in the calendar"
    return NextRelease(
        series=series.ticker,
        family=series.family,
        what=what,
        release_at=release.release_at if release else None,
        seconds=(release.release_at - at).total_seconds() if release else None,
        state=phase.state.value,
        until=phase.until,
        window_opens_at=phase.window_opens_at,
        window_closes_at=phase.window_closes_at,
        note=phase.note,
    )


def _bond_days(at: datetime) -> BondCalendar:
    year = new_york(at).year
    return bond_calendar(year - 1, year + 1)
