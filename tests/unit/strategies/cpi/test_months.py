from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.months import months_before, require_published


@pytest.mark.parametrize(
    ("month", "n", "expected"),
    [
        (date(2025, 5, 1), 1, date(2025, 4, 1)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2025, 12, 1), 12, date(2024, 12, 1)),
        (date(2026, 1, 1), 13, date(2024, 12, 1)),
        (date(2025, 11, 30), -2, date(2026, 1, 1)),
        (date(2024, 2, 29), 0, date(2024, 2, 1)),
    ],
)
def test_months_roll_over_the_year(month: date, n: int, expected: date) -> None:
    assert months_before(month, n) == expected


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)), st.integers(-400, 400))
def test_going_back_and_forth_ends_where_it_began(day: date, n: int) -> None:
    assert months_before(months_before(day, n), -n) == day.replace(day=1)


def test_october_2025_is_the_only_month_that_does_not_exist() -> None:
    months = [months_before(date(2026, 12, 1), n) for n in range(240)]
    refused = []
    for month in months:
        try:
            require_published(month)
        except MissingData as error:
            refused.append(str(error))
    assert refused == ["the CPI of 2025-10 was never published (2025 lapse in appropriations)"]
