from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.drivers.macro_calendar.errors import (
    BadEvent,
    CalendarRefused,
    Contradiction,
    WrongBody,
)
from kalshi_alpha.drivers.macro_calendar.parse import parse
from kalshi_alpha.drivers.macro_calendar.schema import MacroEvent

ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:US-Eastern",
    "BEGIN:STANDARD",
    "DTSTART:20071104T020000",
    "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11",
    "TZOFFSETFROM:-0400",
    "TZOFFSETTO:-0500",
    "TZNAME:EST",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:20070311T020000",
    "RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3",
    "TZOFFSETFROM:-0500",
    "TZOFFSETTO:-0400",
    "TZNAME:EDT",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)
CPI, JOBS = "Consumer Price Index", "Employment Situation"


def event(start: str, summary: str, *more: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", f"DTSTART{start}", f"SUMMARY:{summary}", *more, "END:VEVENT")


def eastern(stamp: str) -> str:
    return f";TZID=US-Eastern:{stamp}"


def calendar(*events: tuple[str, ...], zone: tuple[str, ...] = ZONE, end: str = "\r\n") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-TIMEZONE:US-Eastern", *zone]
    lines += [line for lines_ in events for line in lines_]
    return (end.join([*lines, "END:VCALENDAR"]) + end).encode()


def cpi(on: date, hour_utc: int) -> MacroEvent:
    at = datetime(on.year, on.month, on.day, hour_utc, 30, tzinfo=UTC)
    return MacroEvent("cpi", on, at)


OCTOBER = event(eastern("20261014T083000"), CPI)
NOVEMBER = event(eastern("20261110T083000"), CPI)


@pytest.mark.parametrize("zone", [ZONE, ()], ids=["zone defined", "zone not defined"])
def test_the_publishers_zone_name_means_new_york_in_summer_and_winter(
    zone: tuple[str, ...],
) -> None:
    parsed = parse(calendar(NOVEMBER, OCTOBER, zone=zone))
    assert parsed.rows == (cpi(date(2026, 10, 14), 12), cpi(date(2026, 11, 10), 13))


@pytest.mark.parametrize(
    "zone",
    [
        *("America", "Asia", "Etc", "America/", "/", "/etc/passwd", "..", "../../etc/passwd", "."),
        *("zone.tab", "tzdata.zi", "", "\x01", "\ufffd", "A" * 5_000, "a/" * 5_000, '"a:b"'),
    ],
    ids=lambda zone: repr(zone[:16]),
)
def test_a_zone_of_any_other_name_is_refused_in_a_few_words(zone: str) -> None:
    """Names of zones are names of files below a folder: some of them are folders."""
    with pytest.raises(CalendarRefused) as caught:
        parse(calendar(OCTOBER, event(f";TZID={zone}:20261114T083000", CPI)))
    assert len(str(caught.value)) < 200


def test_a_calendar_of_more_lines_than_years_of_releases_is_refused() -> None:
    body = calendar(OCTOBER).replace(b"END:VCALENDAR", b"X-A:b\n" * 60_000 + b"END:VCALENDAR")
    with pytest.raises(WrongBody, match="50000 lines"):
        parse(body)


def test_a_zone_defined_wrongly_under_that_name_changes_nothing() -> None:
    wrong = tuple(line.replace("-0400", "+0900").replace("-0500", "+0900") for line in ZONE)
    assert parse(calendar(OCTOBER, zone=wrong)).rows == (cpi(date(2026, 10, 14), 12),)


def test_folded_lines_are_unfolded_before_they_are_compared() -> None:
    folded = event(eastern("20261014T083000"), "Consumer Pri\r\n ce Index")
    assert parse(calendar(folded)).rows == (cpi(date(2026, 10, 14), 12),)


def test_an_event_without_a_time_keeps_its_day_only() -> None:
    parsed = parse(calendar(event(";VALUE=DATE:20261204", JOBS)))
    assert parsed.rows == (MacroEvent("jobs", date(2026, 12, 4), None),)


def test_a_time_in_utc_is_dated_in_new_york() -> None:
    parsed = parse(calendar(event(":20261015T003000Z", CPI)))
    assert parsed.rows[0].release_on == date(2026, 10, 14)


def test_other_releases_are_ignored_even_with_similar_names() -> None:
    others = [
        event(eastern("20261110T100000"), "Job Openings and Labor Turnover \r\n Survey"),
        event(eastern("20261110T100000"), "Employment Situation of Veterans"),
        event(eastern("nonsense"), "Real Earnings"),
    ]
    parsed = parse(calendar(OCTOBER, *others))
    assert len(parsed.rows) == 1
    assert parsed.skipped == (("other release", 3),)


def test_a_calendar_without_releases_has_no_rows() -> None:
    assert parse(calendar()).rows == ()


def test_an_exact_repeat_counts_once_and_a_cancelled_release_not_at_all() -> None:
    parsed = parse(calendar(OCTOBER, OCTOBER, (*NOVEMBER[:-1], "STATUS:CANCELLED", "END:VEVENT")))
    assert parsed.rows == (cpi(date(2026, 10, 14), 12),)
    assert parsed.skipped == (("cancelled", 1), ("repeated", 1))


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_both_line_ends_are_read(end: str) -> None:
    assert len(parse(calendar(OCTOBER, NOVEMBER, end=end)).rows) == 2


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", WrongBody),
        (b"<html>403 Forbidden</html>", WrongBody),
        (calendar(OCTOBER)[:-20], WrongBody),
        (calendar(OCTOBER) * 2, WrongBody),
        (calendar(event(eastern("20261014T090000"), CPI), OCTOBER), Contradiction),
        (calendar(event(":20261014T083000", CPI)), BadEvent),
        (calendar(event(";TZID=US-Central:20261014T083000", CPI)), BadEvent),
        (calendar(event(eastern("20261314T083000"), CPI)), BadEvent),
        (calendar(event(eastern("99991231T233000"), CPI)), BadEvent),
        (calendar(event(eastern("20261014T083000"), CPI, "RRULE:FREQ=MONTHLY")), BadEvent),
        (calendar((OCTOBER[0], *OCTOBER[2:])), BadEvent),
        (calendar((*OCTOBER[:2], *NOVEMBER[1:])), BadEvent),
    ],
    ids=[
        *("empty", "web page", "cut", "two calendars", "two times on a day", "no zone"),
        *("other zone", "no such day", "far future", "repeats", "no start", "two starts"),
    ],
)
def test_a_calendar_that_cannot_be_trusted_is_refused(
    body: bytes, refusal: type[CalendarRefused]
) -> None:
    with pytest.raises(refusal):
        parse(body)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with pytest.raises(ParseRefused, match="macro_calendar"):
        parse(body)


VALID = calendar(OCTOBER, event(";VALUE=DATE:20261204", JOBS)).decode()
_LINES = st.sampled_from(VALID.split("\r\n"))


@given(st.integers(0, len(VALID)), st.integers(0, 60), st.text(max_size=6) | _LINES)
def test_a_damaged_calendar_is_refused_or_still_holds_dates(at: int, cut: int, put: str) -> None:
    damaged = VALID[:at] + put + VALID[at + cut :]
    try:
        parsed = parse(damaged.encode("utf-8", "surrogatepass"))
    except ParseRefused:
        return
    assert all(2000 <= row.release_on.year < 2100 for row in parsed.rows)
