"""The words of a weekly release: what each sentence and table row says.

Text taken out of the PDF splits letters and figures at random ("Initia l Cla ims", "2 11,000")
and moves columns. All white space is therefore taken out before anything is read; figures with
thousands separators stay apart even without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeVar

from kalshi_alpha.drivers.dol_claims.errors import BadFigure, Contradiction
from kalshi_alpha.drivers.wire import NEW_YORK

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_DAY = rf"({'|'.join(MONTHS)})([0-9]{{1,2}})"
_COUNT = r"([0-9]{1,3}(?:,[0-9]{3})+)"
_CHANGE = (
    rf"(?:,?(?:(an?increase|an?decrease)of{_COUNT}|(unchanged|nochange))"
    rf"from(?:the|last)(?:previous|preceding)?week[^a-z0-9]{{0,3}}s?(?:revised|unrevised)(?:level|figure)"
    rf"(?:of{_COUNT})?)?"
)
_RELEASED = re.compile(
    r"(?:embargoeduntil|releasedat|forrelease(?:at)?):?([0-9]{1,2}):([0-9]{2})([ap])\.?m\.?,?"
    rf"(?:\([a-z.]*\)|eastern(?:time)?|e[ds]?t)?,?({'|'.join(_WEEKDAYS)}),?{_DAY},([0-9]{{4}})"
)
_INITIAL = re.compile(
    rf"weekending{_DAY},theadvance(?:figure|number)forseasonallyadjustedinitialclaims"
    rf"was{_COUNT}{_CHANGE}"
)
_INSURED = re.compile(
    rf"theadvance(?:figure|number)forseasonallyadjustedinsuredunemployment"
    rf"duringtheweekending{_DAY}was{_COUNT}{_CHANGE}"
)
_REVISION = re.compile(
    rf"the(?:previous|preceding)week[^a-z0-9]{{0,3}}slevelwas(?:revised(up|down)(?:by)?{_COUNT}"
    rf"from{_COUNT}to{_COUNT}|unrevisedat{_COUNT})"
)
_UNADJUSTED = re.compile(
    rf"initialclaimsunderstateprograms,unadjusted,total(?:l?ed)?{_COUNT}intheweekending{_DAY}"
)
_TABLE_HEAD = re.compile(rf"weekending\|?{_DAY}\|?{_DAY}")
_TABLE_ROW = re.compile(rf"(initialclaims|insuredunemployment)\((sa|nsa)\)\|?{_COUNT}\|?{_COUNT}")

Series = Literal["initial", "insured"]
Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A week's adjusted level and, where said, the level of the week before as it now stands."""

    week: date
    level: int
    previous: int | None


@dataclass(frozen=True, slots=True)
class TableRow:
    """The first two figures of a table row, newest week first.

    ``week`` is the newer one's, or None where no head with two weeks stands above.
    """

    series: Series
    adjusted: bool
    week: date | None
    level: int
    previous: int


def squeezed(text: str) -> str:
    """Take out white space, case and typographic variants of quote and bar."""
    plain = text.replace("’", "'").replace("‘", "'").replace("¦", "|")
    return "".join(plain.split()).lower()


def released_at(text: str) -> datetime | None:
    """Return the release instant that squeezed text states, or None if it states none.

    Raises
    ------
    BadFigure, Contradiction
        If it is no instant, the weekday is not that of the date, or two are stated.
    """
    stated = {_instant(match) for match in _RELEASED.finditer(text)}
    if len(stated) > 1:
        raise Contradiction(f"{len(stated)} release times: {sorted(map(str, stated))}")
    return stated.pop() if stated else None


def initial_sentence(text: str, released_on: date) -> Sentence | None:
    """Return what the prose says of initial claims, or None where it does not speak of them."""
    return _sentence(_INITIAL, text, released_on)


def insured_sentence(text: str, released_on: date) -> Sentence | None:
    """Return what the prose says of insured unemployment, or None."""
    return _sentence(_INSURED, text, released_on)


def unadjusted_count(text: str, released_on: date) -> tuple[date, int] | None:
    """Return the week and number of actual claims that the prose states, or None."""
    found = {
        (week_before(match[2], match[3], released_on), count(match[1]))
        for match in _UNADJUSTED.finditer(text)
    }
    return _only(found, "numbers of actual claims")


