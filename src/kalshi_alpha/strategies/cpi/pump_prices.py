"""Prices at the pump: AAA's of each day, or the EIA's of each week where AAA's are not known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.gasoline import daily_prices
from kalshi_alpha.strategies.cpi.months import months_before
from kalshi_alpha.strategies.cpi.rows import GasRow, WeekRow, known_rows
from kalshi_alpha.strategies.strategy import TableReader

_DAYS_OF_A_WEEK = 7
_ZONE = ZoneInfo("America/New_York")


def pump_prices(
    read: TableReader, month: date, as_of: datetime
) -> tuple[tuple[GasRow, ...], tuple[str, ...]]:
    """Return the prices that a month's mean is made from, and what must be said of them.

    The two surveys differ by a few cents, so prices come from one of them alone: AAA's if it has
    any price of the month, else the EIA's.

    Parameters
    ----------
    read
        Gives a feed's rows as they were known at ``as_of``.
    month
        First day of the reference month.
    as_of
        The decision clock, aware.

    Returns
    -------
    tuple of GasRow, tuple of str
        The prices, and a note if they are not AAA's.

    Raises
    ------
    MissingData
        If AAA's table was never ingested and the EIA has no price of the month either.
    """
    try:
        daily = known_rows(read, "aaa_gas", GasRow, as_of)
    except MissingData:
        weekly = _weekly(read, month, as_of)
        if not weekly:
            raise
        return weekly, (_note(month),)
    if _of_month(daily_prices(daily), month):
        return daily, ()
    weekly = _weekly(read, month, as_of)
    return (weekly, (_note(month),)) if weekly else (daily, ())


def _weekly(read: TableReader, month: date, as_of: datetime) -> tuple[GasRow, ...]:
    try:
        weeks = known_rows(read, "eia_gas", WeekRow, as_of)
    except MissingData:
        # The fallback was never set up either; what is missing is named by AAA's absence.
        return ()
    today = as_of.astimezone(_ZONE).date()
    rows = tuple(row for week in weeks for row in _days_of(week, today))
    return rows if _of_month((row.as_of_on for row in rows), month) else ()


def _days_of(week: WeekRow, today: date) -> Iterable[GasRow]:
    """Spread a Monday's price over its week, as far as the week has gone."""
    days = (week.week_on + timedelta(days=n) for n in range(_DAYS_OF_A_WEEK))
    return (
        GasRow(
            available_at=week.available_at,
            as_of_on=day,
            period="current",
            grade="regular",
            price_e4=week.price_e4,
            surveyor="EIA",
        )
        for day in days
        if day <= today
    )


def _of_month(days: Iterable[date], month: date) -> bool:
    return any(month <= day < months_before(month, -1) for day in days)


def _note(month: date) -> str:
    return f"gasoline is the EIA's weekly average: AAA's price of {month:%Y-%m} is not known"
