"""From the tables to the state of each feed: newest value, age, and when the next was due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kalshi_alpha.config.freshness import Freshness
from kalshi_alpha.core.errors import MissingData
from kalshi_alpha.core.gates import AgeUnit, FeedRule, FeedStatus, FeedVerdict, judge_feed
from kalshi_alpha.core.schedule import BondCalendar, ReleaseCalendar, new_york
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.datastore.feed_summary import FeedSummary
from kalshi_alpha.datastore.macro_calendar import release_calendar
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.feed_readings import Reader, readings_of

__all__ = ["feed_verdicts", "known_rows", "release_calendar"]


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
        found = readings_of(rule.feed, read, calendar) if rule.feed in required else None
        if found is None:
            continue
        source, readings = found
        bond_days = _bond_days(rule, at)
        dues = freshness.dues(rule.feed, at, calendar=calendar, bond_days=bond_days)
        count = None if bond_days is None else bond_days.trading_days_between
        judged = judge_feed(rule, readings, dues, at, business_days=count)
        verdicts.append(_spoilt(judged, refused[source]) if source in refused else judged)
    return tuple(verdicts)


def _bond_days(rule: FeedRule, at: datetime) -> BondCalendar | None:
    """Return the bond market's days for a feed that is counted by them."""
    if rule.unit is not AgeUnit.BUSINESS_DAYS:
        return None
    year = new_york(at).year
    return bond_calendar(year - 1, year + 1)


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
