from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from kalshi_alpha.core.errors import ParseRefused
from kalshi_alpha.strategies.strategy import Row
from kalshi_alpha.strategies.teny.history import EVENTS, changes_between, changes_of, read_history

ROWS: list[Row] = [
    {"date": "2025-06-06", "yield_pct": 4.51, "events": ["jobs"]},
    {"date": "2025-06-05", "yield_pct": 4.40},
    {"date": "2025-06-09", "yield_pct": 4.49, "quote_pct": 4.4875},
]


def test_rows_become_days_in_order_with_yields_in_basis_points() -> None:
    days = read_history(ROWS)
    assert [each.close_bp for each in days] == [440, 451, 449]
    assert days[1].events == ("jobs",)
    assert days[2].quote_pct == 4.4875


def test_a_close_counts_as_known_from_six_in_the_evening_in_new_york() -> None:
    at = datetime(2025, 6, 6, 22, 0, tzinfo=UTC)
    assert [each.date for each in read_history(ROWS, at)][-1] == date(2025, 6, 6)
    assert len(read_history(ROWS, at.replace(hour=21, minute=59, second=59))) == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"date": "2025-06-10"},
        {"date": "2025-06-10", "yield_pct": "4.4"},
        {"date": "2025-06-10", "yield_pct": 44.7},
        {"date": "2025-06-10", "yield_pct": 4.475},
        {"date": "2025-06-10", "yield_pct": float("nan")},
        {"date": "2025-06-10", "yield_pct": 4.47, "events": ["opec"]},
        {"date": "2025-06-06", "yield_pct": 4.51},
    ],
)
def test_a_row_that_is_incomplete_impossible_or_repeated_is_refused(bad: Row) -> None:
    with pytest.raises(ParseRefused):
        read_history([*ROWS, bad])


def test_changes_carry_the_close_before_and_the_news_of_the_later_day() -> None:
    changes = changes_of(read_history(ROWS))
    assert changes.days == (date(2025, 6, 6), date(2025, 6, 9))
    assert changes.before_bp.tolist() == [440, 451]
    assert changes.changes_bp.tolist() == [11, -2]
    assert changes.steps.tolist() == [1, 1]
    assert changes.events[:, EVENTS.index("jobs")].tolist() == [True, False]


def test_a_missing_close_makes_a_longer_step_and_keeps_its_news() -> None:
    days = [date(2025, 6, 9), date(2025, 6, 12)]
    changes = changes_between(days, [449, 436], {"cpi": [date(2025, 6, 11)]})
    assert changes.steps.tolist() == [3]
    assert changes.events[0].tolist() == [True, False, False]


def test_holidays_of_the_bond_market_are_no_missing_closes() -> None:
    days = [date(2025, 10, 10), date(2025, 10, 14)]  # Columbus Day between them
    assert changes_between(days, [405, 403], {}).steps.tolist() == [1]


def test_news_after_the_last_close_waits() -> None:
    days = [date(2025, 6, 9), date(2025, 6, 10)]
    changes = changes_between(days, [449, 447], {"cpi": [date(2025, 6, 11)]})
    assert not np.any(changes.events)


def test_days_before_recommendations_were_kept_count_one_each() -> None:
    days = [date(1987, 10, 16), date(1987, 10, 20)]
    assert changes_between(days, [1023, 938], {}).steps.tolist() == [1]
