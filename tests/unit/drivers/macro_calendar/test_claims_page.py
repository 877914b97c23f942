from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from kalshi_alpha.drivers.macro_calendar.claims_page import (
    WEEKS_AHEAD,
    WEEKS_BACK,
    claims_releases,
    is_claims_page,
    stamped,
)
from kalshi_alpha.drivers.macro_calendar.errors import BadEvent, CalendarRefused, Contradiction

RULE = "<p>The release is published each week on <b>Thursday</b> morning at 8:30am EST.</p>"


def page(*exceptions: str, rule: str = RULE) -> str:
    rows = "".join(f"<tr><td>{each}</td></tr>" for each in exceptions)
    return f"{rule}<table><tr><th>Exceptions</th></tr>{rows}</table>"


def on(text: str, asked_on: date) -> list[date]:
    body = stamped(text.encode(), asked_on).decode()
    return [row.release_on for row in claims_releases(body, Counter())]


THANKSGIVING_EVE = "Wednesday, November 25, 2026 at 8:30am EST"


def test_every_week_has_one_release_and_the_listed_day_replaces_its_thursday() -> None:
    days = on(page(THANKSGIVING_EVE), date(2026, 11, 22))
    assert days[:6] == [
        date(2026, 11, 5),
        date(2026, 11, 12),
        date(2026, 11, 19),
        date(2026, 11, 25),
        date(2026, 12, 3),
        date(2026, 12, 10),
    ]
    assert len(days) == WEEKS_BACK + WEEKS_AHEAD


def test_releases_come_at_half_past_eight_in_new_york() -> None:
    rows = claims_releases(page(THANKSGIVING_EVE), Counter())
    hours = {row.release_on: row.release_at for row in rows}
    assert hours[date(2026, 11, 25)] == datetime(2026, 11, 25, 13, 30, tzinfo=UTC)
    assert hours[date(2026, 7, 9)] == datetime(2026, 7, 9, 12, 30, tzinfo=UTC)


def test_a_holiday_thursday_that_is_not_listed_yet_is_moved_as_each_one_has_been() -> None:
    days = on(page(), date(2027, 10, 4))
    assert {date(2027, 11, 10), date(2027, 11, 24)} <= set(days)
    assert not {date(2027, 11, 11), date(2027, 11, 25)} & set(days)
    assert {(b - a).days for a, b in pairwise(days)} == {6, 7, 8}


def test_without_a_stamp_the_years_of_the_listed_days_are_the_window() -> None:
    """The five departures of 2025, one of them for a day of mourning."""
    listed = [
        "Wednesday, January 8, 2025",
        "Wednesday, June 18, 2025",
        "Wednesday, November 26, 2025",
        "Wednesday, December 24, 2025",
        "Wednesday, December 31, 2025",
    ]
    days = [row.release_on for row in claims_releases(page(*listed), Counter())]
    assert (days[0], days[-1], len(days)) == (date(2025, 1, 2), date(2025, 12, 31), 53)
    assert [day for day in days if day.weekday() != 3] == [
        *(date(2025, 1, 8), date(2025, 6, 18), date(2025, 11, 26)),
        *(date(2025, 12, 24), date(2025, 12, 31)),
    ]


def test_a_page_without_years_and_without_a_stamp_says_nothing() -> None:
    skipped: Counter[str] = Counter()
    assert claims_releases(page(), skipped) == []
    assert skipped == {"no year on the page": 1}


@pytest.mark.parametrize("clock", ["10:00am", "10:00 A.M.", "10:00 a.m"])
def test_a_listed_hour_is_kept(clock: str) -> None:
    rows = claims_releases(page(f"Friday, July 3, 2026 at {clock} EST"), Counter())
    moved = {row.release_on: row.release_at for row in rows}
    assert moved[date(2026, 7, 3)] == datetime(2026, 7, 3, 14, 0, tzinfo=UTC)
    assert date(2026, 7, 2) not in moved


def test_dates_before_the_list_are_no_exceptions() -> None:
    text = f"<p>Updated Thursday, October 1, 2026 at 9:00am</p>{page(THANKSGIVING_EVE)}"
    hours = {row.release_at.hour for row in claims_releases(text, Counter()) if row.release_at}
    assert hours == {12, 13}


@pytest.mark.parametrize(
    ("exceptions", "refusal"),
    [
        (["Thursday, November 25, 2026"], BadEvent),
        (["Wednesday, February 30, 2026"], BadEvent),
        (["Wednesday, November 25, 2026 at 8:75am"], BadEvent),
        (["Wednesday, November 25, 2026", "Tuesday, November 24, 2026"], Contradiction),
    ],
)
def test_a_list_that_cannot_be_trusted_is_refused(
    exceptions: list[str], refusal: type[CalendarRefused]
) -> None:
    with pytest.raises(refusal):
        claims_releases(page(*exceptions), Counter())


def test_an_impossible_stamp_is_refused() -> None:
    with pytest.raises(BadEvent):
        claims_releases("<!-- asked on 2026-02-30 -->" + page(), Counter())


def test_the_page_is_told_by_its_rule() -> None:
    assert is_claims_page(page())
    assert not is_claims_page(page(rule="<p>Published each week on Friday.</p>"))
