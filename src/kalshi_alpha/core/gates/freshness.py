"""Is a feed's newest value fresh: age, due dates, range and identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.dues import Due
from kalshi_alpha.core.schedule.wall_clock import new_york


class FeedStatus(StrEnum):
    """What is the matter with a feed; only ``OK`` lets a decision pass."""

    OK = "ok"
    STALE = "stale"
    OVERDUE = "overdue"
    MISSING = "missing"
    OUT_OF_RANGE = "out_of_range"
    FUTURE_DATED = "future_dated"
    SERIES_MISMATCH = "TENY_SERIES_MISMATCH"


class AgeUnit(StrEnum):
    """How a feed's age is counted."""

    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True, slots=True)
class FeedRule:
    """What is asked of a feed.

    Attributes
    ----------
    feed
        Name of the feed, with its station if it has several: ``nws_daily_climate.NYC``.
    max_age_days
        Oldest age that passes, counted in ``unit`` on New York dates.
    unit
        Calendar days, or trading days of the bond market.
    grace
        How long after its due time a value may be absent before it is overdue.
    low, high
        Range of the value, both ends included; None for no bound.
    series_id
        Identifier the value must carry, or None.
    """

    feed: str
    max_age_days: int
    unit: AgeUnit
    grace: timedelta
    low: Decimal | None = None
    high: Decimal | None = None
    series_id: str | None = None

    def __post_init__(self) -> None:
        if not (self.max_age_days >= 0 and self.grace >= timedelta(0)):
            raise BadParameter(f"{self.feed}: maximum age and grace cannot be negative")


@dataclass(frozen=True, slots=True)
class FeedReading:
    """One value of a feed.

    Attributes
    ----------
    on
        The date its freshness is counted from: release date (CPI), week-ending Saturday
        (claims), day of the curve, label or page (yields, nowcast, gasoline), climate day of a
        final report (temperature; an interim report is no reading).
    available_at
        Instant from which the value could be known, UTC.
    value
        The value in the feed's unit, or None where no range is asked for.
    series_id
        The publisher's identifier, where one is asked for.
    """

    on: date
    available_at: datetime
    value: Decimal | None = None
    series_id: str | None = None


@dataclass(frozen=True, slots=True)
class FeedVerdict:
    """The state of a feed at a clock.

    Attributes
    ----------
    feed, status
        Which feed, and what is the matter with it.
    newest_on
        Date of the newest value that counts, or None.
    age_days
        Its age in the rule's unit, or None.
    due_on, due_at
        The newest value that should exist by now, and when it was due, its grace not counted;
        None if none was.
    detail
        One line for reports.
    """

    feed: str
    status: FeedStatus
    newest_on: date | None
    age_days: int | None
    due_on: date | None
    due_at: datetime | None
    detail: str

    @property
    def ok(self) -> bool:
        """Whether the feed may be used."""
        return self.status is FeedStatus.OK


def judge_feed(
    rule: FeedRule,
    readings: Iterable[FeedReading],
    dues: Sequence[Due],
    at: datetime,
    *,
    business_days: Callable[[date, date], int] | None = None,
) -> FeedVerdict:
    """Judge a feed at a clock.

    Values dated or available later than the clock never count. Of the rest the newest is
    judged, in this order: identity and range; ``OVERDUE`` if a newer value was due more than
    the grace ago, whatever the age; ``STALE`` if it is older than the threshold and a newer
    value was due. Where the due dates do not reach from the newest value to beyond the clock,
    nobody knows whether one was due, and age alone decides.

    Parameters
    ----------
    rule
        The feed's thresholds.
    readings
        Its values, in any order.
    dues
        When which values were or will be due; past and coming, in any order.
    at
        The clock, with its zone.
    business_days
        Counts trading days after a first date up to a last one; needed by rules in
        `AgeUnit.BUSINESS_DAYS`.

    Raises
    ------
    BadParameter
        If the rule counts business days and no way to count them is given.
    """
    today = new_york(at).date()
    every = sorted(readings, key=lambda reading: (reading.on, reading.available_at))
    counting = [r for r in every if r.on <= today and r.available_at <= at]
    expected = max((due for due in dues if due.at <= at), default=None, key=lambda due: due.on)
    if not counting:
        status = FeedStatus.FUTURE_DATED if every else FeedStatus.MISSING
        said = f"only values dated after the clock, first {every[0].on}" if every else "no value"
        return _verdict(rule, status, None, None, expected, said)
    newest = counting[-1]
    age = _age(rule, newest.on, today, business_days)
    status, said = _judge_newest(rule, newest, age, dues, expected, at)
    if len(every) > len(counting):
        said += f"; {len(every) - len(counting)} future-dated ignored"
        if status in {FeedStatus.STALE, FeedStatus.OVERDUE}:
            status = FeedStatus.FUTURE_DATED
    return _verdict(rule, status, newest.on, age, expected, said)


