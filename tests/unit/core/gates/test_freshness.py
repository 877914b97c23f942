from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.gates.dues import Due, daily_dues
from kalshi_alpha.core.gates.freshness import (
    AgeUnit,
    FeedReading,
    FeedRule,
    FeedStatus,
    grace_told,
    judge_feed,
)
from kalshi_alpha.core.schedule.bond_days import BondCalendar
from kalshi_alpha.core.schedule.wall_clock import wall

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CPI = FeedRule("bls_cpi.latest_release", 35, AgeUnit.CALENDAR_DAYS, HOUR)
CLAIMS = FeedRule("dol_claims.latest_report", 8, AgeUnit.CALENDAR_DAYS, HOUR)
GAS = FeedRule(
    "aaa_gas.daily",
    2,
    AgeUnit.CALENDAR_DAYS,
    timedelta(hours=48),
    low=Decimal("2.00"),
    high=Decimal("6.00"),
)
TENY = FeedRule(
    "treasury_10y.daily", 3, AgeUnit.BUSINESS_DAYS, timedelta(hours=16), series_id="DGS10"
)


def at_half_past_eight(*days: date) -> list[Due]:
    return [Due(day, wall(day, time(8, 30))) for day in days]


CPI_DUES = at_half_past_eight(date(2025, 5, 13), date(2025, 6, 11), date(2025, 7, 15))


def cpi(at: datetime, *newest: date) -> FeedStatus:
    readings = [FeedReading(on, wall(on, time(8, 30))) for on in newest]
    return judge_feed(CPI, readings, CPI_DUES, at).status


@pytest.mark.parametrize(
    ("at", "newest", "status"),
    [
        # the reference scenario: two hours before the release, the last one 29 days old
        (wall(date(2025, 6, 11), time(6, 30)), date(2025, 5, 13), FeedStatus.OK),
        (wall(date(2025, 6, 11), time(9, 30)), date(2025, 5, 13), FeedStatus.OK),  # grace
        (wall(date(2025, 6, 11), time(9, 30, 1)), date(2025, 5, 13), FeedStatus.OVERDUE),
        (wall(date(2025, 6, 11), time(9, 30, 1)), date(2025, 6, 11), FeedStatus.OK),
        # 34 days, the longest ordinary gap
        (wall(date(2025, 7, 15), time(6, 30)), date(2025, 6, 11), FeedStatus.OK),
    ],
)
def test_cpi_is_judged_by_its_release_calendar(
    at: datetime, newest: date, status: FeedStatus
) -> None:
    assert cpi(at, newest) is status


def test_old_but_nothing_newer_was_due_is_fresh() -> None:
    # After the 2025 lapse 55 days passed between two releases.
    dues = at_half_past_eight(date(2025, 10, 24), date(2025, 12, 18))
    reading = FeedReading(date(2025, 10, 24), wall(date(2025, 10, 24), time(8, 30)))
    got = judge_feed(CPI, [reading], dues, wall(date(2025, 12, 18), time(6, 30)))
    assert (got.status, got.age_days) == (FeedStatus.OK, 55)
    assert got.detail.endswith("55 of 35 calendar days old, and no newer one was due")


def test_old_and_newer_due_within_the_grace_is_stale() -> None:
    dues = at_half_past_eight(date(2025, 10, 24), date(2025, 12, 18), date(2026, 1, 13))
    reading = FeedReading(date(2025, 10, 24), wall(date(2025, 10, 24), time(8, 30)))
    got = judge_feed(CPI, [reading], dues, wall(date(2025, 12, 18), time(9, 0)))
    assert got.status is FeedStatus.STALE


@pytest.mark.parametrize("dues", [[], CPI_DUES[2:], CPI_DUES[:1]])
def test_without_due_dates_around_the_value_age_alone_decides(dues: list[Due]) -> None:
    reading = FeedReading(date(2025, 5, 13), wall(date(2025, 5, 13), time(8, 30)))
    young = judge_feed(CPI, [reading], dues, wall(date(2025, 6, 17), time(6, 0)))
    old = judge_feed(CPI, [reading], dues, wall(date(2025, 6, 18), time(6, 0)))
    assert (young.age_days, young.status) == (35, FeedStatus.OK)
    assert (old.age_days, old.status) == (36, FeedStatus.STALE)


