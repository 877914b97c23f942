"""What an event is about, and the piece of news that it settles on."""

from __future__ import annotations

from datetime import date

from kalshi_alpha.config.series import Series
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.schedule import Release, ReleaseCalendar, new_york
from kalshi_alpha.core.types import event_period

WEEKLY = "claims"
"""The calendar event whose ladders are named by the day of release and are about a week."""


def event_about(event_ticker: str, series: Series, calendar: ReleaseCalendar) -> date:
    """Return what an event is about, as forecasts and outcomes name it.

    That is the month or the day in its ticker. A claims event is named by the day of its release
    and is about the week that the calendar gives for it: holidays move releases.

    Raises
    ------
    BadMarket
        If no period can be read from the ticker.
    MissingData
        If the calendar knows no release of claims on that day.
    """
    named = event_period(event_ticker)
    if series.event != WEEKLY:
        return named
    return date.fromisoformat(_released_on(WEEKLY, named, calendar).reference)


def risk_unit(event_ticker: str, series: Series, calendar: ReleaseCalendar) -> str:
    """Name the piece of news an event settles on, such as ``CPI:2024-12-11``.

    The exposure group and the day the news comes out; or the day itself, with its station
    (``TEMP_NE:NYC:2024-12-12``), where nothing is released on a calendar.

    Raises
    ------
    BadMarket
        If no period can be read from the ticker.
    MissingData
        If the calendar does not know the release.
    """
    named = event_period(event_ticker)
    if series.event is None:
        station = () if series.station is None else (series.station,)
        return ":".join((series.exposure, *station, named.isoformat()))
    if series.event == WEEKLY:
        release = _released_on(WEEKLY, named, calendar)
    else:
        release = _release_of(series.event, f"{named:%Y-%m}", calendar)
    return f"{series.exposure}:{new_york(release.release_at).date()}"


def _release_of(event: str, reference: str, calendar: ReleaseCalendar) -> Release:
    release = calendar.of_reference(event, reference)
    if release is None:
        raise MissingData(f"the calendar names no release of {event} {reference}")
    return release


def _released_on(event: str, day: date, calendar: ReleaseCalendar) -> Release:
    for release in calendar.of_event(event):
        if new_york(release.release_at).date() == day:
            return release
    raise MissingData(f"the calendar names no release of {event} on {day}")
