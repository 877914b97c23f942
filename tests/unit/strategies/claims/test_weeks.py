from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.strategies.claims.weeks import (
    ONE_WEEK,
    holidays_of,
    is_ordinary,
    released_week,
    saturday_of,
)


@pytest.mark.parametrize(
    ("released_on", "week"),
    [
        (date(2025, 6, 12), date(2025, 6, 7)),
        (date(2025, 6, 18), date(2025, 6, 14)),
        (date(2026, 11, 25), date(2026, 11, 21)),
        (date(2025, 11, 21), date(2025, 11, 15)),
        (date(2025, 11, 17), date(2025, 11, 8)),
    ],
    ids=["thursday", "juneteenth wednesday", "thanksgiving wednesday", "friday", "monday"],
)
def test_a_release_is_about_the_week_that_ended_three_days_before_or_earlier(
    released_on: date, week: date
) -> None:
    assert released_week(released_on) == week


@pytest.mark.parametrize(
    ("week", "names"),
    [
        (date(2025, 1, 4), ("new year",)),
        (date(2025, 1, 11), ("new year + 1",)),
        (date(2023, 1, 7), ("new year",)),
        (date(2025, 1, 25), ("king",)),
        (date(2025, 5, 31), ("memorial",)),
        (date(2025, 6, 7), ("memorial + 1",)),
        (date(2021, 7, 10), ("july 4",)),
        (date(2020, 7, 4), ("july 4",)),
        (date(2025, 9, 6), ("labor",)),
        (date(2024, 11, 30), ("thanksgiving",)),
        (date(2024, 12, 28), ("christmas",)),
        (date(2019, 6, 22), ()),
        (date(2025, 6, 21), ("juneteenth",)),
        (date(2025, 3, 15), ()),
    ],
)
def test_holidays_belong_to_the_week_in_which_they_are_kept(
    week: date, names: tuple[str, ...]
) -> None:
    assert holidays_of(week) == names


@given(st.dates(date(1970, 1, 1), date(2090, 12, 31)))
def test_every_day_lies_in_the_week_its_saturday_names(day: date) -> None:
    week = saturday_of(day)
    assert week.weekday() == 5
    assert week - ONE_WEEK < day <= week


def test_the_pandemic_is_not_ordinary() -> None:
    assert is_ordinary(date(2020, 2, 29))
    assert not is_ordinary(date(2020, 3, 21))
    assert not is_ordinary(date(2021, 8, 28))
    assert is_ordinary(date(2021, 9, 4))
