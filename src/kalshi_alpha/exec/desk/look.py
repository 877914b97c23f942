"""One look at a desk: every file through its own reader, and nothing written.

Tables, journal, proposals and configuration are read once a look, and with `Kept` once a change.
The small files that the gate asks for by itself, such as the heartbeat, are read for its verdict
and again for what they say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from kalshi_alpha.config.configuration import load_monitor_file
from kalshi_alpha.config.environment import KalshiEnv, kalshi_env
from kalshi_alpha.config.mode import Mode, mode_of
from kalshi_alpha.config.ramp import Ramp, load_ramp
from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.core.errors import ConfigError, DataError
from kalshi_alpha.core.gates import Fault, Memo, Reading, ReadingName
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.datastore.ledger import LedgerStore
from kalshi_alpha.datastore.paper_orders import read_paper_orders
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import kill_switch_state, read_memos
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk import exposure, ladders, orders, profit
from kalshi_alpha.exec.desk.desk import (
    SCHEMA,
    BookSeen,
    CapUse,
    Desk,
    FillSeen,
    OrderSeen,
)
from kalshi_alpha.exec.desk.feeds import FeedsSeen, feeds_seen
from kalshi_alpha.exec.desk.kept import Kept, sign_of
from kalshi_alpha.exec.desk.records import (
    alerts_seen,
    heartbeat_seen,
    kill_switch_seen,
    monitors_seen,
)
from kalshi_alpha.exec.desk.scans import MAX_AGE as SCAN_AGE
from kalshi_alpha.exec.desk.scans import ScanSeen, newest_scans
from kalshi_alpha.exec.desk.seen import Looking, must_exist
from kalshi_alpha.exec.desk.verdicts import (
    decided_at,
    desk_verdict,
    ramp_reading,
    series_seen,
    unread,
)
from kalshi_alpha.exec.monitors.alert_log import panic_state
from kalshi_alpha.exec.monitors.drawdown_state import (
    drawdown_path,
    drawdown_reading,
    read_drawdown,
)
from kalshi_alpha.exec.monitors.files import MonitorFiles, read_monitors
from kalshi_alpha.exec.monitors.freshness import Freshness
from kalshi_alpha.exec.monitors.scan_signs import read_scans
from kalshi_alpha.exec.ramp.readiness import MAX_AGE, Readiness, read_readiness
from kalshi_alpha.exec.ramp.readings import feeds, standing
from kalshi_alpha.exec.session_beat import heartbeat_now

_NO_SUMS = profit.LedgerSums(None, 0, {}, (), ())


def look_at_desk(
    paths: Paths,
    clock: RunClock,
    environ: Mapping[str, str] | None = None,
    kept: Kept | None = None,
) -> Desk:
    """Read everything that the files below a root say of the desk; nothing is written.

    What cannot be relied on is named in `Desk.files`, with its fault, and is absent elsewhere.

    Parameters
    ----------
    paths
        The root.
    clock
        The desk's clock: ages, countdowns and New York's day are by it.
    environ
        ``KALSHI_ENV`` says which venue's paper orders are read and what mode the desk is in; None
        asks the newest verdict.
    kept
        What earlier looks read, for whoever looks again and again: a file that is the same is not
        read again. None reads everything.

    Raises
    ------
    UsageError
        If ``KALSHI_ENV`` names no venue.
    """
    return _Look(paths, clock, kalshi_env(environ or {}), kept or Kept()).desk()


class _Config(NamedTuple):
    """The configuration, or why it cannot be read."""

    settings: Settings | None
    ramp: Ramp | None
    problem: str


class _Look:
    """One look; each method reads one thing."""

    def __init__(self, paths: Paths, clock: RunClock, env: KalshiEnv | None, kept: Kept) -> None:
        self._paths, self._clock, self._env, self._kept = paths, clock, env, kept
        self._looking = Looking(paths.root, clock.at)
        self._at = clock.at

    def desk(self) -> Desk:
        """Put the desk together."""
        config = self._config()
        scans = self._scans()
        readiness, ramp = self._readiness()
        sums = self._ledger()
        journal = self._journal()
        mode, environment = self._mode(config, scans)
        known = self._feeds(config)
        releases = known.releases if known else ()
        monitors = read_monitors(self._paths, self._at)
        looked_at = newest_scans(self._looking, self._paths, self._kept)
        readings = self._readings(config, known, sums, monitors, ramp)
        size = readiness.overall.size_multiplier if readiness else None
        books = {r.ticker: r.book for s in looked_at for ladder in s.ladders for r in ladder.rungs}
        return Desk(
            schema=SCHEMA,
            at=self._at,
            clock_source=self._clock.source.value,
            mode=mode,
            environment=environment,
            root=str(self._paths.root),
            verdict=desk_verdict(readings, self._memos(), self._at, size, self._looking.short),
            series=series_seen(_families(config, scans), readiness, scans, releases),
            monitors=monitors_seen(self._looking, self._paths, monitors),
            feeds=known.rows if known else (),
            ladders=tuple(ladder for scan in looked_at for ladder in scan.ladders),
            orders=self._orders(journal, environment),
            fills=_fills(sums, journal),
            exposure=tuple(self._exposure(config, sums, journal, looked_at)),
            profit=profit.profit_of(sums, self._marks(sums, books), self._at),
            alerts=alerts_seen(self._looking, self._paths, self._kept),
            kill_switch=kill_switch_seen(self._paths),
            heartbeat=heartbeat_seen(self._looking, self._paths, self._beats_at),
            releases=releases,
            files=tuple(self._looking.files),
        )

    # --- configuration and decisions ------------------------------------------------------

    def _config(self) -> _Config:
        folder = self._paths.configs

        def load() -> _Config:
            try:
                load_monitor_file(folder)
                return _Config(load_settings(folder), load_ramp(folder).value, "")
            except ConfigError as error:
                return _Config(None, None, self._looking.short(str(error)))

        files = sorted(folder.glob("*.yaml"))
        found = self._kept.of_files("config", (folder, *files), load)
        fault = Fault.UNREADABLE if found.problem else None
        self._looking.note("configuration", folder, fault, found.problem or f"{len(files)} files")
        return found

    def _scans(self) -> dict[str, dict[str, Any]]:
        path = self._paths.go_no_go
        found = self._looking.read(
            "scan verdicts",
            path,
            lambda: must_exist(path, lambda: read_scans(self._paths)),
            made_at=_newest_at,
            max_age=SCAN_AGE,
            said=_named,
        )
        return found or {}

    def _readiness(self) -> tuple[Readiness | None, Reading]:
        path = self._paths.pilot_ready
        why: list[DataError] = []

        def read() -> Readiness:
            try:
                return read_readiness(path, self._at, None)
            except DataError as error:
                why.append(error)
                raise

        found = self._looking.read(
            "ramp decision",
            path,
            read,
            made_at=lambda each: each.generated_at,
            max_age=MAX_AGE,
            said=lambda each: each.overall.decision,
        )
        return found, ramp_reading(found or why[0], self._at)

    def _mode(self, config: _Config, scans: Mapping[str, Mapping[str, Any]]) -> tuple[Mode, str]:
        """Return the mode and the venue: the environment's, else those of the newest verdict."""
        if self._env is not None:
            return mode_of(self._env.value), self._env.value
        newest = max(scans.values(), key=lambda s: str(s.get("generated_at")), default={})
        named = str(newest.get("environment", ""))
        if named == KalshiEnv.PROD.value:
            return Mode.PAPER, named
        if named in set(KalshiEnv):
            return mode_of(named), named
        if config.ramp is not None and config.ramp.evidence.practice:
            return Mode.SIM, KalshiEnv.SIM.value
        return Mode.OFFLINE, "offline"

    def _memos(self) -> tuple[Memo, ...]:
        memos, problems = read_memos(self._paths.memos)
        for problem in problems:
            self._looking.note(
                "memo", self._paths.memos, Fault.UNREADABLE, self._looking.short(problem)
            )
        return memos

    def _readings(
        self,
        config: _Config,
        known: FeedsSeen | None,
        sums: profit.LedgerSums,
        monitors: MonitorFiles,
        ramp: Reading,
    ) -> tuple[Reading, ...]:
        at, clock = self._at, self._clock
        if config.settings is None or config.ramp is None or known is None:
            alone = unread(ReadingName.CONFIG, config.problem)
            return (alone, kill_switch_state(self._paths.kill_switch), *self._latched(), ramp)
        policy = config.ramp.policy
        around = standing(self._paths, config.settings, config.ramp, clock, ())
        if self._by_system:
            beat = heartbeat_now(self._paths, clock, must_be_fresh=False)
            around = (*(r for r in around if r.name is not ReadingName.HEARTBEAT), beat)
        return (
            *around,
            feeds(Freshness(clock, known.outcome)),
            self._ledger_reading(sums, policy.max_ledger_age_minutes),
            monitors.reading(at, _minutes(policy.max_monitors_age_minutes), source=clock.source),
            *self._latched(),
            ramp,
        )

    def _latched(self) -> tuple[Reading, Reading]:
        """Return panic and drawdown, which outlive the run that found them."""
        at, source = self._at, self._clock.source
        return (
            panic_state(self._paths.alert_log, at, source),
            drawdown_reading(drawdown_path(self._paths), at, source),
        )

    @property
    def _by_system(self) -> bool:
        """Whether beats are dated by another clock than the desk's: a practised day's."""
        return self._clock.source is ClockSource.SET and self._env is KalshiEnv.SIM

    @property
    def _beats_at(self) -> datetime:
        return datetime.now(UTC) if self._by_system else self._at

    def _feeds(self, config: _Config) -> FeedsSeen | None:
        if config.settings is None:
            return None
        return feeds_seen(self._looking, self._paths, config.settings, self._clock, self._kept)

    # --- ledger and orders ----------------------------------------------------------------

    def _ledger(self) -> profit.LedgerSums:
        path, store = self._paths.ledger_all, LedgerStore(self._paths)

        def read() -> profit.LedgerSums:
            return must_exist(path, lambda: profit.summed(store))

        found = self._looking.read(
            "ledger",
            path,
            lambda: self._kept.of_files("ledger", (path,), read),
            made_at=lambda sums: sums.generated_at,
            max_age=MAX_AGE,
            said=lambda sums: f"{sums.rows} rows",
        )
        return found or _NO_SUMS

    def _ledger_reading(self, sums: profit.LedgerSums, minutes: float) -> Reading:
        seen = next(each for each in self._looking.files if each.name == "ledger")
        name = ReadingName.LEDGER
        if sums.generated_at is None:
            return Reading(name, fault=seen.fault, detail=seen.detail)
        made_at = min(sums.generated_at, self._at)
        return Reading(name, detail=seen.detail, at=made_at, max_age=_minutes(minutes))

    def _journal(self) -> orders.Journalled | None:
        path, kept = self._paths.order_journal, self._kept
        database, _ = files = orders.journal_files(path)

        def read() -> orders.Journalled:
            sign = sign_of(database)
            # One that was put in its place is another journal; one that grew is the same.
            inode = None if sign is None else sign[2]
            return kept.of("journal tail", inode, lambda: orders.JournalTail(path)).read()

        return self._looking.read(
            "order journal",
            path,
            lambda: kept.of_files("journal", files, read),
            said=lambda found: f"{found.events} events of {found.account or 'no account'}",
        )

    def _orders(self, journal: orders.Journalled | None, environment: str) -> tuple[OrderSeen, ...]:
        path = self._paths.paper_orders(environment)

        papers = self._looking.read(
            "paper orders",
            path,
            lambda: must_exist(path, lambda: read_paper_orders(path)),
            said=lambda found: f"{len(found)} orders",
        )
        own = journal.orders if journal else ()
        return (*own, *orders.paper_orders_seen(papers or (), self._at))

    def _exposure(
        self,
        config: _Config,
        sums: profit.LedgerSums,
        journal: orders.Journalled | None,
        scans: tuple[ScanSeen, ...],
    ) -> Iterator[CapUse]:
        if config.settings is not None:
            if journal is not None:
                caps = config.settings.pilot.caps
                yield from exposure.of_journal(journal.blotter, journal.account, caps)
            yield from exposure.of_ledger(sums.open, config.settings.pal_policy, self._at)
        for scan in scans:
            yield from exposure.of_scan(scan.document, scan.family)
        path = drawdown_path(self._paths)
        falls = self._looking.read(
            "drawdown",
            path,
            lambda: read_drawdown(path, self._at),
            made_at=lambda found: found.generated_at,
            max_age=MAX_AGE,
        )
        if falls is not None:
            yield from exposure.of_drawdown(falls)

    def _marks(
        self, sums: profit.LedgerSums, books: Mapping[str, BookSeen | None]
    ) -> dict[str, float]:
        """Return the newest mid of each market with an open fill, if it is of after the fill."""
        marks: dict[str, float] = {}
        for each in sums.modes.values():
            for row in each.open:
                book = books.get(row.market_ticker) or ladders.recorded_book(
                    self._paths, row.market_ticker, self._at
                )
                since = row.filled_at or row.placed_at
                if book is None or book.mid is None or book.at is None or book.at < since:
                    continue
                marks[row.market_ticker] = book.mid
        return marks


def _newest_at(scans: Mapping[str, Mapping[str, Any]]) -> datetime | None:
    times = [at for scan in scans.values() if (at := decided_at(scan)) is not None]
    return max(times, default=None)


def _named(scans: Mapping[str, Mapping[str, Any]]) -> str:
    return ", ".join(scans) or "of no series"


def _minutes(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def _families(config: _Config, scans: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the families that are switched on, then others of which a verdict lies there."""
    enabled = config.settings.series.enabled if config.settings else ()
    return tuple(dict.fromkeys((*(each.family for each in enabled), *scans)))


def _fills(sums: profit.LedgerSums, journal: orders.Journalled | None) -> tuple[FillSeen, ...]:
    """Return the newest fills: the journal's, and the ledger's of modes that it does not tell."""
    own = journal.fills if journal else ()
    told = {"prod": "live"}.get(journal.account, journal.account) if journal else ""
    both = (*own, *profit.fills_seen(sums, [told]))
    return tuple(sorted(both, key=lambda each: each.at, reverse=True)[: profit.FILLS_SHOWN])
