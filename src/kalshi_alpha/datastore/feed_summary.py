"""What came of an ingest, feed by feed, and how a person reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from kalshi_alpha.config.freshness import Freshness, feed_name
from kalshi_alpha.core.schedule import ReleaseCalendar, new_york
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.datastore.printing import table


class FeedSummary(msgspec.Struct, frozen=True):
    """What came of one feed.

    ``rows`` is the size of the table as of the clock, ``new_rows`` how many vintages this
    ingest added; ``newest`` and ``newest_on`` the newest value seen and its date, and
    ``age_days`` how long before the clock's New York date that was. ``errors`` is empty exactly
    when the feed is whole. ``origin`` names where the payloads came from (a fixture, a host, a
    fallback), ``due_at`` when the next value is due, None where no rule says so. A feed that is
    ``off`` is not set up at this desk, which is no failure.
    """

    source: str
    payloads: int
    rows: int
    new_rows: int
    newest: str
    newest_on: date | None
    age_days: int | None
    retrieved_at: datetime | None
    skipped: dict[str, int]
    errors: tuple[str, ...]
    origin: str = ""
    due_at: datetime | None = None
    off: bool = False

    @property
    def ok(self) -> bool:
        """Whether every payload of the feed was read and its table holds something."""
        return not self.errors

    @property
    def state(self) -> str:
        """The feed's state in one word: ``ok``, ``off`` or ``FAILED``."""
        if self.errors:
            return "FAILED"
        return "off" if self.off else "ok"


def with_dues(
    summaries: Sequence[FeedSummary],
    freshness: Freshness,
    calendar: ReleaseCalendar,
    clock: datetime,
) -> tuple[FeedSummary, ...]:
    """Add when each feed's next value is due, where a rule says so, and date prices by release."""
    return tuple(
        msgspec.structs.replace(
            _aged_by_release(each, calendar, clock),
            due_at=_next_due(each.source, freshness, calendar, clock),
        )
        for each in summaries
    )


def _aged_by_release(
    summary: FeedSummary, calendar: ReleaseCalendar, clock: datetime
) -> FeedSummary:
    """Count consumer prices from their release, as the gate does, where it is known."""
    if summary.source != "bls_cpi" or summary.newest_on is None:
        return summary
    release = calendar.of_reference("cpi", f"{summary.newest_on:%Y-%m}")
    if release is None:
        return summary
    on = new_york(release.release_at).date()
    age = (new_york(clock).date() - on).days
    return msgspec.structs.replace(summary, newest_on=on, age_days=age)


def _next_due(
    source: str, freshness: Freshness, calendar: ReleaseCalendar, clock: datetime
) -> datetime | None:
    rules = [
        feed_name(name, station.code if station else None)
        for name, feed in freshness.feeds.items()
        if feed.source == source
        for station in feed.stations or (None,)
    ]
    if not rules:
        return None
    bond_days = bond_calendar(clock.year - 1, clock.year + 1)
    dues = [
        due.at
        for rule in rules
        for due in freshness.dues(rule, clock, calendar=calendar, bond_days=bond_days)
    ]
    return min((at for at in dues if at > clock), default=None)


def render(summaries: Sequence[FeedSummary], clock: datetime) -> str:
    """Lay the summaries out as a plain table, one feed a line, and count them below it.

    Times are New York's; the clock is named, since ages are counted from it and offline it is
    the fixtures' and not today's.
    """
    return "\n".join([*_table(summaries), _counted(summaries, clock)])


def _counted(summaries: Sequence[FeedSummary], clock: datetime) -> str:
    states = [summary.state for summary in summaries]
    counts = {state: states.count(state) for state in ("ok", "off", "FAILED") if state in states}
    said = ", ".join(f"{count} {state}" for state, count in counts.items())
    off = "" if "off" not in counts else "; off: not set up at this desk, no failure"
    return f"at {new_york(clock):%Y-%m-%d %H:%M} ET: {said}{off}"


def _table(summaries: Sequence[FeedSummary]) -> list[str]:
    head = ("feed", "rows", "new", "newest", "age", "due ET", "source", "state")
    body = [
        (
            summary.source,
            str(summary.rows),
            str(summary.new_rows),
            summary.newest or "-",
            "-" if summary.age_days is None else f"{summary.age_days} d",
            "-" if summary.due_at is None else f"{new_york(summary.due_at):%Y-%m-%d %H:%M}",
            summary.origin or "-",
            summary.state,
        )
        for summary in summaries
    ]
    return table(head, body)
