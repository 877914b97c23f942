"""What a run is given: paths, settings, clock, feeds and what may be done with them."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from kalshi_alpha.brokers.kalshi.fixture_feed import FixtureFeed
from kalshi_alpha.brokers.kalshi.venue_clock import SystemClock
from kalshi_alpha.brokers.kalshi.venue_event import MarketData, VenueEvent
from kalshi_alpha.config.environment import AS_OF, KalshiEnv, set_clock
from kalshi_alpha.config.settings import Settings, load_settings
from kalshi_alpha.core.errors import DataError, MissingData, NotBuilt, UsageError
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ledger.entry import ClockSource, LedgerMode
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Trade
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.plug_ins import STRATEGIES, plug_ins
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.clock import RunClock, run_clock

SCENARIO_MODES = {
    "CPI": "pre_cpi",
    "CLAIMS": "pre_claims",
    "TNEY": "teny_close",
    "WEATHER": "weather_cycle",
}
BUILT_FAMILIES = tuple(SCENARIO_MODES)
"""The entry point under which a package offers the strategy of a family, by its name in small."""


_LEDGER_MODES = {
    KalshiEnv.SIM: LedgerMode.SIM,
    KalshiEnv.DEMO: LedgerMode.DEMO,
    KalshiEnv.PROD: LedgerMode.LIVE,
}
_NO_FIXTURES = Path(os.devnull)
"""Nothing can lie below it: whoever looks for fixtures in a run with a venue finds none."""


class DataMode(StrEnum):
    """Where data come from; it stands on every output."""

    OFFLINE = "offline"
    ONLINE = "online"
    SIM = "sim"


@dataclass(frozen=True, slots=True)
class Run:
    """One run's surroundings, decided before anything is read or written.

    Attributes
    ----------
    paths, settings, clock
        Where, with which settings, and as of when.
    family
        The family that is worked on.
    data_mode, action
        Where data come from, and what is about to be done: it decides what the gate asks.
    feed
        The venue's public data.
    driver_fixtures
        Folder of feed payloads.
    store
        Raw payloads and point-in-time tables.
    decided
        Families that the same command has decided already, each at its own clock.
    venue
        The venue whose books are read; None for fixtures.
    """

    paths: Paths
    settings: Settings
    clock: RunClock
    family: str
    data_mode: DataMode
    action: Action
    feed: MarketData
    driver_fixtures: Path
    store: FeedStore
    decided: frozenset[str] = frozenset()
    venue: KalshiEnv | None = None

    @property
    def environment(self) -> str:
        """The venue environment whose books are read."""
        if self.venue is not None:
            return self.venue.value
        return "sim" if self.data_mode is DataMode.SIM else "offline"

    @property
    def ledger_mode(self) -> LedgerMode:
        """The mode that ledger rows of this run carry."""
        if self.venue is not None:
            on_paper = self.action is Action.PAPER and self.venue is not KalshiEnv.SIM
            return LedgerMode.PAPER if on_paper else _LEDGER_MODES[self.venue]
        return LedgerMode.SIM if self.data_mode is DataMode.SIM else LedgerMode.OFFLINE

    @property
    def mode(self) -> str:
        """The word that stands on every output: OFFLINE, PAPER, SIM, DEMO or LIVE."""
        return self.ledger_mode.value.upper()


def data_mode(*, online: bool, offline: bool) -> DataMode:
    """Return the data mode that two flags ask for.

    Raises
    ------
    UsageError
        If both or neither were given.
    """
    if online == offline:
        raise UsageError("choose exactly one of --online and --offline")
    return DataMode.ONLINE if online else DataMode.OFFLINE


def wire_offline(
    *,
    series: str,
    scanner_fixtures: Path,
    driver_fixtures: Path | None,
    as_of: str | None,
    pal_policy: Path | None = None,
    portfolio_config: Path | None = None,
    scenario: str | None = None,
    decided: Collection[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Run:
    """Put an offline run together; nothing is written.

    Parameters
    ----------
    series
        A family or a ticker.
    scanner_fixtures
        Folder of the venue's payloads.
    driver_fixtures
        Folder of the feeds' payloads; by default the one that the venue's manifest names.
    as_of
        The ``--as-of`` flag.
    pal_policy, portfolio_config
        Files to read in the place of those in ``configs/``; they are guarded all the same.
    scenario
        Mode whose scenario clock is used when none is set; by default the family's.
    decided
        Families that the same command has decided already.
    environ
        Process environment.

    Raises
    ------
    UsageError
        If the series is unknown or switched off, or a fixtures folder cannot be used.
    ConfigError
        If a configuration file is wrong.
    NotBuilt
        If the family has no strategy yet.
    """
    env = os.environ if environ is None else environ
    paths = Paths.from_environ(env)
    settings = load_settings(paths.configs, pal_policy=pal_policy, portfolio=portfolio_config)
    family = _built_family(settings, series)
    feed = _fixture_feed(scanner_fixtures)
    mode = scenario or SCENARIO_MODES.get(family, family.lower())
    return Run(
        paths=paths,
        settings=settings,
        clock=run_clock(as_of, env, _scenario(feed, mode)),
        family=family,
        data_mode=DataMode.OFFLINE,
        action=Action.OFFLINE,
        feed=feed,
        driver_fixtures=_require_manifest(driver_fixtures or feed.driver_fixtures),
        store=FeedStore(paths),
        decided=frozenset(decided),
    )


class NotAskedYet:
    """The venue's public data before the venue was asked: all of it is missing."""

    def trading_active(self) -> bool:
        """Raise `MissingData`."""
        raise MissingData("the venue was not asked yet")

    def events(self, series_ticker: str) -> tuple[VenueEvent, ...]:
        """Raise `MissingData`."""
        raise MissingData(f"{series_ticker} was not read from the venue yet")

    def trades(self, event_ticker: str) -> tuple[Trade, ...] | None:
        """Return None: no tape was kept."""
        del event_ticker
        return None


