from __future__ import annotations

from datetime import date

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.bond_calendar import LISTED, bond_calendar, package_days, written

CALENDAR = bond_calendar(2024, 2027)


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 10, 13),  # Columbus Day, when stocks trade
        date(2025, 11, 11),  # Veterans Day, when stocks trade
        date(2025, 4, 18),  # Good Friday, which is no federal holiday
        date(2026, 7, 3),  # Independence Day, observed
        date(2027, 3, 26),
        date(2027, 12, 24),
    ],
)
def test_bonds_are_shut_on_recommended_closures(day: date) -> None:
    assert not CALENDAR.trades(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 1, 9),  # a day of mourning
        date(2025, 5, 23),
        date(2025, 11, 28),
        date(2026, 4, 3),  # Good Friday with a jobs report: noon
        date(2026, 11, 27),
        date(2026, 12, 24),
        date(2026, 12, 31),
        date(2027, 3, 25),
    ],
)
def test_bonds_trade_but_shut_early_on_these_days(day: date) -> None:
    assert CALENDAR.trades(day)
    assert day in CALENDAR.early_closes


def test_an_ordinary_day_is_neither() -> None:
    day = date(2025, 6, 12)
    assert CALENDAR.trades(day)
    assert day not in CALENDAR.early_closes


def test_the_calendar_covers_whole_years_and_no_more() -> None:
    assert CALENDAR.covers(date(2024, 1, 1))
    assert CALENDAR.covers(date(2027, 12, 31))
    assert not CALENDAR.covers(date(2028, 1, 1))
    assert all(day.year in range(2024, 2028) for day in CALENDAR.closures)


@pytest.mark.parametrize("years", [(1995, 2000), (2026, 2025)])
def test_years_without_recommendations_are_refused(years: tuple[int, int]) -> None:
    with pytest.raises(BadParameter):
        bond_calendar(*years)


def test_the_listed_days_are_those_of_the_package() -> None:
    """A newer package that knows better makes this fail: run scripts/write_bond_days.py."""
    listed = bond_calendar(LISTED.start, LISTED.stop - 1)
    assert (listed.closures, listed.early_closes) == package_days(LISTED)


def test_years_that_are_not_listed_come_from_the_package() -> None:
    beyond = bond_calendar(LISTED.stop - 1, LISTED.stop)
    assert not beyond.trades(date(LISTED.stop, 12, 25))
    assert beyond.closures == package_days(range(LISTED.stop - 1, LISTED.stop + 1))[0]


def test_each_listed_line_is_a_day_and_what_it_is() -> None:
    assert written(range(2025, 2026)).splitlines()[:3] == [
        "2025-01-01 closed",
        "2025-01-09 early",
        "2025-01-20 closed",
    ]