def table_rows(text: str, released_on: date) -> list[TableRow]:
    """Return the rows of the summary tables.

    Raises
    ------
    BadFigure, Contradiction
        If a week is no date, or the two weeks of a head do not follow each other.
    """
    heads = list(_TABLE_HEAD.finditer(text))
    rows = []
    for match in _TABLE_ROW.finditer(text):
        above = [head for head in heads if head.end() <= match.start()]
        week = _newer_week(above[-1], released_on) if above else None
        series: Series = "initial" if match[1] == "initialclaims" else "insured"
        rows.append(TableRow(series, match[2] == "sa", week, count(match[3]), count(match[4])))
    return rows


def week_before(month: str, day: str, released_on: date) -> date:
    """Give a month and day the year that puts it on the release day or last before it.

    Raises
    ------
    BadFigure
        If the calendar has no such day.
    """
    number = MONTHS.index(month) + 1
    year = released_on.year
    if (number, int(day)) > (released_on.month, released_on.day):
        year -= 1
    return calendar_day(year, number, int(day))


def calendar_day(year: int, month: int, day: int) -> date:
    """Return the date; BadFigure if there is none."""
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadFigure(f"no such day: {year}-{month}-{day}") from error


def count(text: str) -> int:
    """Return a number written with thousands separators."""
    return int(text.replace(",", ""))


def _instant(match: re.Match[str]) -> datetime:
    hour, minute, half, weekday, month, day, year = match.groups()
    on = calendar_day(int(year), MONTHS.index(month) + 1, int(day))
    if _WEEKDAYS[on.weekday()] != weekday:
        raise Contradiction(f"{on} is no {weekday.capitalize()}")
    if not (1 <= int(hour) <= 12 and int(minute) <= 59):
        raise BadFigure(f"release at {hour}:{minute}")
    clock = time(int(hour) % 12 + 12 * (half == "p"), int(minute))
    return datetime.combine(on, clock, NEW_YORK).astimezone(UTC)


def _sentence(pattern: re.Pattern[str], text: str, released_on: date) -> Sentence | None:
    found = {
        _read(match, _revision_after(text, match), released_on) for match in pattern.finditer(text)
    }
    return _only(found, "levels of one series")


def _newer_week(head: re.Match[str], released_on: date) -> date:
    week = week_before(head[1], head[2], released_on)
    if week_before(head[3], head[4], released_on) != week - timedelta(days=7):
        raise Contradiction(f"the table's weeks do not follow each other: {head[0]}")
    return week


def _only(found: Iterable[Said], what: str) -> Said | None:
    different = set(found)
    if len(different) > 1:
        raise Contradiction(f"{len(different)} different {what}")
    return next(iter(different), None)


def _revision_after(text: str, match: re.Match[str]) -> re.Match[str] | None:
    """Return the revision said before the next sentence on any level."""
    ends = [
        after.start()
        for pattern in (_INITIAL, _INSURED)
        if (after := pattern.search(text, match.end())) is not None
    ]
    return _REVISION.search(text, match.end(), min(ends, default=len(text)))


def _read(match: re.Match[str], revision: re.Match[str] | None, released_on: date) -> Sentence:
    month, day, figure, direction, change, unchanged, stated = match.groups()
    level = count(figure)
    said = set()
    if stated is not None:
        said.add(count(stated))
    if unchanged is not None:
        said.add(level)
    if direction is not None:
        said.add(level + (count(change) if "decrease" in direction else -count(change)))
    if revision is not None:
        said.add(_revised_level(revision))
    if len(said) > 1:
        raise Contradiction(f"the week before is {' and '.join(map(str, sorted(said)))} at once")
    return Sentence(week_before(month, day, released_on), level, next(iter(said), None))


def _revised_level(revision: re.Match[str]) -> int:
    direction, change, before, after, unrevised = revision.groups()
    if unrevised is not None:
        return count(unrevised)
    step = count(change) if direction == "up" else -count(change)
    if count(before) + step != count(after):
        raise Contradiction(f"revised {direction} by {change} from {before} to {after}")
    return count(after)
