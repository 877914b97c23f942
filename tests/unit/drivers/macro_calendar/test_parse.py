from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.macro_calendar.errors import CalendarRefused, WrongBody
from kalshi_alpha.drivers.macro_calendar.parse import parse

ICS = b"""BEGIN:VCALENDAR\r
BEGIN:VEVENT\r
DTSTART;TZID=US-Eastern:20261210T083000\r
SUMMARY:Consumer Price Index\r
END:VEVENT\r
END:VCALENDAR\r
"""
FOMC = b"""<div class="panel"><h4>2026 FOMC Meetings</h4><div class="fomc-meeting">
<div class="fomc-meeting__month">December</div>
<div class="fomc-meeting__date">8-9*</div></div></div>
"""
DOL = b"""<p>The release is published each week on Thursday morning at 8:30am EST.</p>
<table><tr><th>Exceptions</th></tr><tr><td>Wednesday, November 25, 2026</td></tr></table>"""
FRED = b"".join(
    b'\x1e{"release_dates": [{"release_id": %d, "date": "2026-12-10"}]}' % release
    for release in (10, 50)
)


@pytest.mark.parametrize(
    ("body", "events"),
    [(ICS, {"cpi"}), (FOMC, {"fomc"}), (DOL, {"claims"}), (FRED, {"cpi", "jobs"})],
    ids=["BLS", "Federal Reserve", "Labor", "FRED"],
)
def test_the_body_tells_whose_calendar_it_is(body: bytes, events: set[str]) -> None:
    rows = parse(body).rows
    assert {row.event for row in rows} == events
    assert list(rows) == sorted(rows, key=lambda row: (row.release_on, row.event))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x1e",
        b"<html><title>Access Denied</title></html>",
        b"<html><title>Just a moment...</title></html>",
        b"<p>published each week on Friday</p>",
        b'<div class="fomc-meeting__date">1-2</div>',
    ],
)
def test_a_body_that_is_no_calendar_is_refused(body: bytes) -> None:
    with pytest.raises(WrongBody):
        parse(body)


@given(st.sampled_from([ICS, FOMC, DOL, FRED]), st.integers(0, 400), st.binary(max_size=4))
def test_a_damaged_payload_is_refused_or_still_holds_dates(
    body: bytes, at: int, put: bytes
) -> None:
    try:
        parsed = parse(body[:at] + put + body[at + 1 :])
    except CalendarRefused:
        return
    assert all(1999 <= row.release_on.year <= 2100 for row in parsed.rows)
