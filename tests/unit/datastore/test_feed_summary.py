from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.config.freshness import Freshness
from kalshi_alpha.config.loading import load
from kalshi_alpha.core.schedule import Release, ReleaseCalendar
from kalshi_alpha.datastore.feed_summary import FeedSummary, render, with_dues

CLOCK = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
CONFIGS = Path(__file__).parents[3] / "configs"


def summary(source: str, errors: tuple[str, ...] = (), *, off: bool = False) -> FeedSummary:
    return FeedSummary(
        source=source,
        payloads=1,
        rows=3,
        new_rows=1,
        newest="2",
        newest_on=date(2025, 6, 10),
        age_days=1,
        retrieved_at=CLOCK,
        skipped={},
        errors=errors,
        origin="feed.example",
        off=off,
    )


@pytest.mark.parametrize(
    ("errors", "off", "state", "ok"),
    [((), False, "ok", True), (("x",), False, "FAILED", False), ((), True, "off", True)],
)
def test_a_feed_is_whole_failed_or_off(
    errors: tuple[str, ...], off: bool, state: str, ok: bool
) -> None:
    made = summary("feed", errors, off=off)
    assert (made.state, made.ok) == (state, ok)


def test_one_line_a_feed_says_what_it_holds_where_it_came_from_and_when_more_is_due() -> None:
    calendar = ReleaseCalendar.of(
        [Release(datetime(2025, 6, 11, 12, 30, tzinfo=UTC), "cpi", "2025-05")]
    )
    freshness = load(CONFIGS / "freshness.yaml", Freshness).value
    made = with_dues([summary("bls_cpi"), summary("other")], freshness, calendar, CLOCK)
    lines = [line.split() for line in render(made, CLOCK).splitlines()]
    assert lines[0] == ["feed", "rows", "new", "newest", "age", "due", "ET", "source", "state"]
    due = ["2025-06-11", "08:30"]
    assert lines[1] == ["bls_cpi", "3", "1", "2", "1", "d", *due, "feed.example", "ok"]
    assert lines[2] == ["other", "3", "1", "2", "1", "d", "-", "feed.example", "ok"]


def test_consumer_prices_are_as_old_as_their_release() -> None:
    """The gate counts from the release too: one feed has one age."""
    calendar = ReleaseCalendar.of(
        [Release(datetime(2025, 5, 13, 12, 30, tzinfo=UTC), "cpi", "2025-04")]
    )
    freshness = load(CONFIGS / "freshness.yaml", Freshness).value
    april = msgspec.structs.replace(summary("bls_cpi"), newest_on=date(2025, 4, 1), age_days=71)
    [dated] = with_dues([april], freshness, calendar, CLOCK)
    assert (dated.newest_on, dated.age_days) == (date(2025, 5, 13), 29)
    [undated] = with_dues([april], freshness, ReleaseCalendar(()), CLOCK)
    assert undated.age_days == 71


def test_the_first_of_several_stations_due_times_is_shown() -> None:
    freshness = load(CONFIGS / "freshness.yaml", Freshness).value
    [made] = with_dues([summary("nws_daily_climate")], freshness, ReleaseCalendar(()), CLOCK)
    assert made.due_at == datetime(2025, 6, 11, 13, 0, tzinfo=UTC)


def test_without_a_calendar_no_release_is_due() -> None:
    freshness = load(CONFIGS / "freshness.yaml", Freshness).value
    [made] = with_dues([summary("bls_cpi")], freshness, ReleaseCalendar(()), CLOCK)
    assert made.due_at is None
