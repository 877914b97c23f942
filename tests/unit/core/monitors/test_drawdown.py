from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from desk import ledger_row
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.monitors.drawdown import (
    DayEquity,
    Fall,
    KeptFall,
    Limits,
    Span,
    drawdown,
    falls,
    falls_told,
    marked_profit,
    with_look,
)
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.types import Money, Side

NOON = datetime(2024, 12, 11, 17, tzinfo=UTC)
LIMITS = Limits(Money.parse("2000"), Money.parse("6000"))
TODAY = date(2024, 12, 11)


def usd(amount: str) -> Money:
    return Money.parse(amount)


def settled(profit: int, at: datetime = NOON) -> LedgerEntry:
    """Return 10,000 YES at 50 cents, without fee, that earned so many dollars."""
    return ledger_row(
        side=Side.YES,
        price_e4=5000,
        posted_e2=1_000_000,
        filled_e2=1_000_000,
        fee_e6=0,
        settled_at=at,
        payout_e6=(5_000 + profit) * 1_000_000,
        run_scope=f"{at} {profit}",
    )


def fallen(rows: list[LedgerEntry], days: dict[date, DayEquity] | None = None) -> list[Money]:
    return [fall.fallen for fall in falls("live", rows, days or {}, NOON, LIMITS)]


def test_a_day_begins_at_midnight_in_new_york() -> None:
    late_yesterday = datetime(2024, 12, 11, 4, 59, 59, tzinfo=UTC)
    rows = [settled(-700, late_yesterday), settled(-300)]
    assert fallen(rows) == [usd("300"), usd("1000")]


def test_the_week_is_today_and_six_days_before() -> None:
    rows = [settled(-500, NOON - timedelta(days=6)), settled(-900, NOON - timedelta(days=7))]
    assert fallen(rows) == [usd("0"), usd("500")]


def test_a_fall_is_from_the_best_of_the_day() -> None:
    rows = [settled(3000, NOON - timedelta(hours=3)), settled(-2100)]
    assert fallen(rows)[0] == usd("2100")


def test_open_rows_are_marked_by_the_market_and_never_by_what_we_expect() -> None:
    row = replace(settled(0), settled_at=None, payout_e6=None, p=0.99)
    assert marked_profit([row], {}) == usd("0")
    assert marked_profit([replace(row, m_at_fill=0.45)], {}) == usd("-500")
    assert marked_profit([replace(row, m_at_fill=0.45, close_mid=0.40)], {}) == usd("-1000")
    assert marked_profit([row], {row.market_ticker: 0.3}) == usd("-2000")
    no = replace(row, side=Side.NO)
    assert marked_profit([no], {row.market_ticker: 0.3}) == usd("2000")


def test_a_marked_loss_counts_from_yesterdays_last_look() -> None:
    days = {
        date(2024, 12, 10): DayEquity(usd("100"), usd("50")),
        TODAY: DayEquity(usd("20"), usd("-2000")),
    }
    assert fallen([], days) == [usd("2050"), usd("2100")]


def test_a_look_keeps_the_days_high_and_its_last() -> None:
    days = with_look({}, usd("10"), NOON)
    days = with_look(days, usd("4"), NOON)
    assert days == {TODAY: DayEquity(usd("10"), usd("4"))}


def test_days_before_the_week_are_dropped_but_for_the_one_it_begins_with() -> None:
    flat = DayEquity(usd("0"), usd("0"))
    old = {TODAY - timedelta(days=n): flat for n in (1, 7, 8, 9, 20)}
    kept = with_look(old, usd("0"), NOON)
    assert sorted(kept) == [TODAY - timedelta(days=n) for n in (8, 7, 1, 0)]


@pytest.mark.parametrize(
    ("day", "week", "status"),
    [
        ("1999.99", "5999.99", MonitorStatus.OK),
        ("2000", "2000", MonitorStatus.ALERT),
        ("0", "6000", MonitorStatus.ALERT),
    ],
)
def test_a_limit_that_is_reached_alerts(day: str, week: str, status: MonitorStatus) -> None:
    found = [
        Fall("live", Span.DAY, usd(day), LIMITS.day),
        Fall("live", Span.WEEK, usd(week), LIMITS.week),
    ]
    assert drawdown(found, LIMITS, has_fills=True).status is status


def test_the_figure_is_the_fall_nearest_to_its_limit() -> None:
    found = [
        Fall("live", Span.DAY, usd("2500"), LIMITS.day),
        Fall("live", Span.WEEK, usd("2500"), LIMITS.week),
    ]
    outcome = drawdown(found, LIMITS, has_fills=True)
    assert (outcome.figure, outcome.threshold, outcome.unit) == (2500.0, 2000.0, "USD")
    assert outcome.cause == "live down $2,500.00 in a day, limit $2,000.00"


def test_a_desk_without_fills_has_nothing_to_lose() -> None:
    assert drawdown([], LIMITS, has_fills=False).status is MonitorStatus.NO_DATA


def test_a_fall_that_is_told_is_read_back() -> None:
    day = Fall("live", Span.DAY, usd("8843.25"), usd("2000"))
    week = Fall("paper", Span.WEEK, usd("12843"), usd("6000"))
    assert falls_told(f"{day.to_text()}; {week.to_text()}; /a/drawdown.json: torn") == (day, week)


def test_a_fall_that_is_kept_alerts_without_a_fill_and_is_not_told_anew() -> None:
    kept = KeptFall(Fall("live", Span.DAY, usd("8843.25"), usd("2000")), NOON)
    found = drawdown((), LIMITS, has_fills=False, kept=[kept])
    assert (found.status, found.figure, found.threshold) == (MonitorStatus.ALERT, 8843.25, 2000)
    assert falls_told(found.cause) == ()


def test_a_fall_that_is_kept_holds_for_its_span_from_when_it_was_seen() -> None:
    for span, days in ((Span.DAY, 1), (Span.WEEK, 7)):
        kept = KeptFall(Fall("live", span, usd("1"), usd("1")), NOON)
        assert kept.holds(NOON + timedelta(days=days - 1))
        assert not kept.holds(NOON + timedelta(days=days))
        assert not kept.holds(NOON - timedelta(days=1))
