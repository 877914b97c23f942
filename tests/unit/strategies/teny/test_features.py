from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.strategies.teny.basis import UNKNOWN, Basis
from kalshi_alpha.strategies.teny.features import (
    Target,
    known_basis,
    live_quote,
    scheduled_between,
    target_day,
)
from kalshi_alpha.strategies.teny.rows import QuoteRow, ReleaseRow, YieldRow

CLOCK = datetime(2025, 6, 12, 18, 45, tzinfo=UTC)
TODAY = date(2025, 6, 12)
SECOND = timedelta(seconds=1)


def quote(at: datetime, e4: int = 43640) -> QuoteRow:
    return QuoteRow(quoted_at=at, yield_e4=e4, quoted_by="desk", available_at=at)


@pytest.mark.parametrize(
    ("last_on", "at", "target"),
    [
        (date(2025, 6, 11), "2025-06-12T14:45-04:00", Target(date(2025, 6, 12), 1)),
        (date(2025, 6, 10), "2025-06-12T14:45-04:00", Target(date(2025, 6, 12), 2)),
        (date(2025, 6, 11), "2025-06-12T15:30-04:00", Target(date(2025, 6, 13), 2)),
        (date(2025, 6, 12), "2025-06-12T18:05-04:00", Target(date(2025, 6, 13), 1)),
        (date(2025, 6, 13), "2025-06-14T12:00-04:00", Target(date(2025, 6, 16), 1)),
        (date(2025, 6, 18), "2025-06-19T14:45-04:00", Target(date(2025, 6, 20), 1)),
        (date(2025, 10, 10), "2025-10-13T14:45-04:00", Target(date(2025, 10, 14), 1)),
        (date(2025, 12, 31), "2026-01-02T14:45-05:00", Target(date(2026, 1, 2), 1)),
    ],
)
def test_the_next_unknown_close_is_the_one_to_forecast(
    last_on: date, at: str, target: Target
) -> None:
    assert target_day(last_on, datetime.fromisoformat(at)) == target


def test_a_close_dated_ahead_of_the_clock_is_refused() -> None:
    with pytest.raises(MissingData):
        target_day(date(2025, 6, 13), CLOCK)


def test_events_count_from_the_day_after_the_last_close() -> None:
    rows = [
        ReleaseRow(event=event, release_on=date(2025, 6, day), available_at=CLOCK)
        for event, day in (("cpi", 11), ("claims", 12), ("jobs", 6), ("cpi", 11), ("fomc", 18))
    ]
    assert scheduled_between(rows, date(2025, 6, 10), TODAY) == ["claims", "cpi"]
    assert scheduled_between(rows, date(2025, 6, 11), TODAY) == ["claims"]


def test_the_newest_quote_counts_up_to_sixty_seconds() -> None:
    old, new = quote(CLOCK - 60 * SECOND, 43650), quote(CLOCK - 20 * SECOND)
    assert live_quote([new, old], TODAY, 441, CLOCK) == new
    assert live_quote([old], TODAY, 441, CLOCK) == old


@pytest.mark.parametrize(
    ("rows", "day", "why"),
    [
        ([], TODAY, "no quote"),
        ([quote(CLOCK + SECOND)], TODAY, "no quote"),
        ([quote(CLOCK - 61 * SECOND)], TODAY, "61 s old"),
        ([quote(CLOCK - SECOND, 24360)], TODAY, "another series"),
        ([quote(CLOCK - SECOND)], date(2025, 6, 13), "speaks of 2025-06-13"),
    ],
)
def test_no_other_quote_is_live(rows: list[QuoteRow], day: date, why: str) -> None:
    with pytest.raises(MissingData, match=why):
        live_quote(rows, day, 441, CLOCK)


def test_quotes_near_half_past_three_give_the_basis_once_there_are_five_days() -> None:
    days = [date(2025, 6, day) for day in (2, 3, 4, 5, 6)]
    closes = {
        day: YieldRow(curve_on=day, series_id="BC_10YEAR", yield_bp=440, available_at=CLOCK)
        for day in days
    }
    noon = [datetime(d.year, d.month, d.day, 16, 0, tzinfo=UTC) for d in days]
    rows = [quote(at.replace(hour=19, minute=31), 44150) for at in noon]
    rows += [quote(at.replace(hour=19, minute=28), 49000) for at in noon]  # further from 15:30
    rows += [quote(at, 30000) for at in noon]
    assert known_basis(rows, closes, UNKNOWN) == Basis(-1.5, 0.5, 5)
    few = {day: closes[day] for day in days[:4]}
    assert known_basis(rows, few, Basis(0.7, 0.6, 20)) == Basis(0.7, 0.6, 20)
