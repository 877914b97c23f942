from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.drivers.nws_daily_climate.local_clock import date_of, minutes_of


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("301 PM", 901),
        ("1201 AM", 1),
        ("2:47 PM", 887),
        ("12 AM", 0),
        ("0714 PM", 1154),
        ("1159 PM", 1439),
        ("12:20 AM", 20),
        ("1234 AM", 34),
        ("12 PM", 720),
    ],
)
def test_a_time_is_read_however_an_office_prints_it(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "MM", "1301 PM", "0 AM", "360 PM", "12:60 AM", "301", "3 0 PM"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert minutes_of(text) is None


@given(st.integers(0, 1439), st.booleans(), st.booleans())
def test_every_minute_of_the_day_survives_the_way_through_print(
    minutes: int, colon: bool, padded: bool
) -> None:
    hour, minute = divmod(minutes, 60)
    twelve = (hour - 1) % 12 + 1
    shown = f"{twelve:02d}" if padded else str(twelve)
    text = f"{shown}{':' if colon else ''}{minute:02d} {'PM' if hour >= 12 else 'AM'}"
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("month", ["AUGUST", "AUG"])
def test_a_month_is_read_in_full_or_by_three_letters(month: str) -> None:
    assert date_of(month, "21", "2026") == date(2026, 8, 21)
    assert date_of("SEPT", "01", "2026") == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("month", "day", "year"),
    [("AUGU", "1", "2026"), ("FEBRUARY", "29", "2026"), ("MAY", "0", "2026"), ("MAY", "1", "9999")],
)
def test_a_date_that_is_not_in_the_calendar_is_none(month: str, day: str, year: str) -> None:
    assert date_of(month, day, year) is None
