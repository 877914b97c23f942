"""The Department of Labor's page on its weekly claims release: Thursdays, and the exceptions.

The page says the rule in words and lists the days that depart from it. It names no window of its
own, so `stamped` puts the day on which it was asked for above it; without that the years of the
listed exceptions are the window.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from kalshi_alpha.drivers.macro_calendar.errors import BadEvent, Contradiction, WrongBody
from kalshi_alpha.drivers.macro_calendar.schema import MacroEvent
from kalshi_alpha.drivers.wire import NEW_YORK, parse_html

RELEASE_TIME = time(8, 30)
WEEKS_AHEAD = 53
WEEKS_BACK = 2
"""Weeks before: a value is stale only if a newer one was due, so past releases count too."""
"""How far the rule is carried forward from the day the page was asked for."""

_STAMP = re.compile(r"\s*<!-- asked on ([0-9]{4}-[0-9]{2}-[0-9]{2}) -->")
_RULE = re.compile(r"each week on Thursday\b.{0,40}?\b8:30 ?a\.?m", re.IGNORECASE)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_EXCEPTION = re.compile(
    rf"\b({'|'.join(_WEEKDAYS)}),? ({'|'.join(_MONTHS)}) ([0-9]{{1,2}}),? (20[0-9]{{2}})"
    r"(?: at ([0-9]{1,2}):([0-9]{2}) ?([ap])\.?m)?",
    re.IGNORECASE,
)
_FIXED_HOLIDAYS = frozenset({(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)})
_WEEK = timedelta(days=7)
_THURSDAY = 3


def stamped(body: bytes, asked_on: date) -> bytes:
    """Return the page as it came, below a line that says when it was asked for."""
    return f"<!-- asked on {asked_on} -->\n".encode() + body


def is_claims_page(text: str) -> bool:
    """Tell the page by the rule that it states."""
    return _RULE.search(_words(text)) is not None


def claims_releases(text: str, skipped: Counter[str]) -> list[MacroEvent]:
    """Return a release a week: the listed day, or Thursday at 08:30 New York time.

    A Thursday that is a federal holiday, and that the list says nothing of, is moved to the
    Wednesday before it, as each such one has been.

    Raises
    ------
    BadEvent, Contradiction
        If a listed day is no such day, or a week has two.
    """
    exceptions: dict[date, MacroEvent] = {}
    for event in _exceptions(_words(text)):
        week = _thursday(event.release_on)
        if exceptions.setdefault(week, event) != event:
            raise Contradiction(f"claims: two days in the week of {week}")
    weeks = _window(text, exceptions)
    if not weeks:
        skipped["no year on the page"] += 1
    return [exceptions.get(week) or _by_rule(week) for week in weeks]


def _exceptions(words: str) -> Iterable[MacroEvent]:
    _, _, listed = words.partition("xception")
    for found in _EXCEPTION.finditer(listed):
        month = _MONTHS.index(found[2].casefold()) + 1
        try:
            day = date(int(found[4]), month, int(found[3]))
            clock = RELEASE_TIME if found[5] is None else _clock(found[5], found[6], found[7])
        except ValueError as error:
            raise BadEvent(f"claims: {found[0]!r} is no moment") from error
        if _WEEKDAYS.index(found[1].casefold()) != day.weekday():
            raise BadEvent(f"claims: {found[0]!r} falls on another day of the week")
        yield _event(day, clock)


def _clock(hour: str, minute: str, half: str) -> time:
    afternoon = half.casefold() == "p"
    return time(int(hour) % 12 + 12 * afternoon, int(minute))


def _window(text: str, exceptions: Mapping[date, MacroEvent]) -> list[date]:
    """Return the Thursdays of the weeks that the page speaks of."""
    stamp = _STAMP.match(text)
    if stamp is not None:
        try:
            first = _thursday(date.fromisoformat(stamp[1]))
        except ValueError as error:
            raise BadEvent(f"claims: asked on {stamp[1]}") from error
        return [first + n * _WEEK for n in range(-WEEKS_BACK, WEEKS_AHEAD)]
    weeks = set(exceptions)
    for year in {event.release_on.year for event in exceptions.values()}:
        day = _thursday(date(year, 1, 4))  # the fourth of January is in a year's first full week
        while day.year == year:
            weeks.add(day)
            day += _WEEK
    return sorted(weeks)


def _by_rule(thursday: date) -> MacroEvent:
    moved = timedelta(days=1) if _is_holiday(thursday) else timedelta(0)
    return _event(thursday - moved, RELEASE_TIME)


def _is_holiday(thursday: date) -> bool:
    # Federal holidays of a fixed date are observed on a Thursday only if they fall on one.
    thanksgiving = thursday.month == 11 and 22 <= thursday.day <= 28
    return thanksgiving or (thursday.month, thursday.day) in _FIXED_HOLIDAYS


def _event(day: date, clock: time) -> MacroEvent:
    return MacroEvent("claims", day, datetime.combine(day, clock, NEW_YORK).astimezone(UTC))


def _thursday(day: date) -> date:
    return day + timedelta(days=_THURSDAY - day.weekday())


def _words(text: str) -> str:
    root = parse_html(text, WrongBody).root
    return "" if root is None else " ".join(root.text(separator=" ").split())
