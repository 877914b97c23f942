"""The feeds and the calendar at the desk's clock, judged as the monitor judges them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import DataError
from kalshi_alpha.core.gates import Fault
from kalshi_alpha.core.monitors.outcome import MonitorOutcome
from kalshi_alpha.core.schedule import ReleaseCalendar
from kalshi_alpha.datastore.macro_calendar import release_calendar
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk.desk import NextRelease
from kalshi_alpha.exec.desk.kept import Kept, folder_signs
from kalshi_alpha.exec.desk.schedule import next_releases
from kalshi_alpha.exec.desk.seen import Looking
from kalshi_alpha.exec.monitors.feed_rows import CALENDAR, FeedRow, KnownTables, feed_table
from kalshi_alpha.exec.monitors.freshness import judge


@dataclass(frozen=True, slots=True)
class FeedsSeen:
    """Every feed as a scan would find it, and what the calendar says comes next."""

    rows: tuple[FeedRow, ...]
    outcome: MonitorOutcome
    calendar: ReleaseCalendar
    releases: tuple[NextRelease, ...]


def feeds_seen(
    looking: Looking, paths: Paths, settings: Settings, clock: RunClock, kept: Kept
) -> FeedsSeen:
    """Judge every feed at the clock; the tables are read again once a minute, or when they change.

    Feeds are counted in days and are due to the minute, so that a look within it finds the same.
    """
    sources = sorted({CALENDAR, *(f.source for f in settings.freshness.feeds.values())})
    folders = [paths.table(source) / "vintages" for source in sources]
    sign = (
        tuple(folder_signs(folder) for folder in folders),
        tuple(sorted(settings.sha256.items())),
        clock.at.replace(second=0, microsecond=0),
    )
    rows, outcome, calendar, problem = kept.of(
        "feeds", sign, lambda: _judged(paths, settings, clock.at)
    )
    looking.note(
        "release calendar",
        paths.table(CALENDAR),
        (Fault.UNREADABLE if problem else None) if calendar.rows else _why(problem),
        problem or f"{len(calendar.rows)} releases",
    )
    releases = next_releases(settings.series.enabled, calendar, clock.at)
    return FeedsSeen(rows, outcome, calendar, releases)


def _why(problem: str) -> Fault:
    return Fault.UNREADABLE if problem else Fault.MISSING


def _judged(
    paths: Paths, settings: Settings, at: datetime
) -> tuple[tuple[FeedRow, ...], MonitorOutcome, ReleaseCalendar, str]:
    tables = KnownTables(FeedStore(paths), at)
    required = settings.series.required_feeds
    found = feed_table(tables, settings.freshness, required, at)
    outcome = judge(found, required, ())
    try:
        calendar = release_calendar(tables.rows(CALENDAR))
    except (DataError, KeyError):
        # The table says which; what it cannot tell is in no release.
        calendar = release_calendar([])
    return found.rows, outcome, calendar, found.calendar_problem
