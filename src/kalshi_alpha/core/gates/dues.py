"""When values of a feed are due, each built from its publisher's rhythm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kalshi_alpha.core.schedule.bond_days import BondCalendar
from kalshi_alpha.core.schedule.releases import Release
from kalshi_alpha.core.schedule.wall_clock import new_york, wall

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
# Longer than any closure, so that the next due value is always among those returned.
_DAYS_AHEAD = 7


@dataclass(frozen=True, slots=True)
class Due:
    """A value's date, as freshness counts it, and the instant it is due (UTC)."""

    on: date
    at: datetime


def release_date(release: Release) -> date:
    """Return the New York date of a release, from which CPI's freshness is counted."""
    return new_york(release.release_at).date()


def release_dues(
    releases: Iterable[Release], on: Callable[[Release], date] = release_date
) -> tuple[Due, ...]:
    """Return what is due by a release calendar.

    Parameters
    ----------
    releases
        Calendar rows of one event.
    on
        Date of the value that a release publishes. For claims it is the week-ending Saturday
        that the row names; a shifted release must not be counted back from its day.
    """
    return tuple(Due(on(release), release.release_at) for release in releases)


def daily_dues(at: datetime, clock: time, *, days: int) -> tuple[Due, ...]:
    """Return one due value a day at a New York time, from ``days`` ago to a week ahead."""
    return tuple(Due(day, wall(day, clock)) for day in _days_around(at, days))


def weekday_dues(at: datetime, clock: time, *, days: int) -> tuple[Due, ...]:
    """Return one due value from Monday to Friday; holidays are left to the feed's grace."""
    return tuple(
        Due(day, wall(day, clock)) for day in _days_around(at, days) if day.weekday() < _SATURDAY
    )


def trading_day_dues(
    at: datetime, clock: time, calendar: BondCalendar, *, days: int
) -> tuple[Due, ...]:
    """Return one due value a trading day at a New York time, ``days`` ago to a week ahead."""
    return tuple(
        Due(day, wall(day, clock)) for day in _days_around(at, days) if calendar.trades(day)
    )


def climate_dues(
    at: datetime, *, standard_offset: timedelta, final_after: timedelta, days: int
) -> tuple[Due, ...]:
    """Return when final climate reports are due.

    A climate day runs from midnight to midnight of local standard time all year, so it ends at
    a constant UTC time; the final report follows ``final_after`` later. Days run from ``days``
    ago to a week ahead.
    """
    midnight_utc = time(0, tzinfo=UTC)
    return tuple(
        Due(day, datetime.combine(day + _ONE_DAY, midnight_utc) - standard_offset + final_after)
        for day in _days_around(at, days)
    )


def _days_around(at: datetime, days: int) -> list[date]:
    today = new_york(at).date()
    return [today + timedelta(days=distance) for distance in range(-days, _DAYS_AHEAD + 1)]