def wire_venue(
    *,
    series: str,
    env: KalshiEnv,
    clock: Clock,
    practice_history: Path,
    environ: Mapping[str, str] | None = None,
    pal_policy: Path | None = None,
    portfolio_config: Path | None = None,
    action: Action | None = None,
) -> Run:
    """Put a run at a venue together; nothing is asked or written.

    Parameters
    ----------
    series
        A family or a ticker.
    env
        The venue. Everything that is read comes from it and from the feeds' publishers; only the
        local exchange, which has no past of its own, takes its history from fixtures.
    clock
        The session's time.
    practice_history
        Folder of venue fixtures whose feeds hold the history for the local exchange.
    environ
        Process environment.
    pal_policy, portfolio_config
        Files to read in the place of those in ``configs/``; they are guarded all the same.
    action
        What is about to be done; by default orders are sent.

    Raises
    ------
    UsageError
        If the series is unknown or switched off, a clock is set, or the fixtures of the local
        exchange cannot be used.
    ConfigError
        If a configuration file is wrong.
    NotBuilt
        If the family has no strategy yet.
    """
    given = os.environ if environ is None else environ
    if set_clock(None, given) is not None:
        raise UsageError(f"a venue keeps its own time: unset {AS_OF}")
    paths = Paths.from_environ(given)
    settings = load_settings(paths.configs, pal_policy=pal_policy, portfolio=portfolio_config)
    family = _built_family(settings, series)
    practice = env is KalshiEnv.SIM
    source = ClockSource.SYSTEM if isinstance(clock, SystemClock) else ClockSource.SET
    return Run(
        paths=paths,
        settings=settings,
        clock=RunClock(clock.now(), source),
        family=family,
        data_mode=DataMode.SIM if practice else DataMode.ONLINE,
        action=action or (Action.SIM if practice else Action.LIVE),
        feed=NotAskedYet(),
        driver_fixtures=(
            _require_manifest(_fixture_feed(practice_history).driver_fixtures)
            if practice
            else _NO_FIXTURES
        ),
        store=FeedStore(paths),
        venue=env,
    )


def _built_family(settings: Settings, series: str) -> str:
    family = settings.series.family_of(series)
    offered = family in BUILT_FAMILIES or family.lower() in plug_ins(STRATEGIES)
    if not offered:
        raise NotBuilt(
            f"{family}: not_built; this version trades {', '.join(BUILT_FAMILIES)}, and no "
            f"installed package offers {family.lower()} under the entry point {STRATEGIES}"
        )
    settings.series.resolve(series)
    return family


def _fixture_feed(folder: Path) -> FixtureFeed:
    try:
        return FixtureFeed(folder)
    except MissingData as error:
        raise UsageError(f"no venue fixtures in {folder}: {error}") from error
    except DataError as error:
        raise UsageError(f"venue fixtures in {folder} cannot be used: {error}") from error


def _require_manifest(folder: Path) -> Path:
    if not (folder / "manifest.json").exists():
        raise UsageError(f"no feed fixtures in {folder}: manifest.json is not there")
    return folder


def _scenario(feed: FixtureFeed, mode: str) -> datetime | None:
    return feed.manifest.scenarios.get(mode)