def test_claims_are_fresh_on_the_morning_of_their_release() -> None:
    # Thursday 06:30: the newest week ended 12 days ago, and the next is due at 08:30.
    dues = [
        Due(date(2026, 11, 7), wall(date(2026, 11, 12), time(8, 30))),
        Due(date(2026, 11, 14), wall(date(2026, 11, 19), time(8, 30))),
    ]
    reading = FeedReading(date(2026, 11, 7), wall(date(2026, 11, 12), time(8, 31)))
    fresh = judge_feed(CLAIMS, [reading], dues, wall(date(2026, 11, 19), time(6, 30)))
    overdue = judge_feed(CLAIMS, [reading], dues, wall(date(2026, 11, 19), time(9, 31)))
    assert (fresh.age_days, fresh.status) == (12, FeedStatus.OK)
    assert overdue.status is FeedStatus.OVERDUE
    assert (overdue.due_on, overdue.due_at) == (dues[1].on, dues[1].at)


def test_what_is_overdue_is_told_apart_from_what_is_newest_due() -> None:
    # The page of the eleventh is due by now; its grace, and that of the tenth, still run.
    now = wall(date(2025, 6, 11), time(8, 0))
    patient = replace(GAS, grace=timedelta(days=2))
    got = judge_feed(
        patient,
        [FeedReading(date(2025, 6, 5), wall(date(2025, 6, 5), time(7, 0)), Decimal("3.12"))],
        daily_dues(now, time(7, 15), days=10),
        now,
    )
    assert got.status is FeedStatus.OVERDUE
    assert got.due_on == date(2025, 6, 11)
    assert got.detail.endswith(
        "newest is 2025-06-05; 2025-06-09, due 2025-06-09T11:15Z, is beyond its grace of 2 days"
    )


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(10080, "7 days"), (1440, "1 day"), (120, "2 h"), (90, "90 min"), (0, "0 min")],
)
def test_a_grace_is_told_in_the_largest_unit_that_leaves_it_whole(minutes: int, told: str) -> None:
    assert grace_told(timedelta(minutes=minutes)) == told


GAS_AT = wall(date(2025, 6, 11), time(6, 30))


def gas(on: date, price: str | None = "3.12", at: datetime = GAS_AT) -> FeedStatus:
    value = None if price is None else Decimal(price)
    reading = FeedReading(on, wall(on, time(7, 0)), value)
    dues = daily_dues(at, time(7, 15), days=10)
    return judge_feed(GAS, [reading], dues, at).status


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (date(2025, 6, 10), FeedStatus.OK),
        (date(2025, 6, 9), FeedStatus.OK),
        (date(2025, 6, 8), FeedStatus.STALE),
        (date(2025, 6, 7), FeedStatus.OVERDUE),
        (date(2025, 6, 12), FeedStatus.FUTURE_DATED),
    ],
)
def test_gasoline_may_be_two_days_old(on: date, status: FeedStatus) -> None:
    assert gas(on) is status


@pytest.mark.parametrize(
    ("price", "status"),
    [
        ("2.00", FeedStatus.OK),
        ("6.00", FeedStatus.OK),
        ("1.9999", FeedStatus.OUT_OF_RANGE),
        ("6.0001", FeedStatus.OUT_OF_RANGE),
        ("NaN", FeedStatus.OUT_OF_RANGE),
        (None, FeedStatus.OUT_OF_RANGE),
    ],
)
def test_gasoline_must_cost_between_two_and_six_dollars(
    price: str | None, status: FeedStatus
) -> None:
    assert gas(date(2025, 6, 10), price) is status


def test_a_value_known_only_later_does_not_count() -> None:
    late = FeedReading(date(2025, 6, 10), GAS_AT + timedelta(seconds=1), Decimal("3.10"))
    assert judge_feed(GAS, [late], [], GAS_AT).status is FeedStatus.FUTURE_DATED


def test_a_future_dated_row_beside_a_fresh_one_is_ignored_and_named() -> None:
    rows = [
        FeedReading(date(2025, 6, 10), GAS_AT - DAY, Decimal("3.10")),
        FeedReading(date(2025, 6, 20), GAS_AT - DAY, Decimal("9.99")),
    ]
    got = judge_feed(GAS, rows, [], GAS_AT)
    assert got.ok
    assert "1 future-dated ignored" in got.detail


