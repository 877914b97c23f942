"""When daily temperature markets trade, by the contract's terms: for tapes that do not say it.

Trading begins at 10:00 in New York on the day before and ends at 23:59 on the day itself. Whose
23:59 has changed: New York's for every city at first, then the city's own.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kalshi_alpha.datastore.market.tape import micros
from kalshi_alpha.exec.market.listing import RECORD, RULE, Hours

_NEW_YORK = ZoneInfo("America/New_York")
SERIES = ("KXHIGHAUS", "KXHIGHCHI", "KXHIGHDEN", "KXHIGHMIA", "KXHIGHNY")
"""Those whose terms are known here."""
_ZONES = {
    # The city's own clock, and the first event that closed by it.
    "KXHIGHAUS": (ZoneInfo("America/Chicago"), date(2024, 10, 14)),
    "KXHIGHCHI": (ZoneInfo("America/Chicago"), date(2025, 2, 21)),
    "KXHIGHDEN": (ZoneInfo("America/Denver"), date.min),
}


def weather_hours(series: str, day: date, first_us: int, last_us: int) -> Hours:
    """Return when the markets of a day's maximum traded.

    Parameters
    ----------
    series, day
        Which markets.
    first_us, last_us
        Their first and last print: where one lies outside the terms, the record is believed.
    """
    zone, since = _ZONES.get(series, (_NEW_YORK, date.min))
    zone = zone if day >= since else _NEW_YORK
    opens = datetime.combine(day - timedelta(days=1), time(10), _NEW_YORK)
    closes = datetime.combine(day, time(23, 59), zone)
    opens_us, closes_us = micros(opens.astimezone(UTC)), micros(closes.astimezone(UTC))
    return Hours(
        min(opens_us, first_us),
        RULE if opens_us <= first_us else RECORD,
        max(closes_us, last_us + 1),
        RULE if closes_us > last_us else RECORD,
    )
