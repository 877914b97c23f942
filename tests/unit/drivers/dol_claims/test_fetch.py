from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest

from kalshi_alpha.core.errors import FetchFailed
from kalshi_alpha.datastore.feeds import Endpoint, Payload
from kalshi_alpha.drivers.dol_claims.fetch import (
    FRED_ICSA,
    REPORT_URL,
    fetch,
    release_days,
    release_url,
)
from kalshi_alpha.drivers.dol_claims.parse import parse
from kalshi_alpha.drivers.dol_claims.schema import newest

NOW = datetime(2026, 7, 23, 12, 45, tzinfo=UTC)
NEWS = (
    b'<p class="dol-date-text">July 23, 2026</p><p>In the week ending July 18, the advance figure '
    b"for seasonally adjusted initial claims was 187,000, a decrease of 22,000 from the previous "
    b"week's revised level.</p>"
)
REPORT = b"<r539cyNational/>"
FALLBACK = b"observation_date,ICSA\n2026-07-18,188000\n"


class Web:
    """Answers by address; one that is not listed does not answer."""

    stations = ()

    def __init__(self, answers: Mapping[str, bytes]) -> None:
        self.answers = answers
        self.form: Mapping[str, str] | None = None

    def get(
        self, endpoint: Endpoint, url: str, *, headers: Mapping[str, str] | None = None
    ) -> bytes:
        assert headers is None
        assert urlsplit(url).hostname in endpoint.hosts
        if url not in self.answers:
            raise FetchFailed(f"{endpoint.source}: {url} did not answer")
        return self.answers[url]

    def post(
        self,
        endpoint: Endpoint,
        url: str,
        *,
        json: object | None = None,
        form: Mapping[str, str] | None = None,
    ) -> bytes:
        assert json is None
        self.form = form
        return self.get(endpoint, url)

    def now(self) -> datetime:
        return NOW

    def secret(self, name: str) -> str | None:
        raise AssertionError(f"no secret is needed, asked for {name}")


def taken(web: Web) -> tuple[list[Payload], str]:
    """Return the payloads, and what was said to be missing at the end."""
    payloads: list[Payload] = []
    try:
        payloads.extend(fetch(web, NOW))
    except FetchFailed as error:
        return payloads, str(error)
    return payloads, ""


@pytest.mark.parametrize(
    ("at", "days"),
    [
        ((2026, 7, 23, 12, 29), [(7, 22), (7, 16), (7, 15), (7, 9)]),
        ((2026, 7, 23, 12, 30), [(7, 23), (7, 22), (7, 16), (7, 15)]),
        ((2026, 7, 28, 12, 30), [(7, 23), (7, 22), (7, 16)]),
    ],
    ids=["a minute before", "on the minute", "tuesday"],
)
def test_days_that_may_have_a_release_are_past_half_past_eight(
    at: tuple[int, int, int, int, int], days: list[tuple[int, int]]
) -> None:
    found = release_days(datetime(*at, tzinfo=UTC))
    assert found == [date(2026, month, day) for month, day in days]


def test_the_release_and_the_history_report_are_asked_for() -> None:
    web = Web({release_url(date(2026, 7, 23)): NEWS, REPORT_URL: REPORT})
    payloads, missing = taken(web)
    assert [payload.body for payload in payloads] == [NEWS, REPORT]
    assert missing == ""
    assert web.form == {
        "level": "us",
        "final_yr": "2027",
        "strtdate": "2025",
        "enddate": "2026",
        "filetype": "xml",
        "submit": "Submit",
    }


def test_a_wednesday_release_is_found_on_its_day() -> None:
    web = Web({release_url(date(2026, 7, 22)): NEWS, REPORT_URL: REPORT})
    assert taken(web)[0][0].name == "eta20260722.html"
    assert taken(web)[1] == ""


LAST_WEEK = (
    b'<p class="dol-date-text">July 16, 2026</p><p>In the week ending July 11, the advance figure '
    b"for seasonally adjusted initial claims was 208,000, a decrease of 7,000 from the previous "
    b"week's revised level.</p>"
)


def test_until_the_new_release_is_up_the_last_one_is_had() -> None:
    """A quarter of an hour after the hour the new page still answers that it is not there."""
    web = Web({release_url(date(2026, 7, 16)): LAST_WEEK, REPORT_URL: REPORT})
    payloads, missing = taken(web)
    assert [payload.name for payload in payloads] == ["eta20260716.html", "r539cyNational.xml"]
    assert missing == ""


def test_last_weeks_release_at_this_weeks_address_keeps_its_own_week() -> None:
    """The day it states counts, not the address, so the feed stays as old as it is."""
    web = Web({release_url(date(2026, 7, 23)): LAST_WEEK, REPORT_URL: REPORT})
    rows = parse(taken(web)[0][0].body).rows
    assert newest(rows).on == date(2026, 7, 11)
    assert {row.published_at for row in rows} == {datetime(2026, 7, 16, 12, 30, tzinfo=UTC)}


def test_without_a_readable_release_fred_stands_in_and_says_so() -> None:
    wall = b"<html><title>Access Denied</title></html>"
    web = Web({release_url(date(2026, 7, 23)): wall, REPORT_URL: REPORT, FRED_ICSA: FALLBACK})
    payloads, missing = taken(web)
    assert [payload.body for payload in payloads] == [wall, REPORT, FALLBACK]
    assert "in the department's stead" in payloads[-1].origin
    assert "did not answer" in missing


def test_a_report_that_does_not_come_is_named_after_the_rest() -> None:
    payloads, missing = taken(Web({release_url(date(2026, 7, 23)): NEWS}))
    assert [payload.body for payload in payloads] == [NEWS]
    assert "report.asp did not answer" in missing


def test_nothing_at_all_is_a_failure() -> None:
    payloads, missing = taken(Web({}))
    assert payloads == []
    assert "ICSA did not answer" in missing
