"""The period that an event's ticker names."""

from __future__ import annotations

import re
from datetime import date

from kalshi_alpha.core.errors import BadMarket

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_PERIOD = re.compile(r"([0-9]{2})([A-Z]{3})([0-9]{2})?")


def event_period(event_ticker: str) -> date:
    """Return the date an event is about: a day, or the first of its month.

    ``KXCPI-25MAY`` is May 2025, ``KXJOBLESSCLAIMS-26MAR26`` is 26 March 2026. A suffix after a
    further hyphen belongs to a market, not to the period.

    Raises
    ------
    BadMarket
        If the second part of the ticker is not ``YYMMM`` or ``YYMMMDD``.
    """
    period = event_ticker.split("-")[1] if "-" in event_ticker else ""
    match = _PERIOD.fullmatch(period)
    if match is None or match[2] not in _MONTHS:
        raise BadMarket(f"no period can be read from event ticker {event_ticker!r}")
    year, month, day = 2000 + int(match[1]), _MONTHS.index(match[2]) + 1, int(match[3] or 1)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadMarket(f"{event_ticker!r} names no day of the calendar") from error
