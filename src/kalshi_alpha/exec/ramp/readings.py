"""What a ramp decision reads besides the monitors: ledger, feeds, schedule, switches, caps."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from kalshi_alpha.config.configuration import desk_reading, load_monitor_file
from kalshi_alpha.config.pal_policy import PalPolicy
from kalshi_alpha.config.ramp import Ramp
from kalshi_alpha.config.settings import Settings
from kalshi_alpha.core.errors import BadStrike, DataError, NewerSchema
from kalshi_alpha.core.gates import (
    Fault,
    Finding,
    Reading,
    ReadingName,
    Reason,
    schedule_reading,
    time_zone_reading,
)
from kalshi_alpha.core.ledger.entry import LedgerEntry
from kalshi_alpha.core.ramp.breaches import Frozen
from kalshi_alpha.core.schedule import (
    BondCalendar,
    Phase,
    ReleaseCalendar,
    SeriesState,
)
from kalshi_alpha.core.types import Money
from kalshi_alpha.datastore.bond_calendar import bond_calendar
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.macro_calendar import release_calendar
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import heartbeat_state, kill_switch_state
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.feed_verdicts import known_rows
from kalshi_alpha.exec.gate_readings import QUOTED_FAMILY
from kalshi_alpha.exec.inputs import CALENDAR
from kalshi_alpha.exec.monitors.freshness import Freshness
from kalshi_alpha.exec.schedules import phase_of_family
from kalshi_alpha.exec.settlement import written_strike

_LONGEST_OPEN = {"CPI": timedelta(days=70), "CLAIMS": timedelta(days=15)}
"""Longest time between two releases that is believed; a month that was cancelled still fits."""

UNREADABLE = (DataError, KeyError)


@dataclass(frozen=True, slots=True)
class LedgerRead:
    """The ledger's rows, and its reading; no rows where it cannot be read."""

    rows: tuple[LedgerEntry, ...]
    generated_at: datetime | None
    reading: Reading
    sha256: str | None


def read_ledger(paths: Paths, max_age: timedelta) -> LedgerRead:
    """Read the ledger and judge it by the time it carries itself."""
    store = LedgerStore(paths)
    try:
        made_at = store.generated_at()
        rows = tuple(store.entries())
    except DataError as error:
        fault = Fault.NEWER_SCHEMA if isinstance(error, NewerSchema) else Fault.UNREADABLE
        reading = Reading(ReadingName.LEDGER, fault=fault, detail=str(error))
        return LedgerRead((), None, reading, None)
    if made_at is None:
        reading = Reading(
            ReadingName.LEDGER, fault=Fault.MISSING, detail=f"{paths.ledger_all} is not there"
        )
        return LedgerRead((), None, reading, None)
    sha256 = hashlib.sha256(paths.ledger_all.read_bytes()).hexdigest()
    reading = Reading(
        ReadingName.LEDGER,
        detail=f"{len(rows)} rows of {made_at.isoformat()}",
        at=made_at,
        max_age=max_age,
        sha256=sha256,
    )
    return LedgerRead(rows, made_at, reading, sha256)


class Schedule:
    """The families' freezes and windows, now and in the past.

    Parameters
    ----------
    paths, at
        Where the calendar lies, and the clock it is known at.
    """

    def __init__(self, paths: Paths, at: datetime) -> None:
        self._at = at
        self._calendar = _calendar(FeedStore(paths), at)

    def phase(self, family: str, at: datetime) -> Phase:
        """Return the phase of a family at an instant."""
        days = _bond_days(at) if family == QUOTED_FAMILY else None
        return phase_of_family(family, at, self._calendar, days)

    def reading(self, family: str) -> Reading:
        """Return the gate's reading of a family now."""
        return schedule_reading(family, self.phase(family, self._at), window_only=False)

    def frozen(self, family: str) -> Frozen:
        """Return what says whether a family was frozen at an instant; None if it is not known.

        The calendar has to name a release before the instant and one after it, no further apart
        than two in a row may come: else one may be missing between them.
        """
        last: list[Phase] = []

        def was(at: datetime) -> bool | None:
            if not (last and _lasts(last[0], at)):
                last[:] = [self.phase(family, at)]
            phase = last[0]
            if phase.calendar_missing or _may_miss_a_release(family, phase):
                return None
            return phase.state is SeriesState.FROZEN

        return was


def _may_miss_a_release(family: str, phase: Phase) -> bool:
    """Say whether a release may lie in an open phase that the calendar does not know."""
    longest = _LONGEST_OPEN.get(family)
    if longest is None or phase.state is not SeriesState.OPEN:
        return False
    return phase.since is None or phase.until is None or phase.until - phase.since > longest


def _lasts(phase: Phase, at: datetime) -> bool:
    """Say whether an instant is known to lie in a phase; one ledger has thousands of orders."""
    return phase.since is not None and phase.until is not None and phase.since <= at <= phase.until


def _calendar(store: FeedStore, at: datetime) -> ReleaseCalendar:
    try:
        return release_calendar(known_rows(store, CALENDAR, at))
    except UNREADABLE:
        # The feeds' own reading says so; without a calendar every release is `calendar_missing`.
        return release_calendar([])


def _bond_days(at: datetime) -> BondCalendar:
    return bond_calendar(at.year - 1, at.year + 1)


def standing(
    paths: Paths, settings: Settings, ramp: Ramp, clock: RunClock, doubts: Sequence[str]
) -> tuple[Reading, ...]:
    """Return the readings of configuration, kill switch, zone and heartbeat.

    Parameters
    ----------
    paths, settings, ramp, clock
        The run's.
    doubts
        What else speaks against the configuration.

    Raises
    ------
    ConfigError
        If the monitors' file is absent or wrong.
    """
    config = desk_reading(settings, ramp, load_monitor_file(paths.configs))
    findings = (*config.findings, *(Finding(Reason.CONFIG_WEAKENED, line) for line in doubts))
    return (
        replace(config, findings=findings),
        kill_switch_state(paths.kill_switch),
        time_zone_reading(clock.process_offset, clock.at),
        heartbeat_state(paths.heartbeat, clock.at, must_be_fresh=False),
    )


def feeds(found: Freshness) -> Reading:
    """Return the reading of the feeds from the freshness monitor's own look at the tables."""
    outcome = found.outcome
    causes = () if outcome.ok else (outcome.causes or (outcome.status.value,))
    findings = tuple(Finding(Reason.STALE_FEEDS, cause) for cause in causes)
    return Reading(ReadingName.FEEDS, findings, detail=f"data freshness {outcome.status}")


def strike_cap(policy: PalPolicy) -> Callable[[LedgerEntry], Money]:
    """Return what tells the dollars that a row's market may have at risk."""

    def cap(row: LedgerEntry) -> Money:
        caps, bound = policy.caps(row.series), _bound(row.strike)
        usd = caps.strike_cap_usd if bound is None else caps.strike_cap(bound)
        return Money(min(usd, caps.ladder_cap_usd) * 1_000_000)

    return cap


def ladder_cap(policy: PalPolicy) -> Callable[[LedgerEntry], Money]:
    """Return what tells the dollars that a row's event may have at risk."""
    return lambda row: Money(policy.caps(row.series).ladder_cap_usd * 1_000_000)


def _bound(text: str) -> Decimal | None:
    try:
        strike = written_strike(text)
    except BadStrike:
        return None
    return strike.floor if strike.floor is not None else strike.cap
