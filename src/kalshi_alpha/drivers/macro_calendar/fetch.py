"""Getting the calendars from their publishers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.drivers.macro_calendar.claims_page import stamped
from kalshi_alpha.drivers.macro_calendar.fred_dates import RECORD_SEPARATOR, RELEASES
from kalshi_alpha.drivers.wire import NEW_YORK

SOURCE = "macro_calendar"
BLS = Endpoint(SOURCE, frozenset({"www.bls.gov"}))
FED = Endpoint(SOURCE, frozenset({"www.federalreserve.gov"}))
DOL = Endpoint(SOURCE, frozenset({"oui.doleta.gov"}))
FRED = Endpoint(SOURCE, frozenset({"api.stlouisfed.org"}))

BLS_URL = "https://www.bls.gov/schedule/news_release/bls.ics"
FED_URL = "https://www.federalreserve.gov/monetarypolicy/fomccalendars.htm"
DOL_URL = "https://oui.doleta.gov/unemploy/claims_arch.asp"
FRED_KEY = "FRED_API_KEY"
_FRED_URL = (
    "https://api.stlouisfed.org/fred/release/dates?release_id={release}"
    "&include_release_dates_with_no_data=true&sort_order=desc&limit=48&file_type=json&api_key={key}"
)


def fetch(access: FeedAccess, at: datetime) -> Iterator[Payload]:
    """Ask the BLS, the Federal Reserve and the Department of Labor, each for its own calendar.

    Where the BLS refuses, FRED's list of release dates is asked for, if there is a key for it.

    Raises
    ------
    FetchFailed
        At the end, naming every calendar that could not be had; the others have been yielded.
    """
    failures: list[str] = []
    try:
        yield _payload(access, access.get(BLS, BLS_URL), "www.bls.gov")
    except FetchFailed as error:
        try:
            yield _payload(access, _from_fred(access, error), "api.stlouisfed.org (fallback)")
        except FetchFailed as second:
            failures.append(str(second))
    try:
        yield _payload(access, access.get(FED, FED_URL), "www.federalreserve.gov")
    except FetchFailed as error:
        failures.append(str(error))
    try:
        page = stamped(access.get(DOL, DOL_URL), at.astimezone(NEW_YORK).date())
        yield _payload(access, page, "oui.doleta.gov")
    except FetchFailed as error:
        failures.append(str(error))
    if failures:
        raise FetchFailed("; ".join(failures))


def _from_fred(access: FeedAccess, why: FetchFailed) -> bytes:
    key = access.secret(FRED_KEY)
    if key is None:
        raise FetchFailed(f"{why}; for FRED's dates in their stead set {FRED_KEY}") from why
    try:
        answers = [
            access.get(FRED, _FRED_URL.format(release=release, key=key)) for release in RELEASES
        ]
    except FetchFailed as error:
        raise FetchFailed(f"{why}; {error}") from error
    return b"".join(RECORD_SEPARATOR + answer + b"\n" for answer in answers)


def _payload(access: FeedAccess, body: bytes, origin: str) -> Payload:
    return Payload(SOURCE, body, access.now(), origin=origin)
