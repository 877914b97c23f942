from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from kalshi_alpha.drivers.macro_calendar.errors import (
    BadEvent,
    CalendarRefused,
    Contradiction,
    WrongBody,
)
from kalshi_alpha.drivers.macro_calendar.fomc_page import is_fomc_page, meetings


def panel(year: int, *rows: tuple[str, str]) -> str:
    lines = "".join(
        f'<div class="fomc-meeting--shaded row fomc-meeting">'
        f'<div class="fomc-meeting__month col-xs-5"><strong>{month}</strong></div>'
        f'<div class="fomc-meeting__date col-xs-4">{days}</div></div>'
        for month, days in rows
    )
    heading = f'<div class="panel-heading"><h4><a id="1">{year} FOMC Meetings</a></h4></div>'
    return f'<div class="panel panel-default">{heading}{lines}</div>'


def days(text: str) -> list[date]:
    return [row.release_on for row in meetings(text, Counter())]


@pytest.mark.parametrize(
    ("month", "printed", "day"),
    [
        ("September", "15-16*", date(2026, 9, 16)),
        ("October", "27-28", date(2026, 10, 28)),
        ("April/May", "30-1", date(2026, 5, 1)),
        ("Apr/May", "28-1*", date(2026, 5, 1)),
        ("Jan./Feb.", "31 - 1", date(2026, 2, 1)),
        ("December/January", "31-1", date(2027, 1, 1)),
        ("June", "16\u201317", date(2026, 6, 17)),
        ("March", "3", date(2026, 3, 3)),
    ],
)
def test_the_decision_comes_on_the_second_day(month: str, printed: str, day: date) -> None:
    assert days(panel(2026, (month, printed))) == [day]


def test_it_comes_at_two_in_new_york_in_summer_and_winter() -> None:
    page = panel(2026, ("September", "15-16"), ("December", "8-9*"))
    assert [row.release_at for row in meetings(page, Counter())] == [
        datetime(2026, 9, 16, 18, 0, tzinfo=UTC),
        datetime(2026, 12, 9, 19, 0, tzinfo=UTC),
    ]


def test_each_panel_has_its_own_year() -> None:
    page = panel(2026, ("December", "8-9*")) + panel(2027, ("January", "26-27"))
    assert is_fomc_page(page)
    assert days(page) == [date(2026, 12, 9), date(2027, 1, 27)]


@pytest.mark.parametrize("printed", ["22 (notation vote)", "15 (unscheduled)", "17-18 (cancelled)"])
def test_a_meeting_with_a_remark_is_counted_and_left_out(printed: str) -> None:
    skipped: Counter[str] = Counter()
    page = panel(2020, ("March", printed), ("April", "28-29"))
    assert [row.release_on for row in meetings(page, skipped)] == [date(2020, 4, 29)]
    assert skipped == {"meeting with a remark": 1}


@pytest.mark.parametrize(
    ("page", "refusal"),
    [
        ('<div class="fomc-meeting__date"></div>', WrongBody),
        (panel(2026), WrongBody),
        (panel(2026, ("Smarch", "8-9")), BadEvent),
        (panel(2026, ("Ju", "8-9")), BadEvent),
        (panel(2026, ("June", "31-1")), BadEvent),
        (panel(2026, ("June", "8-19")), BadEvent),
        (panel(2026, ("June", "9-8")), BadEvent),
        (panel(2026, ("June", "soon")), BadEvent),
        (panel(2026, ("June", "")), BadEvent),
        (panel(2026, ("June", "8-9"), ("June", "8-9")), Contradiction),
        (panel(2026, ("June", "8-9")).replace("2026", ""), BadEvent),
    ],
    ids=[
        *("no panel", "no meeting", "no month", "two months", "no day", "too long"),
        *("backwards", "words", "empty", "twice", "no year"),
    ],
)
def test_a_page_that_cannot_be_trusted_is_refused(
    page: str, refusal: type[CalendarRefused]
) -> None:
    with pytest.raises(refusal):
        meetings(page, Counter())
