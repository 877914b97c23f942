"""Everything a sheet is made of, read once for each clock; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kalshi_alpha.config.ramp import BASELINE, Ramp, load_ramp
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.config.settings import load_settings
from kalshi_alpha.core.errors import ConfigError, DataError, KalshiAlphaError, UsageError
from kalshi_alpha.core.guards.guard_log import GuardLog
from kalshi_alpha.core.guards.sequential import UnitResult
from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.honesty_bins import BinKey
from kalshi_alpha.core.scoreboard.windows import as_known
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.look import look_at_desk
from kalshi_alpha.exec.forecasting import installed_strategy
from kalshi_alpha.exec.monitors.guard_state import guard_path, read_guards
from kalshi_alpha.exec.ramp.readiness import Readiness, read_readiness
from kalshi_alpha.exec.tearsheet.scans import Scan, Unread, scans_of, series_scanned
from kalshi_alpha.strategies.replay import Replay


@dataclass(frozen=True, slots=True)
class Shown:
    """The orders that pictures of money are made of: of one carrier, never of several.

    Attributes
    ----------
    rows
        Orders whose outcome was seen.
    label
        What carried them, and whether they count as evidence.
    counts
        Whether they do.
    """

    rows: tuple[LedgerEntry, ...]
    label: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was known at one clock.

    Attributes
    ----------
    desk
        The desk's state by its files.
    entries
        The ledger as it was known.
    scans
        By family, or by series where one was scanned alone: the scans kept, oldest first.
    unread
        In the same way: the scans kept that cannot be read, oldest first.
    readiness
        The ramp's decision, or None.
    ramp
        The ramp policy in force.
    guards
        By family, what happened to its sequential guard.
    faults
        One line for each thing that could not be read.
    ledger_fault
        Why the ledger cannot be read, in place of ``entries``; empty where it can, or is not there.
    """

    desk: Desk
    entries: tuple[LedgerEntry, ...]
    scans: Mapping[str, tuple[Scan, ...]]
    unread: Mapping[str, tuple[Unread, ...]]
    readiness: Readiness | None
    ramp: Ramp
    guards: Mapping[str, GuardLog]
    faults: tuple[str, ...]
    ledger_fault: str = ""

    @property
    def at(self) -> datetime:
        """The clock."""
        return self.desk.at

    def newest(self) -> dict[str, Scan]:
        """Return each family's newest scan: of the whole family where there is one."""
        found: dict[str, Scan] = {}
        for series, scans in self.scans.items():
            if series == scans[-1].family or scans[-1].family not in found:
                found[scans[-1].family] = scans[-1]
        return dict(sorted(found.items()))

    def evidence(self, family: str) -> list[LedgerEntry]:
        """Return a family's rows that count by the ramp's rule."""
        return self.ramp.evidence.rule().rows(self.entries, family)

    def shown(self, family: str | None) -> Shown:
        """Return the evidence of a family, or of all; where there is none, the newest carrier's."""
        families = [family] if family else sorted({row.family for row in self.entries})
        evidence = tuple(row for each in families for row in self.evidence(each))
        if evidence:
            modes = sorted({row.mode.value.upper() for row in evidence})
            practice = self.ramp.evidence.practice
            what = "PRACTICE, at the local exchange" if practice else "Evidence"
            return Shown(evidence, f"{what}: {', '.join(modes)} orders with fills", not practice)
        own = [row for row in self.entries if family in {None, row.family}]
        seen = [row for row in own if row.kind is EntryKind.FILLED]
        if not seen:
            return Shown((), "No order has been seen to fill or to end", counts=False)
        carrier = _carrier(max(seen, key=lambda row: row.placed_at))
        kept = tuple(row for row in seen if _carrier(row) == carrier)
        return Shown(kept, f"{carrier[0].value.upper()} orders, which never count", counts=False)

    def weights(self) -> dict[BinKey, float]:
        """Return the bin weights that the ramp's decision published."""
        if self.readiness is None:
            return {}
        return {
            row.key(each.series): row.weight
            for each in self.readiness.series
            for row in each.ev_honesty_bins
        }


def _carrier(row: LedgerEntry) -> tuple[LedgerMode, str, ClockSource]:
    return row.mode, row.environment, row.clock_source


