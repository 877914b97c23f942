from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.cpi.features import (
    LABEL_LEAD_DAYS_MAX,
    gasoline_for,
    next_release,
    nowcast_for,
    reference_month,
)
from kalshi_alpha.strategies.cpi.rows import GasRow, NowcastRow, ReleaseRow

CLOCK = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
RELEASE = datetime(2025, 6, 11, 12, 30, tzinfo=UTC)
MAY = date(2025, 5, 1)


def release(day: date, at: datetime | None, event: str = "cpi") -> ReleaseRow:
    return ReleaseRow(event=event, release_on=day, release_at=at, available_at=CLOCK)


def point(
    label_on: date, pct: float, *, origin: str = "json", kind: str = "nowcast", measure: str = "cpi"
) -> NowcastRow:
    return NowcastRow(
        target_month=MAY,
        measure=measure,
        kind=kind,
        label_on=label_on,
        origin=origin,
        mom_pct=pct,
        available_at=CLOCK - timedelta(days=1),
    )


def price(day: date, dollars: float, grade: str = "regular") -> GasRow:
    at = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    return GasRow(
        as_of_on=day, period="current", grade=grade, price_e4=round(dollars * 1e4), available_at=at
    )


def test_the_next_release_is_the_first_cpi_after_the_clock() -> None:
    rows = [
        release(date(2025, 7, 15), datetime(2025, 7, 15, 12, 30, tzinfo=UTC)),
        release(date(2025, 6, 12), datetime(2025, 6, 12, 12, 30, tzinfo=UTC), "jobs"),
        release(date(2025, 6, 11), RELEASE),
        release(date(2025, 5, 13), datetime(2025, 5, 13, 12, 30, tzinfo=UTC)),
    ]
    assert next_release(rows, CLOCK) == RELEASE
    assert next_release(rows, RELEASE).month == 7


def test_a_calendar_without_a_future_row_is_refused() -> None:
    with pytest.raises(MissingData, match="no CPI release after the clock"):
        next_release([release(date(2025, 5, 13), RELEASE - timedelta(days=29))], CLOCK)
    with pytest.raises(MissingData, match="no CPI release after the clock"):
        next_release([], CLOCK)


def test_a_release_with_a_day_but_no_hour_is_refused_and_not_stepped_over() -> None:
    later = release(date(2025, 7, 15), datetime(2025, 7, 15, 12, 30, tzinfo=UTC))
    with pytest.raises(MissingData, match="no hour for the CPI release of 2025-06-11"):
        next_release([later, release(date(2025, 6, 11), None)], CLOCK)
    assert next_release([later, release(date(2025, 6, 10), None)], CLOCK) == later.release_at


@pytest.mark.parametrize(
    ("released", "month"),
    [
        (RELEASE, MAY),
        (datetime(2026, 1, 13, 13, 30, tzinfo=UTC), date(2025, 12, 1)),
        (datetime(2026, 2, 13, 13, 30, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2025, 10, 24, 12, 30, tzinfo=UTC), date(2025, 9, 1)),
        (datetime(2025, 12, 18, 13, 30, tzinfo=UTC), date(2025, 11, 1)),
        (datetime(2025, 7, 1, 1, 0, tzinfo=UTC), MAY),
    ],
    ids=["May", "December", "January", "late September", "late November", "June in New York"],
)
def test_a_release_is_about_the_month_before_it_in_new_york(
    released: datetime, month: date
) -> None:
    assert reference_month(released) == month


def test_a_label_is_used_from_midnight_in_new_york_after_its_day() -> None:
    rows = [point(date(2025, 6, 9), 0.12), point(date(2025, 6, 10), 0.99)]
    midnight = datetime(2025, 6, 11, 4, 0, tzinfo=UTC)
    assert nowcast_for(rows, RELEASE, midnight).pct == 0.99
    assert nowcast_for(rows, RELEASE, midnight - timedelta(seconds=1)).pct == 0.12