def _judge_newest(
    rule: FeedRule,
    newest: FeedReading,
    age: int,
    dues: Sequence[Due],
    expected: Due | None,
    at: datetime,
) -> tuple[FeedStatus, str]:
    if rule.series_id is not None and newest.series_id != rule.series_id:
        said = f"series is {newest.series_id}, must be {rule.series_id}"
        return FeedStatus.SERIES_MISMATCH, said
    if not _in_range(rule, newest.value):
        said = f"value {newest.value} is outside [{rule.low}, {rule.high}]"
        return FeedStatus.OUT_OF_RANGE, said
    late = [due for due in dues if due.on > newest.on and due.at + rule.grace < at]
    if late:
        owed = max(late, key=lambda due: due.on)
        said = (
            f"newest is {newest.on}; {owed.on}, due {owed.at:%Y-%m-%dT%H:%MZ}, is beyond its grace "
            f"of {grace_told(rule.grace)}"
        )
        return FeedStatus.OVERDUE, said
    newer_was_due = (
        expected.on > newest.on
        if expected is not None and _dues_reach(dues, newest.on, at)
        else True
    )
    said = f"newest is {newest.on}, {age} of {rule.max_age_days} {rule.unit.replace('_', ' ')} old"
    if age > rule.max_age_days and newer_was_due:
        return FeedStatus.STALE, said
    told = f"{said}, and no newer one was due" if age > rule.max_age_days else said
    return FeedStatus.OK, told


def grace_told(grace: timedelta) -> str:
    """Write how long a value may be late in the largest unit that leaves it whole."""
    minutes = int(grace.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60
    if minutes and minutes == days * 1440:
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{hours} h" if minutes and minutes == hours * 60 else f"{minutes} min"


def _dues_reach(dues: Sequence[Due], newest_on: date, at: datetime) -> bool:
    """Say whether due dates are known from the newest value to beyond the clock."""
    return any(due.on <= newest_on for due in dues) and any(due.at > at for due in dues)


def _in_range(rule: FeedRule, value: Decimal | None) -> bool:
    if rule.low is None and rule.high is None:
        return True
    if value is None or not value.is_finite():
        return False
    return (rule.low is None or value >= rule.low) and (rule.high is None or value <= rule.high)


def _age(
    rule: FeedRule,
    newest_on: date,
    today: date,
    business_days: Callable[[date, date], int] | None,
) -> int:
    if rule.unit is AgeUnit.CALENDAR_DAYS:
        return (today - newest_on).days
    if business_days is None:
        raise BadParameter(f"{rule.feed}: business days need a calendar to count them by")
    return business_days(newest_on, today)


def _verdict(
    rule: FeedRule,
    status: FeedStatus,
    newest_on: date | None,
    age: int | None,
    expected: Due | None,
    said: str,
) -> FeedVerdict:
    return FeedVerdict(
        feed=rule.feed,
        status=status,
        newest_on=newest_on,
        age_days=age,
        due_on=expected.on if expected else None,
        due_at=expected.at if expected else None,
        detail=f"{rule.feed}: {status}, {said}",
    )
