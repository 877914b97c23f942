from __future__ import annotations

from datetime import date

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule.bond_days import BondCalendar

CALENDAR = BondCalendar(
    closures=frozenset({date(2026, 11, 11), date(2026, 11, 26)}),
    early_closes=frozenset({date(2026, 11, 27)}),
    covers_from=date(2026, 11, 2),
    covers_until=date(2026, 12, 31),
)


def test_weekends_and_closures_do_not_trade_and_early_closes_do() -> None:
    days = [date(2026, 11, n) for n in (10, 11, 14, 26, 27)]
    assert [CALENDAR.trades(day) for day in days] == [True, False, False, False, True]


def test_neighbours_step_over_closures() -> None:
    assert CALENDAR.neighbours(date(2026, 11, 26)) == (date(2026, 11, 25), date(2026, 11, 27))
    assert CALENDAR.neighbours(date(2026, 11, 30)) == (
        date(2026, 11, 27),
        date(2026, 11, 30),
        date(2026, 12, 1),
    )


def test_neighbours_beyond_the_covered_days_are_not_guessed() -> None:
    assert CALENDAR.neighbours(date(2026, 12, 31)) == (date(2026, 12, 30), date(2026, 12, 31))
    assert CALENDAR.neighbours(date(2026, 11, 2)) == (date(2026, 11, 2), date(2026, 11, 3))


def test_trading_days_are_counted_after_the_first_to_the_last() -> None:
    assert CALENDAR.trading_days_between(date(2026, 11, 25), date(2026, 11, 30)) == 2
    assert CALENDAR.trading_days_between(date(2026, 11, 30), date(2026, 11, 30)) == 0


def test_an_inverted_cover_is_refused() -> None:
    with pytest.raises(BadParameter, match="covers"):
        BondCalendar(frozenset(), frozenset(), date(2026, 2, 1), date(2026, 1, 1))