def test_only_headline_nowcasts_of_the_month_count() -> None:
    rows = [
        point(date(2025, 6, 6), 0.1251),
        point(date(2025, 6, 9), 0.3, measure="core_cpi"),
        point(date(2025, 6, 9), 0.2, kind="actual"),
    ]
    nowcast = nowcast_for(rows, RELEASE, CLOCK)
    assert (nowcast.pct, nowcast.label_on) == (0.1251, date(2025, 6, 6))
    assert (nowcast.used.value, nowcast.used.available_at) == (0.1251, CLOCK - timedelta(days=1))
    with pytest.raises(MissingData, match="no usable Cleveland Fed nowcast for 2025-06"):
        nowcast_for(rows, RELEASE + timedelta(days=30), CLOCK)


def test_the_file_beats_the_page_on_one_day_and_the_later_day_beats_both() -> None:
    file, page = point(date(2025, 6, 6), 0.1251), point(date(2025, 6, 6), 0.13, origin="page")
    assert nowcast_for([file, page], RELEASE, CLOCK).pct == 0.1251
    assert nowcast_for([page, file], RELEASE, CLOCK).pct == 0.1251
    newer = point(date(2025, 6, 9), 0.14, origin="page")
    assert nowcast_for([file, newer], RELEASE, CLOCK).pct == 0.14


def test_a_nowcast_made_too_early_for_its_error_to_be_known_is_refused() -> None:
    oldest = date(2025, 6, 11) - timedelta(days=LABEL_LEAD_DAYS_MAX)
    assert nowcast_for([point(oldest, 0.1)], RELEASE, CLOCK).label_on == oldest
    with pytest.raises(MissingData, match="29 days before the release"):
        nowcast_for([point(oldest - timedelta(days=1), 0.1)], RELEASE, CLOCK)


def test_worked_by_hand_news_is_what_prices_did_after_the_label() -> None:
    """To 20 May $3.00; the label is of the 20th, so 11 days at $3.10 are news."""
    rows = [price(MAY + timedelta(days=n), 3.0 if n < 20 else 3.1) for n in range(31)]
    found = gasoline_for(rows, MAY, date(2025, 5, 20), CLOCK)
    assert found.then.mean_usd == pytest.approx(3.0)
    assert found.now.mean_usd == pytest.approx((20 * 3.0 + 11 * 3.1) / 31)
    assert found.news_pct == pytest.approx(100 * math.log(found.now.mean_usd / 3.0))
    assert found.used.available_at == datetime(2025, 5, 31, 11, tzinfo=UTC)


def test_a_label_after_the_month_s_end_leaves_no_news() -> None:
    rows = [price(MAY + timedelta(days=n), 3.0 + n / 100) for n in range(42)]
    assert gasoline_for(rows, MAY, date(2025, 6, 6), CLOCK).news_pct == 0.0


def test_a_label_before_the_first_price_counts_news_from_that_price() -> None:
    rows = [price(date(2025, 5, 25), 3.0), price(date(2025, 5, 31), 3.2)]
    late = gasoline_for(rows, MAY, date(2025, 5, 20), CLOCK)
    assert late == gasoline_for(rows, MAY, date(2025, 5, 25), CLOCK)
    assert late.news_pct > 0


def test_a_label_before_the_month_counts_news_from_last_month_s_price() -> None:
    rows = [
        price(date(2025, 4, 28), 3.0),
        *(price(MAY + timedelta(days=n), 3.3) for n in range(31)),
    ]
    found = gasoline_for(rows, MAY, date(2025, 4, 29), CLOCK)
    assert found.then.days_seen == 0
    assert found.news_pct == pytest.approx(100 * math.log(1.1))


def test_other_grades_are_not_read() -> None:
    rows = [price(MAY + timedelta(days=n), 3.0) for n in range(31)]
    diesel = [price(date(2025, 6, 10), 9.0, "diesel"), price(date(2025, 5, 30), 9.0, "diesel")]
    assert gasoline_for([*rows, *diesel], MAY, MAY, CLOCK) == gasoline_for(rows, MAY, MAY, CLOCK)


def test_gasoline_of_other_months_only_is_refused() -> None:
    with pytest.raises(MissingData, match="no gasoline price of 2025-05 itself is known"):
        gasoline_for([price(date(2025, 4, 30), 3.0)], MAY, date(2025, 6, 6), CLOCK)
    with pytest.raises(MissingData, match="no gasoline price for 2025-05"):
        gasoline_for([], MAY, date(2025, 6, 6), CLOCK)
