"""What is known of the next close at the clock: its day, the last close, a quote, the basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.gates.preconditions import LIVE_QUOTE_MAX_AGE
from kalshi_alpha.core.schedule import BondCalendar, new_york
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.strategies.teny.basis import Basis, basis_of
from kalshi_alpha.strategies.teny.rows import QuoteRow, ReleaseRow, YieldRow

QUOTES_TAKEN_AT = time(15, 30)
"""New York time of the quotes behind the par yield: after it the day's value is only unknown."""

QUOTE_DISTANCE_MAX_BP = 100.0
"""A quote further from the last close than any day has moved is of something else."""

_BASIS_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Target:
    """The day to forecast, and the trading days from the last close to it."""

    day: date
    steps: int


def calendar_around(day: date) -> BondCalendar:
    """Return the bond-market calendar of a day's year and its neighbours."""
    return bond_calendar(day.year - 1, day.year + 1)


def target_day(last_on: date, as_of: datetime) -> Target:
    """Return the next close that is not known: today's until 15:30, and the next one after that.

    Raises
    ------
    MissingData
        If the last close is dated after the clock's day.
    """
    local = new_york(as_of)
    today = local.date()
    calendar = calendar_around(today)
    if last_on > today:
        raise MissingData(f"the newest close is of {last_on}, after the clock's day {today}")
    open_today = calendar.trades(today) and local.time() < QUOTES_TAKEN_AT and last_on < today
    day = today if open_today else calendar.neighbours(today)[-1]
    return Target(day, calendar.trading_days_between(last_on, day))


def scheduled_between(rows: Iterable[ReleaseRow], last_on: date, day: date) -> list[str]:
    """Return the events after the last close up to a day, one entry for each occurrence."""
    found = {(row.event, row.release_on) for row in rows}
    return sorted(event for event, on in found if last_on < on <= day)


def live_quote(
    rows: Sequence[QuoteRow], day: date, last_close_bp: int, as_of: datetime
) -> QuoteRow:
    """Return the newest quote if it is younger than a minute and speaks of the day.

    Raises
    ------
    MissingData
        If there is none, it is too old, the day is not the clock's, or it cannot be of the
        ten-year note.
    """
    if new_york(as_of).date() != day:
        raise MissingData(f"no quote of today speaks of {day}")
    past = [row for row in rows if row.quoted_at <= as_of]
    if not past:
        raise MissingData("there is no quote")
    row = max(past, key=lambda each: (each.quoted_at, each.available_at, each.quoted_by))
    age = as_of - row.quoted_at
    if age > LIVE_QUOTE_MAX_AGE:
        raise MissingData(f"the newest quote is {age.total_seconds():.0f} s old")
    distance = row.yield_e4 / 100.0 - last_close_bp
    if not abs(distance) <= QUOTE_DISTANCE_MAX_BP:
        raise MissingData(f"the quote lies {distance:+.0f} bp from the last close: another series")
    return row


def known_basis(
    quotes: Iterable[QuoteRow], closes: Mapping[date, YieldRow], calibrated: Basis
) -> Basis:
    """Return the basis of the quotes kept around 15:30, or the calibration's if they are few."""
    nearest: dict[date, QuoteRow] = {}
    for row in quotes:
        day = new_york(row.quoted_at).date()
        best = nearest.get(day)
        if _from_close(row) <= _BASIS_MARGIN and (
            best is None or _from_close(row) < _from_close(best)
        ):
            nearest[day] = row
    pairs = [
        closes[day].yield_bp - row.yield_e4 / 100.0
        for day, row in sorted(nearest.items())
        if day in closes
    ]
    measured = basis_of(pairs)
    return measured if measured.measured else calibrated


def _from_close(row: QuoteRow) -> timedelta:
    local = new_york(row.quoted_at)
    return abs(local - datetime.combine(local.date(), QUOTES_TAKEN_AT, local.tzinfo))
