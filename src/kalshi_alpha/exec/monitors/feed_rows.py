"""Each feed as the tables on disk show it at a clock, one row a rule, whatever its trouble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from kalshi_alpha.config.freshness import Feed, Freshness, Rhythm
from kalshi_alpha.core.errors import DataError, DomainError, TornFile
from kalshi_alpha.core.gates import AgeUnit, FeedRule, FeedStatus, FeedVerdict
from kalshi_alpha.core.schedule import ReleaseCalendar
from kalshi_alpha.datastore.macro_calendar import release_calendar
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.feed_readings import Row
from kalshi_alpha.exec.feed_verdicts import feed_verdicts, known_rows

CALENDAR = "macro_calendar"
OK = FeedStatus.OK.value.upper()
MISSING = FeedStatus.MISSING.value.upper()
UNREADABLE = "UNREADABLE"
"""The status of a feed whose table is there and cannot be judged."""

_INGEST = "python -m kalshi_alpha.datastore.ingest --source {source}"
_REMEDIES: Mapping[str, str] = {
    "OUT_OF_RANGE": "compare data/raw/{source} with the publisher's page",
    "FUTURE_DATED": f"compare the clock with data/raw/{{source}}, then {_INGEST} --online",
    "TENY_SERIES_MISMATCH": f"see which series data/raw/{{source}} holds, then {_INGEST} --online",
    UNREADABLE: f"move data/proc/{{source}} away, then {_INGEST} --from-raw",
}
_UNREADABLE_ERRORS = (DataError, DomainError, KeyError)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """The state of one feed at a clock, with the thresholds it was judged by.

    Attributes
    ----------
    feed, source
        Name of the rule, with its station if it has any, and the driver that fills it.
    required
        Whether a switched-on series needs it.
    status
        ``OK``, or the trouble in one word.
    newest_on, age_days
        Date of the newest value that counts, and its age in ``unit``; None without one.
    max_age_days, unit, grace_minutes, low, high, series_id
        Thresholds, as ``configs/freshness.yaml`` has them.
    due_on, due_at
        The newest value that should exist by now, and when it was due, its grace not counted; None
        if none is known.
    reason
        What was found, in words.
    remedy
        What to do; empty where the feed is in order.
    """

    feed: str
    source: str
    required: bool
    status: str
    newest_on: date | None
    age_days: int | None
    max_age_days: int
    unit: AgeUnit
    grace_minutes: int
    low: Decimal | None
    high: Decimal | None
    series_id: str | None
    due_on: date | None
    due_at: datetime | None
    reason: str
    remedy: str

    @property
    def blocks(self) -> bool:
        """Whether the feed forces NO-GO."""
        return self.required and self.status != OK


@dataclass(frozen=True, slots=True)
class FeedTable:
    """All feeds at a clock.

    Attributes
    ----------
    rows
        One a rule, in the order of the configuration.
    verdicts
        What the gate's own function says of each feed that could be judged.
    calendar_problem
        Why the release calendar cannot be read, or empty.
    """

    rows: tuple[FeedRow, ...]
    verdicts: tuple[FeedVerdict, ...]
    calendar_problem: str


class KnownTables:
    """What the tables hold as of a clock; each is read once.

    Parameters
    ----------
    store
        The tables.
    at
        The clock: what became available later is not seen.
    """

    def __init__(self, store: FeedStore, at: datetime) -> None:
        self._store, self._at = store, at
        self._read: dict[str, Sequence[Row] | DataError] = {}

    def rows(self, source: str) -> Sequence[Row]:
        """Return a feed's rows; none if it was never ingested.

        Raises
        ------
        DataError
            If its table cannot be read.
        """
        if source not in self._read:
            self._read[source] = self._rows(source)
        found = self._read[source]
        if isinstance(found, DataError):
            raise found
        return found

    def newest_payload(self, source: str) -> tuple[datetime, str] | None:
        """Return when the newest payload that left a row was received, and its hash, if any did."""
        found = self._read.get(source, ())
        stamps = [] if isinstance(found, DataError) else [_stamp(row) for row in found]
        return max((stamp for stamp in stamps if stamp is not None), default=None)

    def _rows(self, source: str) -> Sequence[Row] | DataError:
        try:
            return known_rows(self._store, source, self._at)
        except DataError as error:
            return error
        except OSError as error:
            return TornFile(f"{source}: its table cannot be read: {error}")


def _stamp(row: Row) -> tuple[datetime, str] | None:
    at, sha256 = row.get("retrieved_at"), row.get("raw_sha256")
    return (at, sha256) if isinstance(at, datetime) and isinstance(sha256, str) else None


def feed_table(
    tables: KnownTables, freshness: Freshness, required: Sequence[str], at: datetime
) -> FeedTable:
    """Judge every feed of the configuration with the function that scans judge theirs with.

    Feeds are judged one by one, so that a table that cannot be read spoils its own feed only. A
    calendar that cannot be read spoils every feed whose values are due by it.

    Parameters
    ----------
    tables
        The tables as of the clock.
    freshness
        Thresholds and rhythms.
    required
        Names of the rules that must pass.
    at
        The clock.
    """
    calendar, problem = _calendar(tables)
    rows, verdicts = [], []
    for rule in freshness.rules():
        feed = _feed_of(freshness, rule)
        spoilt = problem if feed.rhythm is Rhythm.RELEASE else ""
        judged, said = (None, spoilt) if spoilt else _judged(tables, freshness, calendar, rule, at)
        if judged is not None:
            verdicts.append(judged)
        to_repair = CALENDAR if spoilt else feed.source
        row = _row(rule, feed.source, judged, said, to_repair)
        rows.append(replace(row, required=rule.feed in required))
    return FeedTable(tuple(rows), tuple(verdicts), problem)


def _calendar(tables: KnownTables) -> tuple[ReleaseCalendar, str]:
    try:
        return release_calendar(tables.rows(CALENDAR)), ""
    except _UNREADABLE_ERRORS as error:
        return release_calendar([]), _told(CALENDAR, error)


def _judged(
    tables: KnownTables,
    freshness: Freshness,
    calendar: ReleaseCalendar,
    rule: FeedRule,
    at: datetime,
) -> tuple[FeedVerdict | None, str]:
    """Return the verdict and what it says; without one, why nothing could be judged, or empty."""
    try:
        found = feed_verdicts(tables.rows, freshness, calendar, (), (rule.feed,), at)
    except _UNREADABLE_ERRORS as error:
        return None, _told(rule.feed, error)
    return (found[0], found[0].detail) if found else (None, "")


def _told(what: str, error: Exception) -> str:
    said = f"no column {error}" if isinstance(error, KeyError) else str(error)
    first = (said.splitlines() or [type(error).__name__])[0]
    return first if first.startswith(what) else f"{what}: {first}"


def _feed_of(freshness: Freshness, rule: FeedRule) -> Feed:
    feeds = freshness.feeds
    return feeds[rule.feed] if rule.feed in feeds else feeds[rule.feed.rpartition(".")[0]]


def _row(
    rule: FeedRule, source: str, judged: FeedVerdict | None, said: str, to_repair: str
) -> FeedRow:
    if judged is not None:
        status, said = judged.status.value.upper(), _reason(rule, judged)
    elif said:
        status = UNREADABLE
    else:
        status, said = MISSING, "this version reads no such feed"
    return FeedRow(
        feed=rule.feed,
        source=source,
        required=False,
        status=status,
        newest_on=judged.newest_on if judged else None,
        age_days=judged.age_days if judged else None,
        max_age_days=rule.max_age_days,
        unit=rule.unit,
        grace_minutes=int(rule.grace.total_seconds() // 60),
        low=rule.low,
        high=rule.high,
        series_id=rule.series_id,
        due_on=judged.due_on if judged else None,
        due_at=judged.due_at if judged else None,
        reason=said,
        remedy="" if status == OK else _remedy(status, to_repair),
    )


def _reason(rule: FeedRule, judged: FeedVerdict) -> str:
    return judged.detail.removeprefix(f"{rule.feed}: {judged.status}, ")


def _remedy(status: str, source: str) -> str:
    return _REMEDIES.get(status, f"{_INGEST} --online").format(source=source)
