"""The days that a calibration learns from: closes, and the events that were scheduled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Annotated

import msgspec
import numpy as np

from kalshi_alpha.core.arrays import BoolArray, IntArray
from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.core.schedule import wall
from kalshi_alpha.datastore.bond_calendar import FIRST_YEAR, bond_calendar

EVENTS = ("cpi", "jobs", "fomc")
"""Scheduled news that moves the yield: consumer prices, employment, a decision of the Fed."""

POSTED_BY = time(18, 0)
"""New York time by which a day's curve is normally posted."""

_SOURCE = "teny history"
Percent = Annotated[float, msgspec.Meta(ge=0, le=20)]


class HistoryDay(msgspec.Struct, frozen=True, omit_defaults=True):
    """One trading day.

    Attributes
    ----------
    date
        Day of the curve.
    yield_pct
        Ten-year par yield in percent, two decimals.
    events
        Which of ``cpi``, ``jobs`` and ``fomc`` were scheduled for the day.
    quote_pct
        A market quote of 15:30 New York time in percent, or None if none was kept.
    """

    date: date
    yield_pct: Percent
    events: tuple[str, ...] = ()
    quote_pct: Percent | None = None

    @property
    def close_bp(self) -> int:
        """The yield in basis points."""
        return round(100.0 * self.yield_pct)

    @property
    def posted_at(self) -> datetime:
        """Instant from which the close counts as known."""
        return wall(self.date, POSTED_BY)


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Daily changes, each with how many trading days it spans and what was scheduled in them.

    Attributes
    ----------
    days : tuple of date, length n
        Day of the later close.
    before_bp, changes_bp : ndarray of int, shape (n,)
        The earlier close, and the change to the later one.
    steps : ndarray of int, shape (n,)
        Trading days from one close to the next: 1, or more where a close is missing.
    events : ndarray of bool, shape (n, 3)
        Columns in the order of `EVENTS`.
    """

    days: tuple[date, ...]
    before_bp: IntArray
    changes_bp: IntArray
    steps: IntArray
    events: BoolArray


def read_history(
    rows: Sequence[Mapping[str, object]], as_of: datetime | None = None
) -> tuple[HistoryDay, ...]:
    """Read history rows, oldest first, keeping closes posted by ``as_of``.

    Raises
    ------
    ParseRefused
        If a row lacks a number or holds an impossible one, an event is not known, or a day
        repeats.
    """
    try:
        days = [msgspec.convert(row, HistoryDay) for row in rows]
    except msgspec.ValidationError as error:
        raise ParseRefused(_SOURCE, str(error)) from error
    days.sort(key=lambda each: each.date)
    for before, after in pairwise(days):
        if before.date == after.date:
            raise ParseRefused(_SOURCE, f"{after.date} occurs twice")
    for each in days:
        if not set(each.events) <= set(EVENTS):
            raise ParseRefused(_SOURCE, f"{each.date}: events {each.events}, known are {EVENTS}")
        if abs(100.0 * each.yield_pct - each.close_bp) > 1e-6:
            raise ParseRefused(_SOURCE, f"{each.date}: {each.yield_pct} has over two decimals")
    return tuple(each for each in days if as_of is None or each.posted_at <= as_of)


def changes_of(days: Sequence[HistoryDay]) -> Changes:
    """Return the changes between the closes of a history."""
    scheduled = {event: [each.date for each in days if event in each.events] for event in EVENTS}
    return changes_between(
        [each.date for each in days], [each.close_bp for each in days], scheduled
    )


def changes_between(
    days: Sequence[date], closes_bp: Sequence[int], scheduled: Mapping[str, Sequence[date]]
) -> Changes:
    """Return the changes between successive closes.

    An event counts for the first close on or after its day, so that news of a week-end, or of a
    day without a curve, is not lost.
    """
    closes = np.asarray(closes_bp, dtype=np.int64)
    ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)
    flags = np.zeros((len(days), len(EVENTS)), dtype=np.bool_)
    for column, event in enumerate(EVENTS):
        when = np.array(sorted(d.toordinal() for d in scheduled.get(event, ())), dtype=np.int64)
        places = np.searchsorted(ordinals, when)
        # What lies after the last close waits for the next one.
        flags[places[places < len(days)], column] = True
    return Changes(
        days=tuple(days[1:]),
        before_bp=closes[:-1],
        changes_bp=np.diff(closes),
        steps=np.array([_steps(a, b) for a, b in pairwise(days)], dtype=np.int64),
        events=flags[1:],
    )


def _steps(before: date, after: date) -> int:
    if before.year < FIRST_YEAR:
        return 1  # No recommendations are on record: take every close for the next day's.
    calendar = bond_calendar(FIRST_YEAR, _decade_end(after.year))
    return max(1, calendar.trading_days_between(before, after))


def _decade_end(year: int) -> int:
    """Return the last year of a decade, so that one calendar serves a whole history."""
    return year // 10 * 10 + 9