def test_a_future_dated_row_does_not_refresh_an_old_one() -> None:
    rows = [
        FeedReading(date(2025, 6, 1), GAS_AT - DAY, Decimal("3.10")),
        FeedReading(date(2025, 6, 20), GAS_AT - DAY, Decimal("3.10")),
    ]
    assert judge_feed(GAS, rows, [], GAS_AT).status is FeedStatus.FUTURE_DATED


def test_no_value_at_all_is_missing() -> None:
    assert judge_feed(GAS, [], [], GAS_AT).status is FeedStatus.MISSING


def test_yields_are_counted_in_bond_days_and_must_be_the_ten_year() -> None:
    bonds = BondCalendar(
        frozenset({date(2026, 11, 26)}), frozenset(), date(2026, 11, 1), date(2026, 12, 31)
    )
    # Wednesday to Monday over Thanksgiving: Friday and Monday are two trading days.
    at = wall(date(2026, 11, 30), time(14, 45))
    on = date(2026, 11, 25)

    def status(series_id: str) -> FeedStatus:
        reading = FeedReading(on, wall(on, time(18, 0)), Decimal("4.50"), series_id)
        return judge_feed(TENY, [reading], [], at, business_days=bonds.trading_days_between).status

    assert status("DGS10") is FeedStatus.OK
    assert status("DFII10") is FeedStatus.SERIES_MISMATCH
    assert FeedStatus.SERIES_MISMATCH.value == "TENY_SERIES_MISMATCH"


def test_business_days_without_a_calendar_are_refused() -> None:
    reading = FeedReading(date(2025, 6, 9), GAS_AT - DAY, Decimal(4), "DGS10")
    with pytest.raises(BadParameter, match="business days"):
        judge_feed(TENY, [reading], [], GAS_AT)


def test_a_rule_cannot_ask_for_a_negative_age() -> None:
    with pytest.raises(BadParameter, match="negative"):
        FeedRule("x", -1, AgeUnit.CALENDAR_DAYS, HOUR)


@given(st.integers(0, 30), st.integers(0, 30))
def test_an_older_newest_value_is_never_judged_better(one: int, other: int) -> None:
    rank = [FeedStatus.OK, FeedStatus.STALE, FeedStatus.OVERDUE]
    young, old = sorted((one, other))
    found = [gas(date(2025, 6, 10) - n * DAY) for n in (young, old)]
    assert rank.index(found[0]) <= rank.index(found[1])


def test_clock_must_carry_its_zone() -> None:
    naive = datetime(2025, 6, 11, 10, 30, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(BadParameter, match="zone"):
        judge_feed(GAS, [], [], naive)


@pytest.mark.parametrize("seconds", [1, 60, 86_400])
def test_a_newer_value_that_was_not_public_yet_neither_counts_nor_hides_the_older(
    seconds: int,
) -> None:
    old = FeedReading(date(2025, 6, 9), wall(date(2025, 6, 9), time(7, 0)), Decimal("3.10"))
    new = FeedReading(date(2025, 6, 10), GAS_AT + timedelta(seconds=seconds), Decimal("9.99"))
    dues = daily_dues(GAS_AT, time(7, 15), days=10)
    got = judge_feed(GAS, [new, old], dues, GAS_AT)
    assert (got.status, got.newest_on) == (FeedStatus.OK, old.on)
    assert "1 future-dated ignored" in got.detail
    later = judge_feed(GAS, [new, old], dues, new.available_at)
    assert later.status is FeedStatus.OUT_OF_RANGE


def test_range_and_identity_are_looked_at_before_age() -> None:
    """A wrong number is not excused by being old, nor an old one called merely stale."""
    dues = daily_dues(GAS_AT, time(7, 15), days=10)
    old = wall(date(2025, 6, 2), time(7, 0))
    dear = judge_feed(GAS, [FeedReading(date(2025, 6, 2), old, Decimal("7"))], dues, GAS_AT)
    assert dear.status is FeedStatus.OUT_OF_RANGE
    other = [FeedReading(date(2025, 6, 2), old, series_id="DGS2")]
    found = judge_feed(TENY, other, dues, GAS_AT, business_days=lambda _first, _last: 7)
    assert found.status is FeedStatus.SERIES_MISMATCH
