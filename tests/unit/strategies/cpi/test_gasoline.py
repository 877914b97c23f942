from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.gasoline import GasMonth, daily_prices, month_mean, news_pct
from kalshi_alpha.strategies.cpi.rows import GasRow

MAY = date(2025, 5, 1)
SEEN = datetime(2025, 5, 2, 10, tzinfo=UTC)


def day(n: int) -> date:
    return MAY + timedelta(days=n - 1)


def row(on: date, price_e4: int, period: str = "current", grade: str = "regular") -> GasRow:
    return GasRow(as_of_on=on, period=period, grade=grade, price_e4=price_e4, available_at=SEEN)


def test_a_page_gives_its_day_and_the_day_before_and_the_own_page_wins() -> None:
    rows = [
        row(day(2), 31_000),
        row(day(2), 30_500, "yesterday"),
        row(day(3), 31_110),
        row(day(3), 99_999, "yesterday"),
        row(day(3), 20_000, "week_ago"),
        row(day(3), 40_000, "current", "diesel"),
    ]
    assert daily_prices(rows) == {day(1): 3.05, day(2): 3.1, day(3): 3.111}


def test_worked_by_hand_the_days_to_come_take_the_last_price() -> None:
    prices = {day(1): 3.0, day(2): 3.3}
    found = month_mean(prices, MAY, day(2))
    assert found.mean_usd == pytest.approx((3.0 + 30 * 3.3) / 31)
    assert (found.days_seen, found.days) == (2, 31)


def test_a_whole_month_is_its_plain_mean_however_long_ago_it_ended() -> None:
    prices = {day(n): 3.0 + n / 100 for n in range(-3, 40)}
    for by in (day(31), day(32), day(60)):
        assert month_mean(prices, MAY, by).mean_usd == pytest.approx(3.0 + 16 / 100)


def test_a_price_after_the_day_of_knowledge_does_not_exist_yet() -> None:
    known = {day(1): 3.0, day(2): 3.1}
    assert month_mean({**known, day(3): 99.0}, MAY, day(2)) == month_mean(known, MAY, day(2))


def test_a_missing_weekend_takes_friday_s_price() -> None:
    whole = {day(n): 3.0 + n / 100 for n in range(1, 32)}
    gap = {on: price for on, price in whole.items() if on not in {day(3), day(4)}}
    filled = {**gap, day(3): whole[day(2)], day(4): whole[day(2)]}
    assert month_mean(gap, MAY, day(31)).mean_usd == month_mean(filled, MAY, day(31)).mean_usd
    assert month_mean(gap, MAY, day(31)).days_seen == 29


def test_before_the_month_begins_its_mean_is_the_last_price_of_the_month_before() -> None:
    found = month_mean({day(-1): 2.9}, MAY, day(0))
    assert (found.mean_usd, found.days_seen) == (2.9, 0)


def test_days_before_the_first_price_are_passed_over() -> None:
    assert month_mean({day(30): 3.0, day(31): 4.0}, MAY, day(31)).mean_usd == 3.5


def test_no_price_at_all_is_refused() -> None:
    with pytest.raises(MissingData, match="no gasoline price for 2025-05 was known on 2025-05-09"):
        month_mean({day(10): 3.0}, MAY, day(9))


def test_february_and_december_have_their_own_lengths() -> None:
    assert month_mean({date(2024, 1, 31): 3.0}, date(2024, 2, 1), date(2024, 2, 1)).days == 29
    assert month_mean({date(2025, 12, 1): 3.0}, date(2025, 12, 1), date(2026, 1, 5)).days == 31


def test_news_is_the_log_change_of_the_mean_in_percent() -> None:
    then, now = GasMonth(3.0, 10, 31), GasMonth(3.03, 31, 31)
    assert news_pct(then, now) == pytest.approx(100 * math.log(1.01))
    assert news_pct(now, then) == pytest.approx(-news_pct(then, now))


@given(
    st.dictionaries(st.integers(1, 31), st.floats(2.0, 6.0), min_size=1),
    st.integers(1, 31),
    st.integers(0, 40),
)
def test_prices_that_stay_where_they_were_are_no_news(
    priced: dict[int, float], then: int, later: int
) -> None:
    """Whatever days are missing before and after, only a price that moved is news."""
    first = min(priced)
    known = {day(n): price for n, price in priced.items() if n <= max(then, first)}
    last = known[max(known)]
    still = {day(n): last for n in priced if n > max(then, first)}
    before = month_mean(known, MAY, day(max(then, first)))
    now = month_mean({**known, **still}, MAY, day(max(then, first) + later))
    assert news_pct(before, now) == pytest.approx(0.0, abs=1e-9)


@given(st.dictionaries(st.integers(-5, 40), st.floats(2.0, 6.0), min_size=1), st.integers(-5, 45))
def test_a_mean_lies_between_the_prices_it_is_of(priced: dict[int, float], by: int) -> None:
    known = {n: price for n, price in priced.items() if n <= by}
    prices = {day(n): price for n, price in priced.items()}
    if not any(n <= 31 for n in known):
        with pytest.raises(MissingData):
            month_mean(prices, MAY, day(by))
        return
    mean = month_mean(prices, MAY, day(by)).mean_usd
    assert min(known.values()) - 1e-12 <= mean <= max(known.values()) + 1e-12
