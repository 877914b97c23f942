"""A root to practise the road to a pilot in: a seeded ledger, feeds, and a ramp policy of its own.

Nothing of it is evidence: every row says ``sim`` and that its clock was set, and only the root's
own ``configs/ramp.yaml`` counts such rows. A real venue refuses that file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import msgspec
import yaml

from kalshi_alpha.config.environment import refuse_real_venue, set_clock
from kalshi_alpha.config.ramp import NAME, Evidence, Ramp, load_ramp
from kalshi_alpha.core.errors import DataError, UsageError
from kalshi_alpha.core.ledger.entry import LedgerMode
from kalshi_alpha.core.schedule import wall
from kalshi_alpha.datastore.atomic import write_atomic
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.ingest import ingest, installed_drivers
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.macro_calendar import SOURCE as CALENDAR
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, write_heartbeat
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.sim.demo_rows import DESKS, SCOPE, practice_rows

_ALL = 10_000
_HEAD = (
    "# PRACTICE: the simulator's rows count as evidence below this root, and nothing else does.\n"
    "# Written by `python -m kalshi_alpha.sim demo-account`; KALSHI_ENV=prod and demo refuse it.\n"
)


@dataclass(frozen=True, slots=True)
class DemoTerms:
    """What a practice root is made of.

    Attributes
    ----------
    root
        Where: a new or empty folder, or a practice root, which is made anew.
    configs
        The configuration that is copied.
    fixtures
        Feed payloads, with their manifest.
    at
        The clock that all of it is dated by.
    seed
        Of all chance.
    families
        Of which there is a ledger.
    """

    root: Path
    configs: Path
    fixtures: Path
    at: datetime
    seed: int = 0
    families: tuple[str, ...] = tuple(DESKS)


def demo_clock(as_of: str | None, fixtures: Path, environ: Mapping[str, str]) -> datetime:
    """Return the clock: the flag's, else the environment's, else that of the fixtures.

    Raises
    ------
    UsageError
        If the environment names a real venue: practice never meets one.
    """
    refuse_real_venue(environ, "practice has a clock of its own, unset KALSHI_ENV")
    return set_clock(as_of, environ) or Manifest(fixtures).clock().astimezone(UTC)


def make_demo_account(terms: DemoTerms) -> Paths:
    """Write a practice root: configuration, ledger, feeds and a heartbeat.

    Raises
    ------
    UsageError
        If the folder holds anything but a practice root.
    DataError
        If a feed cannot be taken in.
    """
    paths = Paths(terms.root)
    _clear(paths)
    shutil.copytree(terms.configs, paths.configs, dirs_exist_ok=True)
    _write_policy(paths.configs)
    rows = [row for family in terms.families for row in practice_rows(family, terms.at, terms.seed)]
    LedgerStore(paths).upsert(rows, terms.at)
    take_in_feeds(paths, terms.fixtures, terms.at, _past_releases(terms))
    beat = Heartbeat(generated_at=terms.at, session=SCOPE, running=False, pid=os.getpid())
    write_heartbeat(paths.heartbeat, beat)
    return paths


def take_in_feeds(
    paths: Paths, fixtures: Path, at: datetime, besides: Sequence[Payload] = ()
) -> None:
    """Take in every feed's payloads that had been received by the clock, and others besides.

    Raises
    ------
    DataError
        If a payload is refused.
    """
    drivers = installed_drivers().values()
    payloads = (*besides, *Manifest(fixtures).payloads(at))
    found = ingest(drivers, payloads, FeedStore(paths), at)
    failures = [f"{each.source}: {error}" for each in found for error in each.errors]
    if failures:
        raise DataError("; ".join(failures))


def _past_releases(terms: DemoTerms) -> tuple[Payload, ...]:
    """Return the calendar of the releases that the practice orders were placed before.

    Without it nobody could say whether an order was placed within a freeze.
    """
    if "CPI" not in terms.families:
        return ()
    days = DESKS["CPI"].days(terms.at.date(), _ALL)
    events = [
        line
        for day in days
        for line in (
            "BEGIN:VEVENT",
            f"UID:{day}@practice",
            f"DTSTART;TZID=US-Eastern:{day:%Y%m%d}T083000",
            "SUMMARY:Consumer Price Index",
            "END:VEVENT",
        )
    ]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:practice", *events, "END:VCALENDAR"]
    # Older than any of the fixtures, so that what they say of the same days counts.
    received = wall(days[0], time(8, 30)) - timedelta(days=7)
    body = "\r\n".join(lines).encode()
    return (Payload(CALENDAR, body, received, "practice.ics", "practice"),)


def _clear(paths: Paths) -> None:
    if not paths.root.exists() or not any(paths.root.iterdir()):
        return
    if not _is_practice(paths.configs):
        raise UsageError(f"{paths.root} is not empty and no practice root; name a new folder")
    for folder in ("data", "reports", "exec"):
        shutil.rmtree(paths.root / folder, ignore_errors=True)


def _is_practice(configs: Path) -> bool:
    return (configs / NAME).exists() and load_ramp(configs).value.evidence.practice


def _write_policy(configs: Path) -> None:
    """Let the simulator's rows count, and leave every threshold as it is."""
    policy = load_ramp(configs).value
    practice = Evidence(modes=(LedgerMode.SIM,), practice=True)
    write_atomic(configs / NAME, _as_yaml(msgspec.structs.replace(policy, evidence=practice)))


def _as_yaml(policy: Ramp) -> bytes:
    text: str = yaml.safe_dump(msgspec.to_builtins(policy), sort_keys=False)
    return (_HEAD + text).encode()


def known_families(names: Iterable[str]) -> tuple[str, ...]:
    """Return the families that names mean, in capitals or not; all of them without a name.

    Raises
    ------
    UsageError
        If there is no practice ledger of one.
    """
    wanted = [name.upper().replace("TENY", "TNEY") for name in names]
    for name in wanted:
        if name not in DESKS:
            raise UsageError(f"no practice ledger of {name!r}; there are {', '.join(DESKS)}")
    return tuple(dict.fromkeys(wanted)) or tuple(DESKS)
