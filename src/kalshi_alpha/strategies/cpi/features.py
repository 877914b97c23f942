"""What is known of a reference month on the eve of its release, and when it became known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import InputUsed
from kalshi_alpha.strategies.cpi.gasoline import GasMonth, daily_prices, month_mean, news_pct
from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.rows import GasRow, NowcastRow, ReleaseRow

LABEL_LEAD_DAYS_MAX = 28
"""How long before its release a nowcast may be labelled.

Calibrations learn from labels three to six days before. Over the 47 releases from July 2021 to
May 2025 the root mean square error was 0.19 with labels up to 14 days before the release, 0.20
at 21, 0.21 at 28 and 0.24 at 35 days: beyond four weeks the calibrated scale is too narrow.
"""

_ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Nowcast:
    """The last usable Cleveland Fed nowcast: its value in percent m/m and the day it is for."""

    pct: float
    label_on: date
    used: InputUsed


@dataclass(frozen=True, slots=True)
class Gasoline:
    """The month's mean as known when the nowcast was made and now, and the change in percent."""

    then: GasMonth
    now: GasMonth
    news_pct: float
    surveyor: str
    used: InputUsed


def next_release(rows: Sequence[ReleaseRow], as_of: datetime) -> datetime:
    """Return the next scheduled CPI release.

    Raises
    ------
    MissingData
        If the calendar knows of none after the clock, or gives the next one a day but no hour.
    """
    today = as_of.astimezone(_ZONE).date()
    ahead = [
        row
        for row in rows
        if row.event == "cpi"
        and (row.release_on >= today if row.release_at is None else row.release_at > as_of)
    ]
    if not ahead:
        raise MissingData("the calendar holds no CPI release after the clock")
    first = min(ahead, key=lambda row: row.release_on)
    if first.release_at is None:
        raise MissingData(f"the calendar gives no hour for the CPI release of {first.release_on}")
    return first.release_at


def reference_month(release_at: datetime) -> date:
    """Return the month a release is about: the one before the month it falls in."""
    return months_before(release_at.astimezone(_ZONE).date(), 1)


def nowcast_for(rows: Sequence[NowcastRow], release_at: datetime, as_of: datetime) -> Nowcast:
    """Return the newest headline nowcast of a release's month that is safe to use.

    A value labelled with a day is used from midnight New York time after that day, because the
    hour at which the bank posted it is not recorded. The full-precision file beats the web page.

    Raises
    ------
    MissingData
        If there is none, or it was made so early that the size of its error is not known.
    """
    month = reference_month(release_at)
    usable = [
        row
        for row in rows
        if (row.measure, row.kind, row.target_month) == ("cpi", "nowcast", month)
        and _day_after(row.label_on) <= as_of
    ]
    if not usable:
        raise MissingData(f"no usable Cleveland Fed nowcast for {month:%Y-%m}")
    row = max(usable, key=lambda each: (each.label_on, each.origin == "json"))
    lead = (release_at.astimezone(_ZONE).date() - row.label_on).days
    if lead > LABEL_LEAD_DAYS_MAX:
        raise MissingData(
            f"the newest nowcast for {month:%Y-%m} is of {row.label_on}, {lead} days before the "
            f"release: errors are known up to {LABEL_LEAD_DAYS_MAX} days before"
        )
    used = InputUsed("Cleveland Fed CPI nowcast", row.mom_pct, "% m/m", row.available_at)
    return Nowcast(row.mom_pct, row.label_on, used)


def gasoline_for(rows: Sequence[GasRow], month: date, then: date, as_of: datetime) -> Gasoline:
    """Return what prices published after the nowcast's day say of the month's mean.

    Where prices are known only from a later day, news counts from that day.

    Raises
    ------
    MissingData
        If no price of the month is known.
    """
    prices = daily_prices(rows)
    today = as_of.astimezone(_ZONE).date()
    now = month_mean(prices, month, today)
    if not now.days_seen:
        raise MissingData(f"no gasoline price of {month:%Y-%m} itself is known")
    before = month_mean(prices, month, max(then, min(prices)))
    news = news_pct(before, now)
    known_at = max(row.available_at for row in rows if row.grade == "regular")
    surveyor = rows[0].surveyor
    used = InputUsed(f"{surveyor} news since nowcast", news, "%", known_at)
    return Gasoline(before, now, news, surveyor, used)


def _day_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), _ZONE)
