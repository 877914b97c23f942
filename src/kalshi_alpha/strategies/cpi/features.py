"""What is known of a reference month on the eve of its release, and when it became known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.forecast import InputUsed
from kalshi_alpha.strategies.cpi.gasoline import GasMonth, daily_prices, month_mean, news_pct
from kalshi_alpha.strategies.strategy import Row

ADJUSTED, UNADJUSTED = "CUSR0000SA0", "CUUR0000SA0"
_ZONE = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Nowcast:
    """The last usable Cleveland Fed nowcast: its value in percent m/m and the day it is for."""

    pct: float
    label_on: date
    used: InputUsed


@dataclass(frozen=True, slots=True)
class Gasoline:
    """The month's mean as known when the nowcast was made and now, and the change in percent.

    ``available_at`` is when the newest price that entered could first be known.
    """

    then: GasMonth
    now: GasMonth
    news_pct: float
    available_at: datetime


@dataclass(frozen=True, slots=True)
class IndexBase:
    """What the year-on-year print is computed from.

    ``previous_e3`` and ``year_ago_e3`` are NSA levels of the month before and of a year before
    the reference month; ``seasonal_pct`` is what to add to an adjusted monthly change to get the
    unadjusted one, read from the same month of last year.
    """

    previous_e3: int
    year_ago_e3: int
    seasonal_pct: float
    used: tuple[InputUsed, ...]


def next_release(rows: Sequence[Row], as_of: datetime) -> datetime:
    """Return the next scheduled CPI release.

    Raises
    ------
    MissingData
        If the calendar knows of none after the clock.
    """
    ahead = [
        at
        for row in rows
        if row["event"] == "cpi" and isinstance(at := row["release_at"], datetime) and at > as_of
    ]
    if not ahead:
        raise MissingData("the calendar holds no CPI release after the clock")
    return min(ahead)


def reference_month(release_at: datetime) -> date:
    """Return the month a release is about: the one before the month it falls in."""
    first = release_at.astimezone(_ZONE).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


def nowcast_for(rows: Sequence[Row], month: date, as_of: datetime) -> Nowcast:
    """Return the newest headline nowcast of a month that is safe to use.

    A value labelled with a day is used from midnight New York time after that day, because the
    hour at which the bank posted it is not recorded. The full-precision file beats the web page.

    Raises
    ------
    MissingData
        If there is none.
    """
    usable = [
        row
        for row in rows
        if (row["measure"], row["kind"]) == ("cpi", "nowcast")
        and row["target_month"] == month
        and isinstance(row["label_on"], date)
        and _day_after(row["label_on"]) <= as_of
    ]
    if not usable:
        raise MissingData(f"no usable Cleveland Fed nowcast for {month:%Y-%m}")
    row = max(usable, key=lambda r: (str(r["label_on"]), r["origin"] == "json"))
    label, pct = row["label_on"], float(str(row["mom_pct"]))
    assert isinstance(label, date)  # noqa: S101 - filtered above; states it for the type checker
    used = InputUsed("Cleveland Fed CPI nowcast", pct, "% m/m", _available(row))
    return Nowcast(pct, label, used)


def gasoline_for(rows: Sequence[Row], month: date, then: date, as_of: datetime) -> Gasoline:
    """Return what prices published after the nowcast's day say of the month's mean.

    Raises
    ------
    MissingData
        If no price of the month is known.
    """
    prices = daily_prices(rows)
    today = as_of.astimezone(_ZONE).date()
    before = month_mean(prices, month, max(then, min(prices)))
    now = month_mean(prices, month, today)
    available_at = max(_available(row) for row in rows)
    return Gasoline(before, now, news_pct(before, now), available_at)


def index_base(rows: Sequence[Row], month: date) -> IndexBase:
    """Return the levels and the seasonal difference that year-on-year needs.

    The factors in force for a year are those estimated for the year before, so last year's
    difference between unadjusted and adjusted change is this year's.

    Raises
    ------
    MissingData
        If a level was never published, as for October 2025: no arithmetic replaces it.
    """
    levels = {(str(row["series_id"]), row["month"]): row for row in rows}

    def level(series: str, of: date) -> Row:
        row = levels.get((series, of))
        if row is None:
            raise MissingData(f"the index {series} of {of:%Y-%m} was never published or seen")
        return row

    previous, year_ago = (
        level(UNADJUSTED, months_before(month, 1)),
        level(UNADJUSTED, months_before(month, 12)),
    )
    before_that = months_before(month, 13)
    seasonal = _change_pct(year_ago, level(UNADJUSTED, before_that)) - _change_pct(
        level(ADJUSTED, months_before(month, 12)), level(ADJUSTED, before_that)
    )
    return IndexBase(
        previous_e3=int(str(previous["index_e3"])),
        year_ago_e3=int(str(year_ago["index_e3"])),
        seasonal_pct=seasonal,
        used=(
            _index_input("NSA index of the month before", previous),
            _index_input("NSA index of a year before", year_ago),
        ),
    )


def require_previous_month(rows: Sequence[Row], month: date) -> None:
    """Check that the month a monthly change starts from was published.

    Raises
    ------
    MissingData
        If it was not: the change would span two months.
    """
    before = months_before(month, 1)
    if not any(row["series_id"] == ADJUSTED and row["month"] == before for row in rows):
        raise MissingData(f"the index {ADJUSTED} of {before:%Y-%m} was never published or seen")


def months_before(month: date, n: int) -> date:
    """Return the first day of the month ``n`` months earlier."""
    year, index = divmod(month.year * 12 + month.month - 1 - n, 12)
    return date(year, index + 1, 1)


def _change_pct(later: Row, earlier: Row) -> float:
    return 100.0 * (int(str(later["index_e3"])) / int(str(earlier["index_e3"])) - 1.0)


def _index_input(name: str, row: Row) -> InputUsed:
    return InputUsed(name, int(str(row["index_e3"])) / 1000, "1982-84 = 100", _available(row))


def _available(row: Row) -> datetime:
    at = row["available_at"]
    if not isinstance(at, datetime):
        raise MissingData("a row carries no available_at")
    return at


def _day_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), _ZONE)
