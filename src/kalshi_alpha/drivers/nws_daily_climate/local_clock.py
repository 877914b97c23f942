"""Clock times and dates as forecasters print them."""

from __future__ import annotations

import re
from datetime import date

_CLOCK = re.compile(r"(?:0?([1-9])|(1[0-2]))(?::?([0-5][0-9]))? ?([AP]M)")
_YEARS = range(1869, 2101)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_FULL_MONTHS = (
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE"),
    *("JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"),
)


def minutes_of(text: str) -> int | None:
    """Return minutes after midnight of a time such as ``301 PM``, ``2:47 PM`` or ``12 AM``.

    Offices print it with or without a colon, a leading zero or minutes. None if it is no time.
    """
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour = int(found[1] or found[2]) % 12 + (12 if found[4] == "PM" else 0)
    return hour * 60 + int(found[3] or 0)


def date_of(month: str, day: str, year: str) -> date | None:
    """Return the date of an English month, in full or by three letters, a day and a year.

    None if there is no such date, or its year is not one of the instrument's.
    """
    if month in _FULL_MONTHS:
        number = _FULL_MONTHS.index(month) + 1
    elif month in _MONTHS:
        number = _MONTHS.index(month) + 1
    elif month == "SEPT":
        number = 9
    else:
        return None
    if int(year) not in _YEARS:
        return None
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None