class Reader:
    """Reads below a root; what does not depend on the clock is read once.

    Parameters
    ----------
    paths
        The root.
    """

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._kept = Kept()
        self._faults: list[str] = []
        self._ledger_fault = ""
        self._ledger = self._entries()
        self._ramp = self._policy()
        self._guards = self._guard_logs()
        self._book = self._series_book()
        self._facts: dict[RunClock, Facts] = {}

    def facts(self, clock: RunClock) -> Facts:
        """Return what was known at a clock."""
        if clock not in self._facts:
            self._facts[clock] = self._known(clock)
        return self._facts[clock]

    def family_of(self, series: str) -> str:
        """Return the family of a series, or the name itself where no file says it."""
        try:
            return series if self._book is None else self._book.family_of(series)
        except UsageError:
            return series

    def report_folder(self, series: str) -> str:
        """Return where sheets are filed: a family's reports, or a series' own name."""
        families = {} if self._book is None else self._book.families
        return families[series].report if series in families else series

    def past(self, family: str) -> tuple[tuple[Replay, ...], str]:
        """Return the family's walk-forward forecasts of its own history, or why there are none."""
        path = self._paths.calibration(family)
        try:
            strategy = installed_strategy(family)
            if strategy.past is None:
                return (), f"{family} does not tell its past"
            return strategy.past(strategy.load(path)), f"{path.name} holds too little history"
        except KalshiAlphaError as error:
            return (), self._below(str(error))

    def _known(self, clock: RunClock) -> Facts:
        faults = list(self._faults)
        scans: dict[str, tuple[Scan, ...]] = {}
        unread: dict[str, tuple[Unread, ...]] = {}
        for series in series_scanned(self._paths):
            found, wrong = scans_of(self._paths, series, self.family_of(series), clock.at)
            if found:
                scans[series] = tuple(found)
            if wrong:
                unread[series] = tuple(each._replace(why=self._below(each.why)) for each in wrong)
        desk = look_at_desk(self._paths, clock, os.environ, self._kept)
        return Facts(
            desk=desk,
            entries=tuple(as_known(self._ledger, clock.at)),
            scans=scans,
            unread=unread,
            readiness=self._readiness(clock.at),
            ramp=self._ramp,
            guards={name: _until(log, clock.at) for name, log in self._guards.items()},
            faults=(
                *map(self._below, faults),
                *(each.why for wrong in unread.values() for each in wrong),
            ),
            ledger_fault=self._ledger_fault,
        )

    def _below(self, line: str) -> str:
        """Return a line with its paths as they are below the root."""
        return line.replace(f"{self._paths.root}/", "")

    def _entries(self) -> list[LedgerEntry]:
        try:
            return LedgerStore(self._paths).entries()
        except DataError as error:
            self._faults.append(str(error))
            self._ledger_fault = self._below(str(error))
            return []

    def _policy(self) -> Ramp:
        try:
            return load_ramp(self._paths.configs).value
        except ConfigError as error:
            self._faults.append(f"the ramp policy cannot be read, the baseline is used: {error}")
            return BASELINE

    def _series_book(self) -> SeriesBook | None:
        try:
            return load_settings(self._paths.configs).series
        except ConfigError as error:
            self._faults.append(str(error))
            return None

    def _guard_logs(self) -> dict[str, GuardLog]:
        try:
            return read_guards(guard_path(self._paths))
        except DataError as error:
            self._faults.append(str(error))
            return {}

    def _readiness(self, at: datetime) -> Readiness | None:
        try:
            return read_readiness(self._paths.pilot_ready, at, None)
        except DataError:
            return None  # The desk's own list of files says what is wrong with it.


def _until(log: GuardLog, at: datetime) -> GuardLog:
    """Return a log without what settled after a clock."""
    items = [
        item for item in log.items if not (isinstance(item, UnitResult) and item.settled_at > at)
    ]
    return GuardLog(log.k, log.arl0, tuple(items))


def sheet_clock(run: RunClock, scan: Scan | None) -> RunClock:
    """Return the clock of a series' sheet: a practised scan is looked at as of its own clock.

    A scan of the system's clock is looked at as of now, with all that settled since.
    """
    if scan is None or scan.clock_source is ClockSource.SYSTEM:
        return run
    return RunClock(scan.at, ClockSource.SET)


def desk_clock(run: RunClock, newest: Sequence[Scan]) -> RunClock:
    """Return the clock of the desk's sheet: that of the newest scan if all were practised.

    A desk that only runs under set clocks has made lies where its scenario does, which may be
    years back; seen from today everything of it would be stale.
    """
    if run.source is ClockSource.SET or not newest:
        return run
    if any(scan.clock_source is ClockSource.SYSTEM for scan in newest):
        return run
    return RunClock(max(scan.at for scan in newest).astimezone(UTC), ClockSource.SET)
