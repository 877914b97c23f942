"""Report weeks: Sunday to Saturday, named by the Saturday, and the holidays that fall into them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

ONE_WEEK = timedelta(days=7)
PANDEMIC = (date(2020, 3, 1), date(2021, 8, 31))
"""Weeks whose moves say nothing of ordinary ones; they are left out of every estimate."""

_SATURDAY = 5
_LEAST_DAYS = 3  # from the end of a week to its release
_JUNETEENTH_SINCE = 2021

WIDE = frozenset(
    f"{name}{after}"
    for name in ("king", "july 4", "labor", "thanksgiving", "christmas", "new year")
    for after in ("", " + 1")
)
"""Holiday weeks, and those after, whose errors were 1.1 to 1.9 times as large as others'."""


def saturday_of(day: date) -> date:
    """Return the Saturday that ends the report week of a day."""
    return day + timedelta(days=(_SATURDAY - day.weekday()) % 7)


def released_week(released_on: date) -> date:
    """Return the week a release is about: the last that ended three days before or earlier."""
    since_saturday = (released_on.weekday() - _SATURDAY) % 7
    week = released_on - timedelta(days=since_saturday)
    return week if since_saturday >= _LEAST_DAYS else week - ONE_WEEK


def is_ordinary(week: date) -> bool:
    """Tell whether a week lies outside the pandemic."""
    return not PANDEMIC[0] <= week <= PANDEMIC[1]


@lru_cache(maxsize=8192)
def holidays_of(week: date) -> tuple[str, ...]:
    """Return names of the federal holidays in a week, and ``name + 1`` for those in the last.

    A holiday on a Sunday is kept on the Monday after, which lies in the same report week.
    """
    here = _by_week(week.year) | _by_week(week.year + 1)
    last = week - ONE_WEEK
    before = _by_week(last.year) | _by_week(last.year + 1)
    after = (f"{name} + 1" for name in before.get(last, ()))
    # The week after Christmas is always New Year's own: one name is enough.
    return (*here.get(week, ()), *(name for name in after if name != "christmas + 1"))


@lru_cache(maxsize=256)
def _by_week(year: int) -> dict[date, tuple[str, ...]]:
    days = {
        "new year": date(year, 1, 1),
        "king": _monday(year, 1, 3),
        "presidents": _monday(year, 2, 3),
        "memorial": _monday(year, 6, 1) - ONE_WEEK,
        "july 4": date(year, 7, 4),
        "labor": _monday(year, 9, 1),
        "columbus": _monday(year, 10, 2),
        "veterans": date(year, 11, 11),
        "thanksgiving": _monday(year, 11, 1, weekday=3) + 3 * ONE_WEEK,
        "christmas": date(year, 12, 25),
    }
    if year >= _JUNETEENTH_SINCE:
        days["juneteenth"] = date(year, 6, 19)
    found: dict[date, tuple[str, ...]] = {}
    for name, day in days.items():
        week = saturday_of(day)
        found[week] = (*found.get(week, ()), name)
    return found


def _monday(year: int, month: int, nth: int, weekday: int = 0) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
