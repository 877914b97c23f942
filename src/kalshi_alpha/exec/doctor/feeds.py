"""What is known of the world: calendars ahead, fixtures, and the age of every feed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from kalshi_alpha.brokers.kalshi.fixture_feed import FixtureFeed
from kalshi_alpha.config.series import Series
from kalshi_alpha.core.errors import DataError, DomainError
from kalshi_alpha.core.monitors.outcome import MonitorOutcome, MonitorStatus
from kalshi_alpha.core.schedule import ReleaseCalendar, new_york
from kalshi_alpha.datastore.artifacts import END_OF_TIME
from kalshi_alpha.datastore.manifest import MANIFEST, Manifest
from kalshi_alpha.exec.doctor.finding import Finding, not_applicable, ok, refused, warn, worse

HORIZON = timedelta(days=14)
_CALENDAR = "python -m kalshi_alpha.datastore.ingest --source macro_calendar --online"


def release_calendar(
    calendar: ReleaseCalendar | None,
    until: Mapping[str, date | None],
    enabled: Iterable[Series],
    at: datetime,
    *,
    trades: bool,
) -> Finding:
    """Judge whether every series that waits for a release knows of the next, and for how long.

    Parameters
    ----------
    calendar
        Announced releases; None if the calendar was never taken in.
    until
        The last scheduled day of each event.
    enabled
        The series that are switched on.
    at
        The clock.
    trades
        Whether orders would reach an exchange.
    """
    if calendar is None:
        return not_applicable("release_calendar", "no calendar was ever taken in: see feeds")
    events = sorted({each.event for each in enabled if each.event is not None})
    ended = [event for event in events if not calendar.upcoming(event, at)]
    if ended:
        return worse(
            "release_calendar",
            f"no release ahead of {', '.join(ended)}",
            "its series are refused, calendar_missing: nobody knows when to freeze",
            _CALENDAR,
            trades=trades,
        )
    today = new_york(at).date()
    short = [
        f"{event} to {last}"
        for event in events
        if (last := until.get(event)) is not None and last - today < HORIZON
    ]
    if short:
        return warn(
            "release_calendar",
            f"known no further than {HORIZON.days} days ahead: {', '.join(short)}",
            "without a newer calendar its series will soon be refused",
            _CALENDAR,
        )
    return ok("release_calendar", f"the next release is known of {', '.join(events) or 'no event'}")


def bond_calendar(until: date, at: datetime) -> Finding:
    """Judge whether the bond market's days are on record some way ahead."""
    ahead = new_york(at).date() + HORIZON
    if ahead <= until:
        return ok("bond_calendar", f"trading days are on record to {until}")
    return warn(
        "bond_calendar",
        f"trading days are on record to {until}, and {ahead} is asked for",
        "closures that were decided late are not known to the ten-year yield's schedule",
        "install a newer version of this package",
    )


def fixtures(folder: Path) -> Finding:
    """Judge whether both folders of fixtures hold what their manifests name."""
    if not (folder / MANIFEST).exists():
        return not_applicable("fixtures", f"no fixtures in {folder}: an installed package has none")
    cause = "offline runs and `make demo` end with a usage error"
    remedy = "restore the fixtures from the repository"
    try:
        drivers = FixtureFeed(folder).driver_fixtures
        payloads = Manifest(drivers).payloads(END_OF_TIME)
    except (DataError, DomainError) as error:
        return refused("fixtures", error, cause, remedy)
    empty = [each.name for each in payloads if not each.body]
    if empty:
        found = f"{drivers}: {', '.join(empty[:3])} is empty"
        return worse("fixtures", found, cause, remedy, trades=True)
    return ok("fixtures", f"{len(payloads)} payloads as their manifest names them")


def feeds(outcome: MonitorOutcome, *, known: bool, trades: bool) -> Finding:
    """Tell how the feeds stand, by the freshness monitor's own judgement.

    Parameters
    ----------
    outcome
        What the monitor says at this clock.
    known
        Whether any feed was ever taken in.
    trades
        Whether orders would reach an exchange; fixtures have clocks of their own, at which an old
        table is a fresh one.
    """
    if outcome.status is MonitorStatus.OK:
        return ok("feeds", "every required feed is in order")
    remedy = "; ".join(outcome.remedies)
    if not known:
        remedy = "python -m kalshi_alpha.datastore.ingest --all --online, or `make demo`"
    return worse("feeds", "; ".join(outcome.causes), outcome.effect, remedy, trades=trades)
