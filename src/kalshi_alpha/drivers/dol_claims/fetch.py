"""Getting the payloads from the publishers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, FeedAccess, Payload
from kalshi_alpha.drivers.dol_claims.errors import ClaimsRefused
from kalshi_alpha.drivers.dol_claims.parse import parse
from kalshi_alpha.drivers.dol_claims.schema import ADVANCE, RELEASE_TIME
from kalshi_alpha.drivers.wire import NEW_YORK

SOURCE = "dol_claims"
NEWSROOM = Endpoint(SOURCE, frozenset({"www.dol.gov"}))
REPORTS = Endpoint(SOURCE, frozenset({"oui.doleta.gov"}))
FRED = Endpoint(SOURCE, frozenset({"fred.stlouisfed.org"}))

REPORT_URL = "https://oui.doleta.gov/unemploy/wkclaims/report.asp"
FRED_ICSA = "https://fred.stlouisfed.org/graph/fredgraph.csv?id=ICSA"
"""The fall-back: levels of the newest revision, without first prints."""

_THURSDAY = 3
_DAYS_ASKED = (0, 1, 7, 8)  # this week's Thursday and Wednesday, then those of the week before


def release_url(day: date) -> str:
    """Return the address of the newsroom's summary of a release."""
    return f"https://www.dol.gov/newsroom/releases/eta/eta{day:%Y%m%d}"


def release_days(as_of: datetime) -> list[date]:
    """Return days on which the newest release may have come out, most likely first.

    Releases come on Thursday, or on Wednesday where Thursday is a holiday.
    """
    now = as_of.astimezone(NEW_YORK)
    thursday = now.date() + timedelta(days=(_THURSDAY - now.weekday()) % 7)
    days = [thursday - timedelta(days=back) for back in (*_DAYS_ASKED, 14)]
    return [day for day in days if datetime.combine(day, RELEASE_TIME, NEW_YORK) <= now][
        : len(_DAYS_ASKED)
    ]


def report_form(today: date) -> dict[str, str]:
    """Return the form that asks for the history of two years, weeks to come included."""
    return {
        "level": "us",
        "final_yr": str(today.year + 1),
        "strtdate": str(today.year - 1),
        "enddate": str(today.year),
        "filetype": "xml",
        "submit": "Submit",
    }


def fetch(access: FeedAccess, as_of: datetime) -> Iterator[Payload]:
    """Ask for the newest release and the history report, and FRED where no release was had.

    A body that cannot be read is handed on all the same, so that it is kept and named.

    Raises
    ------
    FetchFailed
        At the end, if the report did not come, or neither a release nor FRED did.
    """
    failures: list[str] = []
    released = False
    for day in release_days(as_of):
        try:
            body = access.get(NEWSROOM, release_url(day))
        except FetchFailed as error:
            failures.append(str(error))
            continue
        yield Payload(SOURCE, body, access.now(), f"eta{day:%Y%m%d}.html", "www.dol.gov")
        released = _has_first_print(body)
        if released:
            failures.clear()
            break
    try:
        body = access.post(REPORTS, REPORT_URL, form=report_form(as_of.astimezone(NEW_YORK).date()))
        yield Payload(SOURCE, body, access.now(), "r539cyNational.xml", "oui.doleta.gov")
    except FetchFailed as error:
        failures.append(str(error))
    if not released:
        origin = "fred.stlouisfed.org in the department's stead: no release was had"
        yield Payload(SOURCE, access.get(FRED, FRED_ICSA), access.now(), "ICSA.csv", origin)
    if failures:
        raise FetchFailed("; ".join(failures))


def _has_first_print(body: bytes) -> bool:
    try:
        return any(row.kind == ADVANCE for row in parse(body).rows)
    except ClaimsRefused:
        return False
