"""All checks, in the order in which they are told: each reads what it needs and judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, timedelta
from importlib.metadata import PackageNotFoundError
from types import MappingProxyType

from kalshi_alpha.config.configuration import Configuration, loosenings
from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.datastore.bond_calendar import LISTED
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.macro_calendar import known_until
from kalshi_alpha.exec.doctor import (
    artifacts,
    clocks,
    credentials,
    disk,
    feeds,
    interpreter,
    settings,
    state,
    timers,
    venue,
)
from kalshi_alpha.exec.doctor.desk import MEASURED, DoctorsDesk, installed, zone
from kalshi_alpha.exec.doctor.finding import Finding, fail, not_applicable
from kalshi_alpha.exec.runner_lock import process_lives, read_runner_lock

Check = Callable[[DoctorsDesk], Finding]
_MB = 1_000_000


def examine(desk: DoctorsDesk) -> tuple[Finding, ...]:
    """Make every check; one that cannot be made says so as its finding."""
    return tuple(_made(name, check, desk) for name, check in CHECKS.items())


def _made(name: str, check: Check, desk: DoctorsDesk) -> Finding:
    try:
        return check(desk)
    except PackageNotFoundError as error:
        cause = "its source is run without its metadata, so nobody knows what it needs"
        return fail(name, f"{error.name} is not installed", cause, "run `make setup`")
    except (KalshiAlphaError, OSError) as error:
        return fail(name, str(error), "the check itself could not be made", "see the message")


def _release_calendar(desk: DoctorsDesk) -> Finding:
    found = desk.configuration
    if not isinstance(found, Configuration):
        return not_applicable("release_calendar", settings.UNREADABLE)
    return feeds.release_calendar(
        desk.calendar,
        known_until(desk.calendar_rows),
        found.settings.series.enabled,
        desk.clock.at,
        trades=desk.trades,
    )


def _feeds(desk: DoctorsDesk) -> Finding:
    found = desk.configuration
    if not isinstance(found, Configuration):
        return not_applicable("feeds", settings.UNREADABLE)
    from kalshi_alpha.exec.monitors.freshness import look

    outcome = look(desk.paths, found.settings, desk.clock).outcome
    return feeds.feeds(outcome, known=desk.has_tables, trades=desk.trades)


def _logs(desk: DoctorsDesk) -> Finding:
    found = desk.configuration
    if not isinstance(found, Configuration):
        return not_applicable("logs", settings.UNREADABLE)
    rules = found.housekeeping
    settled = desk.now.astimezone(UTC).date() - timedelta(days=rules.settled_after_days)
    return disk.logs(desk.bytes_per_day(), settled, round(rules.daily_limit_mb * _MB))


def _guardrails(desk: DoctorsDesk) -> Finding:
    found = desk.configuration
    return settings.guardrails(loosenings(found) if isinstance(found, Configuration) else None)


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "python": lambda d: interpreter.python(d.python, d.requires_python),
        "packages": lambda d: interpreter.packages(d.requirements, installed),
        "lock": lambda d: interpreter.lock(d.locks, installed),
        "extras": lambda d: interpreter.extras(
            d.requirements, installed, venue=d.venue is not None
        ),
        "time_zone": lambda d: clocks.time_zone(d.clock.process_offset, d.clock.at),
        "zone_database": lambda _: clocks.zone_database(zone),
        "clock": lambda d: clocks.clock(d.now, d.newest),
        "venue_clock": lambda d: clocks.venue_clock(d.monitors.documents.get(MEASURED)),
        "disk_space": lambda d: disk.disk_space(*d.space),
        "inodes": lambda d: disk.inodes(*d.names),
        "folders": lambda d: disk.folders(d.folders),
        "secret_files": lambda d: credentials.secret_files(d.paths.dotenv_files),
        "key_file": lambda d: credentials.key_file(d.environ),
        "keys_apart": lambda d: credentials.keys_apart(d.environ),
        "environment": lambda d: venue.environment(d.process, d.paths.dotenv_files),
        "venue_address": lambda d: venue.venue_address(d.venue, d.environ),
        "configuration": lambda d: settings.configuration(d.configuration, d.paths.configs),
        "guardrails": _guardrails,
        "release_calendar": _release_calendar,
        "bond_calendar": lambda d: feeds.bond_calendar(date(LISTED[-1], 12, 31), d.clock.at),
        "fixtures": lambda d: feeds.fixtures(d.fixtures),
        "feeds": _feeds,
        "order_journal": lambda d: state.order_journal(d.paths.order_journal),
        "ledger": lambda d: state.ledger(LedgerStore(d.paths)),
        "runner_lock": lambda d: state.runner_lock(
            read_runner_lock(d.paths.order_journal), alive=process_lives
        ),
        "kill_switch": lambda d: state.kill_switch(d.paths.kill_switch),
        "heartbeat": lambda d: state.heartbeat(d.paths.heartbeat, d.now),
        "timers": lambda d: timers.timers(timers.RUNNING, timers.UNIT_FOLDERS, d.swept_at, d.now),
        "logs": _logs,
        "artifact_versions": lambda d: artifacts.artifact_versions(d.json_files),
        "torn_files": lambda d: artifacts.torn_files(d.json_files, d.line_files),
        "leftovers": lambda d: artifacts.leftovers(d.written_folders, d.now),
    }
)
