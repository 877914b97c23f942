"""The Federal Reserve's page of meetings of its Open Market Committee.

A meeting takes two days and the decision comes on the second, at 14:00 New York time. The page
says ``15-16*`` below ``September``, the star for projections, and ``30-1`` below ``April/May``.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from selectolax.lexbor import LexborNode

from kalshi_alpha.drivers.macro_calendar.errors import BadEvent, Contradiction, WrongBody
from kalshi_alpha.drivers.macro_calendar.schema import MacroEvent
from kalshi_alpha.drivers.wire import NEW_YORK, parse_html

DECISION_TIME = time(14, 0)
LONGEST = timedelta(days=4)
"""Between first and second day; a day mistaken for another is rarely that near."""

_HEADING = re.compile(r"\b(20[0-9]{2}) FOMC Meetings")
_DAYS = re.compile(r"([0-9]{1,2})(?: ?[-\u2013] ?([0-9]{1,2}))? ?\*?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)


def is_fomc_page(text: str) -> bool:
    """Tell the page by the class names of its meetings."""
    return "fomc-meeting__date" in text


def meetings(text: str, skipped: Counter[str]) -> list[MacroEvent]:
    """Read the decisions; meetings with a remark, such as cancelled ones, are counted.

    Raises
    ------
    WrongBody
        If the page holds no meeting.
    BadEvent, Contradiction
        If a meeting has no date that can be trusted, or stands on the page twice.
    """
    rows: dict[date, MacroEvent] = {}
    for panel in parse_html(text, WrongBody).css(".panel"):
        year = _HEADING.search(_text(panel))
        for meeting in panel.css(".fomc-meeting"):
            if year is None:
                raise BadEvent("fomc: a meeting below no year")
            event = _decision(int(year[1]), meeting, skipped)
            if event is not None and event.release_on in rows:
                raise Contradiction(f"two meetings decide on {event.release_on}")
            if event is not None:
                rows[event.release_on] = event
    if not rows:
        raise WrongBody("no meeting on the page")
    return list(rows.values())


def _decision(year: int, meeting: LexborNode, skipped: Counter[str]) -> MacroEvent | None:
    months = _text(meeting.css_first(".fomc-meeting__month"))
    days = _text(meeting.css_first(".fomc-meeting__date"))
    if "(" in days or "(" in months:
        # Votes by notation, unscheduled and cancelled meetings: none of them lies ahead.
        skipped["meeting with a remark"] += 1
        return None
    found = _DAYS.fullmatch(days)
    if found is None:
        raise BadEvent(f"fomc: days {days[:40]!r} of {months[:40]!r} {year}")
    first_month, _, second_month = months.partition("/")
    first = _day(year, _month(first_month), int(found[1]))
    if found[2] is None:
        return _event(first)
    second = _day(year, _month(second_month or first_month), int(found[2]))
    if second < first:
        second = second.replace(year=year + 1)
    if not timedelta(0) < second - first <= LONGEST:
        raise BadEvent(f"fomc: {months[:40]!r} {days[:40]!r} {year} is no meeting of a few days")
    return _event(second)


def _event(day: date) -> MacroEvent:
    decided_at = datetime.combine(day, DECISION_TIME, NEW_YORK).astimezone(UTC)
    return MacroEvent("fomc", day, decided_at)


def _month(name: str) -> int:
    word = name.strip().rstrip(".").casefold()
    found = [n for n, month in enumerate(_MONTHS, 1) if len(word) >= 3 and month.startswith(word)]
    if len(found) != 1:
        raise BadEvent(f"fomc: month {name[:40]!r}")
    return found[0]


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadEvent(f"fomc: no day {year}-{month}-{day}") from error


def _text(node: LexborNode | None) -> str:
    return "" if node is None else " ".join(node.text(separator=" ").split())
