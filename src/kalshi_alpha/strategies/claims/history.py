"""The weeks that a calibration learns from: first prints as shown, and long-settled values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.claims.weeks import saturday_of

Persons = Annotated[int, msgspec.Meta(ge=50_000, le=10_000_000)]

FINAL_AFTER_YEARS = 6
"""Each spring the last five years are revised; older values stand as they did."""

_ZONE = ZoneInfo("America/New_York")
_RELEASE_TIME = time(8, 30)
_SOURCE = "claims history"


class HistoryWeek(msgspec.Struct, frozen=True):
    """One week of a history, its figures in persons, seasonally adjusted.

    Attributes
    ----------
    week_ending
        The Saturday.
    release_on, first_print
        Day of the first print and what it was; both or neither.
    previous_shown
        The week before, as that release showed it.
    consensus
        What economists were said to expect before that release; optional.
    final
        The value once revisions had ended; kept for weeks at least six years old only.
    """

    week_ending: date
    release_on: date | None = None
    first_print: Persons | None = None
    previous_shown: Persons | None = None
    consensus: Persons | None = None
    final: Persons | None = None


@dataclass(frozen=True, slots=True)
class FirstPrint:
    """A week's first print, in persons, and what its release showed of the week before."""

    week: date
    released_on: date
    persons: int
    previous_shown: int | None = None
    consensus: int | None = None

    @property
    def released_at(self) -> datetime:
        """Instant of the release."""
        return released_at(self.released_on)


def released_at(day: date) -> datetime:
    """Return 08:30 New York time of a release day."""
    return datetime.combine(day, _RELEASE_TIME, _ZONE)


def is_final(week: date, year: int) -> bool:
    """Tell whether no revision could change a week's value any more, seen from a year."""
    return week.year + FINAL_AFTER_YEARS <= year


def read_history(
    rows: Sequence[Mapping[str, object]], as_of: datetime | None = None
) -> tuple[HistoryWeek, ...]:
    """Read history rows, oldest first, keeping what was known at ``as_of``.

    Raises
    ------
    ParseRefused
        If a row is malformed, a week repeats or does not end on a Saturday, a print lacks its
        day or was released before its week was over.
    """
    try:
        weeks = [msgspec.convert(row, HistoryWeek) for row in rows]
    except msgspec.ValidationError as error:
        raise ParseRefused(_SOURCE, str(error)) from error
    if len({each.week_ending for each in weeks}) != len(weeks):
        raise ParseRefused(_SOURCE, "a week occurs twice")
    for each in weeks:
        _check(each)
    known = (_known(each, as_of) for each in weeks)
    return tuple(sorted((e for e in known if e is not None), key=lambda each: each.week_ending))


def prints_of(weeks: Iterable[HistoryWeek]) -> tuple[FirstPrint, ...]:
    """Return the first prints among some weeks, in their order."""
    return tuple(
        FirstPrint(
            each.week_ending,
            each.release_on,
            each.first_print,
            each.previous_shown,
            each.consensus,
        )
        for each in weeks
        if each.release_on is not None and each.first_print is not None
    )


def finals_of(weeks: Iterable[HistoryWeek]) -> dict[date, int]:
    """Return final values by week, in persons."""
    return {each.week_ending: each.final for each in weeks if each.final is not None}


def _check(each: HistoryWeek) -> None:
    if saturday_of(each.week_ending) != each.week_ending:
        raise ParseRefused(_SOURCE, f"{each.week_ending} is no Saturday")
    if (each.release_on is None) != (each.first_print is None):
        raise ParseRefused(_SOURCE, f"{each.week_ending}: a print and its day come together")
    if each.release_on is not None and not each.release_on > each.week_ending:
        raise ParseRefused(_SOURCE, f"{each.week_ending} was released on {each.release_on}")
    if each.release_on is None and (each.previous_shown or each.consensus) is not None:
        raise ParseRefused(_SOURCE, f"{each.week_ending}: figures of a release without a print")


def _known(each: HistoryWeek, as_of: datetime | None) -> HistoryWeek | None:
    if as_of is None:
        return each
    year = as_of.astimezone(_ZONE).year
    final = each.final if is_final(each.week_ending, year) else None
    if each.release_on is None or released_at(each.release_on) > as_of:
        return None if final is None else HistoryWeek(each.week_ending, final=final)
    return msgspec.structs.replace(each, final=final)
