"""From the tables to the state of each feed: newest value, age, and when the next was due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from kalshi_alpha.config.freshness import Freshness
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.gates import FeedReading, FeedStatus, FeedVerdict, judge_feed
from kalshi_alpha.core.schedule import ReleaseCalendar, new_york
from kalshi_alpha.datastore.feed_summary import FeedSummary
from kalshi_alpha.datastore.macro_calendar import release_calendar
from kalshi_alpha.datastore.tables import FeedStore

__all__ = ["feed_verdicts", "known_rows", "release_calendar"]

Row = Mapping[str, object]
Reader = Callable[[str], Sequence[Row]]


def known_rows(store: FeedStore, source: str, as_of: datetime) -> list[dict[str, object]]:
    """Return a feed's rows as they were known; none if the feed was never ingested."""
    try:
        return store.rows(source, as_of)
    except MissingData:
        return []


def feed_verdicts(
    read: Reader,
    freshness: Freshness,
    calendar: ReleaseCalendar,
    ingested: Sequence[FeedSummary],
    required: Sequence[str],
    at: datetime,
) -> tuple[FeedVerdict, ...]:
    """Judge every required feed that this version reads.

    A payload that was refused in this very run spoils its feed, whatever older values say: the
    newest word of the publisher could not be understood.

    Parameters
    ----------
    read
        Rows of a feed as they were known at the clock.
    freshness
        Thresholds and rhythms.
    calendar
        Announced releases.
    ingested
        What came of this run's ingest.
    required
        Names of the rules that must pass.
    at
        The clock.
    """
    refused = {summary.source: summary.errors for summary in ingested if summary.errors}
    verdicts = []
    for rule in freshness.rules():
        if rule.feed not in required or rule.feed not in _READINGS:
            continue
        source, readings_of = _READINGS[rule.feed]
        dues = freshness.dues(rule.feed, at, calendar=calendar)
        judged = judge_feed(rule, readings_of(read(source), calendar), dues, at)
        verdicts.append(_spoilt(judged, refused[source]) if source in refused else judged)
    return tuple(verdicts)


def _spoilt(judged: FeedVerdict, errors: Sequence[str]) -> FeedVerdict:
    future = any(error.startswith("FutureData") for error in errors)
    status = FeedStatus.FUTURE_DATED if future else FeedStatus.MISSING
    return FeedVerdict(
        feed=judged.feed,
        status=status,
        newest_on=judged.newest_on,
        age_days=judged.age_days,
        due_on=judged.due_on,
        due_at=judged.due_at,
        detail=f"{judged.feed}: {status}; a payload was refused: {errors[0]}",
    )


def _bls(rows: Sequence[Row], calendar: ReleaseCalendar) -> list[FeedReading]:
    released = {row.reference: new_york(row.release_at).date() for row in calendar.of_event("cpi")}
    readings = []
    for row in rows:
        month, available = row["month"], row["available_at"]
        if isinstance(month, date) and isinstance(available, datetime):
            on = released.get(f"{month:%Y-%m}") or new_york(available).date()
            readings.append(FeedReading(on=on, available_at=available))
    return readings


def _nowcast(rows: Sequence[Row], calendar: ReleaseCalendar) -> list[FeedReading]:
    del calendar  # The nowcast keeps no calendar.
    return [
        FeedReading(on=row["label_on"], available_at=row["available_at"])
        for row in rows
        if row["kind"] == "nowcast"
        and row["measure"] == "cpi"
        and isinstance(row["label_on"], date)
        and isinstance(row["available_at"], datetime)
    ]


def _gasoline(rows: Sequence[Row], calendar: ReleaseCalendar) -> list[FeedReading]:
    del calendar  # Gasoline is priced every day.
    return [
        FeedReading(
            on=row["as_of_on"],
            available_at=row["available_at"],
            value=Decimal(str(row["price_e4"])) / 10_000,
        )
        for row in rows
        if (row["period"], row["grade"]) == ("current", "regular")
        and isinstance(row["as_of_on"], date)
        and isinstance(row["available_at"], datetime)
    ]


_READINGS: dict[str, tuple[str, Callable[[Sequence[Row], ReleaseCalendar], list[FeedReading]]]] = {
    "bls_cpi.latest_release": ("bls_cpi", _bls),
    "cleveland_nowcast.monthly": ("cleveland_nowcast", _nowcast),
    "aaa_gas.daily": ("aaa_gas", _gasoline),
}
