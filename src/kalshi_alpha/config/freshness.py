"""``configs/freshness.yaml``: how old each feed may be, and when its next value is due."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import msgspec

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.dues import (
    Due,
    climate_dues,
    daily_dues,
    release_dues,
    trading_day_dues,
    weekday_dues,
)
from kalshi_alpha.core.gates.freshness import AgeUnit, FeedRule
from kalshi_alpha.core.schedule.bond_days import BondCalendar
from kalshi_alpha.core.schedule.releases import Release, ReleaseCalendar

_DAYS_BACK = 60


class Rhythm(StrEnum):
    """What decides when a feed's next value is due."""

    RELEASE = "release"
    DAILY = "daily"
    WEEKDAY = "weekday"
    TRADING_DAY = "trading_day"
    CLIMATE_DAY = "climate_day"


class Station(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A climate station that is traded, with its constant standard-time offset in hours."""

    code: str
    standard_offset_hours: int


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Thresholds of one feed.

    Attributes
    ----------
    source
        Name of the driver.
    max_age_days, unit
        Oldest age that passes, and how it is counted.
    grace_minutes
        How long after its due time a value may be absent before it is overdue.
    rhythm
        What decides when values are due.
    event
        Calendar event, for ``release``.
    due_at
        New York time of day, for the daily rhythms; for ``climate_day`` the time of the final
        report in local standard time on the day after.
    low, high
        Range of the value, or null.
    series_id
        Identifier that the value must carry, or null.
    stations
        Stations that are traded, for ``climate_day``.
    """

    source: str
    max_age_days: int
    unit: AgeUnit
    grace_minutes: int
    rhythm: Rhythm
    event: str | None = None
    due_at: time | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    series_id: str | None = None
    stations: tuple[Station, ...] = ()

    def __post_init__(self) -> None:
        if self.max_age_days < 0 or self.grace_minutes < 0:
            raise BadParameter("max_age_days and grace_minutes cannot be negative")
        if (self.rhythm is Rhythm.RELEASE) != (self.event is not None):
            raise BadParameter("event belongs to rhythm release, and to no other")
        if (self.rhythm is Rhythm.RELEASE) != (self.due_at is None):
            raise BadParameter("due_at belongs to every rhythm but release")
        if (self.rhythm is Rhythm.CLIMATE_DAY) != bool(self.stations):
            raise BadParameter("stations belong to rhythm climate_day, and to no other")
        if len({station.code for station in self.stations}) != len(self.stations):
            raise BadParameter("a station is listed twice")
        if self.low is not None and self.high is not None and not self.low <= self.high:
            raise BadParameter("low must not be above high")


class Freshness(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every feed, by the name under which reports show it."""

    schema: Literal[1]
    feeds: dict[str, Feed]

    def rules(self) -> tuple[FeedRule, ...]:
        """Return one rule per feed, and one per station of a feed that has stations."""
        return tuple(
            FeedRule(
                feed=feed_name(name, station.code if station else None),
                max_age_days=feed.max_age_days,
                unit=feed.unit,
                grace=timedelta(minutes=feed.grace_minutes),
                low=feed.low,
                high=feed.high,
                series_id=feed.series_id,
            )
            for name, feed in self.feeds.items()
            for station in feed.stations or (None,)
        )

    def dues(
        self,
        name: str,
        at: datetime,
        *,
        calendar: ReleaseCalendar,
        bond_days: BondCalendar | None = None,
    ) -> tuple[Due, ...]:
        """Return when values of a feed are due around a clock.

        Parameters
        ----------
        name
            Name of a rule: the feed's, with its station if it has any.
        at
            The clock.
        calendar
            Announced releases.
        bond_days
            Trading days; without them a feed that follows them has no known due dates, and age
            alone decides.
        """
        key, _, code = (name, "", "") if name in self.feeds else name.rpartition(".")
        feed = self.feeds[key]
        if feed.due_at is None:
            rows = calendar.of_event(feed.event or "")
            return (
                release_dues(rows, on=_claims_week)
                if feed.event == "claims"
                else release_dues(rows)
            )
        match feed.rhythm:
            case Rhythm.DAILY:
                return daily_dues(at, feed.due_at, days=_DAYS_BACK)
            case Rhythm.WEEKDAY:
                return weekday_dues(at, feed.due_at, days=_DAYS_BACK)
            case Rhythm.TRADING_DAY:
                if bond_days is None:
                    return ()
                return trading_day_dues(at, feed.due_at, bond_days, days=_DAYS_BACK)
            case _:
                station = next(s for s in feed.stations if s.code == code)
                return climate_dues(
                    at,
                    standard_offset=timedelta(hours=station.standard_offset_hours),
                    final_after=timedelta(hours=feed.due_at.hour, minutes=feed.due_at.minute),
                    days=_DAYS_BACK,
                )


def feed_name(feed: str, station: str | None) -> str:
    """Return the name of a feed's rule: the feed's own, or with its station."""
    return feed if station is None else f"{feed}.{station}"


def _claims_week(release: Release) -> date:
    return date.fromisoformat(release.reference)
