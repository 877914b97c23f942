from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.datastore.macro_calendar import (
    event_days,
    known_events,
    known_until,
    reference,
    release_calendar,
    unknown_events,
    write_latest,
)
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore

CLOCK = datetime(2025, 6, 11, 3, 30, tzinfo=UTC)  # still the tenth in New York


def row(event: str, day: date, hour_utc: int | None = 12) -> dict[str, object]:
    at = None
    if hour_utc is not None:
        at = datetime(day.year, day.month, day.day, hour_utc, 30, tzinfo=UTC)
    return {"event": event, "release_on": day, "release_at": at}


ROWS = [
    row("cpi", date(2025, 6, 11)),
    row("claims", date(2025, 6, 12)),
    row("claims", date(2025, 6, 18)),
    row("fomc", date(2025, 6, 18), 18),
    row("jobs", date(2025, 7, 3), None),
]


@pytest.mark.parametrize(
    ("event", "day", "period"),
    [
        ("claims", date(2025, 6, 12), "2025-06-07"),
        ("claims", date(2025, 6, 18), "2025-06-14"),
        ("claims", date(2025, 1, 8), "2025-01-04"),
        ("claims", date(2025, 11, 20), "2025-11-15"),
        ("claims", date(2025, 12, 31), "2025-12-27"),
        ("claims", date(2025, 6, 14), "2025-06-07"),
        ("cpi", date(2025, 6, 11), "2025-05"),
        ("cpi", date(2026, 1, 13), "2025-12"),
        ("jobs", date(2025, 7, 3), "2025-06"),
        ("fomc", date(2025, 6, 18), "2025-06-18"),
    ],
)
def test_a_release_reports_the_period_that_its_kind_names(
    event: str, day: date, period: str
) -> None:
    assert reference(event, day) == period


def test_the_calendar_holds_every_kind_and_leaves_out_days_without_an_hour() -> None:
    calendar = release_calendar(ROWS)
    assert [(r.event, r.reference) for r in calendar.rows] == [
        ("cpi", "2025-05"),
        ("claims", "2025-06-07"),
        ("claims", "2025-06-14"),
        ("fomc", "2025-06-18"),
    ]


@pytest.mark.parametrize(
    ("day", "unknown"),
    [
        (date(2025, 6, 11), ()),
        (date(2025, 6, 12), ("cpi",)),
        (date(2025, 6, 18), ("cpi",)),
        (date(2025, 6, 19), ("fomc", "cpi", "claims")),
        (date(2025, 7, 4), ("fomc", "cpi", "jobs", "claims")),
    ],
)
def test_a_kind_is_unknown_from_the_day_after_its_last_event(
    day: date, unknown: tuple[str, ...]
) -> None:
    assert unknown_events(known_until(ROWS), day) == unknown


def test_a_kind_that_was_never_announced_is_unknown_on_every_day() -> None:
    assert unknown_events(known_until(ROWS[:1]), date(2025, 6, 11)) == ("fomc", "jobs", "claims")


def test_each_day_of_a_window_has_a_row_event_or_not() -> None:
    days = event_days(ROWS, date(2025, 6, 17), date(2025, 6, 18))
    plain = {"is_fomc": False, "is_cpi": False, "is_jobs": False, "is_claims": False}
    assert days[0] == {"date": date(2025, 6, 17), **plain}
    assert days[1] == {"date": date(2025, 6, 18), **plain, "is_fomc": True, "is_claims": True}
    with pytest.raises(BadParameter):
        event_days(ROWS, date(2025, 6, 18), date(2025, 6, 17))


def test_beyond_the_last_announcement_nothing_is_known() -> None:
    assert known_until(ROWS[:2]) == {
        "fomc": None,
        "cpi": date(2025, 6, 11),
        "jobs": None,
        "claims": date(2025, 6, 12),
    }


def test_the_file_has_todays_row_in_new_york_and_every_scheduled_day_ahead(tmp_path: Path) -> None:
    far = row("fomc", date(2026, 1, 28), 19)
    path = write_latest([*ROWS, far], Paths(tmp_path), CLOCK)
    assert path == tmp_path / "data/proc/macro_calendar/latest.parquet"
    frame = pl.read_parquet(path)
    assert frame.columns == ["date", "is_fomc", "is_cpi", "is_jobs", "is_claims"]
    assert set(frame.dtypes[1:]) == {pl.Boolean}
    assert frame["date"].is_unique().all()
    assert frame["date"].is_sorted()
    today = frame.row(by_predicate=pl.col("date") == date(2025, 6, 10), named=True)
    assert not any(today[f"is_{event}"] for event in ("fomc", "cpi", "jobs", "claims"))
    assert frame.filter(pl.col("is_cpi"))["date"].to_list() == [date(2025, 6, 11)]
    assert frame.filter(pl.col("is_jobs"))["date"].to_list() == [date(2025, 7, 3)]
    assert frame["date"].max() == date(2026, 1, 28)


def test_the_file_is_left_alone_where_nothing_changed(tmp_path: Path) -> None:
    path = write_latest(ROWS, Paths(tmp_path), CLOCK)
    before = path.stat().st_ino
    write_latest(ROWS, Paths(tmp_path), CLOCK + timedelta(minutes=1))
    assert path.stat().st_ino == before
    write_latest(ROWS, Paths(tmp_path), CLOCK + timedelta(days=1))
    assert path.stat().st_ino != before


def test_a_calendar_that_was_never_ingested_has_no_rows(tmp_path: Path) -> None:
    assert known_events(FeedStore(Paths(tmp_path)), CLOCK) == []
