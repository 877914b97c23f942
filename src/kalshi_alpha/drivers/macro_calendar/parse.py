"""Reading the announcements of four kinds of events, whichever publisher sent them.

The BLS sends a calendar of its releases, or FRED their dates in its stead; the Federal Reserve
a page of its meetings; the Department of Labor a page with the exceptions to its Thursdays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kalshi_alpha.datastore.feeds import Parsed
from kalshi_alpha.drivers.macro_calendar.bls_ics import calendar_events
from kalshi_alpha.drivers.macro_calendar.claims_page import claims_releases, is_claims_page
from kalshi_alpha.drivers.macro_calendar.errors import WrongBody
from kalshi_alpha.drivers.macro_calendar.fomc_page import is_fomc_page, meetings
from kalshi_alpha.drivers.macro_calendar.fred_dates import RECORD_SEPARATOR, release_dates
from kalshi_alpha.drivers.macro_calendar.schema import MacroEvent
from kalshi_alpha.drivers.wire import decode_text, looks_like_markup


def parse(body: bytes) -> Parsed[MacroEvent]:
    """Read a payload, whichever of the four forms it has.

    Returns
    -------
    Parsed of MacroEvent
        In order of date. What is no event of these kinds is counted, and no date is made up:
        beyond what a publisher announced there are no rows.

    Raises
    ------
    CalendarRefused
        If it is none of them, or an event has no date that can be trusted.
    """
    skipped: Counter[str] = Counter()
    rows = sorted(_rows(body, skipped), key=lambda row: (row.release_on, row.event))
    return Parsed(tuple(rows), tuple(sorted((+skipped).items())))


def _rows(body: bytes, skipped: Counter[str]) -> Sequence[MacroEvent]:
    if body.startswith(RECORD_SEPARATOR):
        return release_dates(body, skipped)
    if not looks_like_markup(body):
        return calendar_events(body, skipped)
    text = decode_text(body, WrongBody)
    if is_fomc_page(text):
        return meetings(text, skipped)
    if is_claims_page(text):
        return claims_releases(text, skipped)
    raise WrongBody("a web page that is no calendar")
