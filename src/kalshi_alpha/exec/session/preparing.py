"""Getting ready online: feeds from their publishers, a calibration, and what they say now."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.config.pilot import Pilot
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.online import feed_client, ingest_online, served_feeds
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.forecasting import calibrate, installed_strategy
from kalshi_alpha.exec.inputs import Inputs, read_history
from kalshi_alpha.exec.scanning import look_around, needed_drivers
from kalshi_alpha.exec.session.request import PilotRequest
from kalshi_alpha.exec.session.session import Prepared
from kalshi_alpha.exec.wiring import Run
from kalshi_alpha.strategies.strategy import Strategy

if TYPE_CHECKING:
    from kalshi_alpha.drivers.transport import FeedClient

SERVED_SESSION = "served"
_ONE_DAY = timedelta(days=1)


class _Visited(msgspec.Struct, frozen=True):
    """Which local exchange a session was at, and when by its clock."""

    exchange: str
    at: datetime


def prepare_online(
    run: Run,
    clock: Clock,
    request: PilotRequest,
    pilot: Pilot,
    host: VenueHost,
    environ: Mapping[str, str],
) -> tuple[Run, Prepared]:
    """Fetch the feeds, read or fit the calibration, and look around.

    What a local exchange shows is of a day that is practised: it is kept apart from what is known
    of the real ones, below ``data/proc/practice``, and only until another exchange is practised at.

    Returns
    -------
    tuple
        The run at the clock of its newest payload, and what a session begins with.

    Raises
    ------
    UsageError
        If publishers may not be asked: no contact is set.
    MissingData
        If the family was never calibrated, or the local exchange's history is not there.
    """
    strategy, payloads = installed_strategy(run.family), list[Payload]()
    practice = run.venue is KalshiEnv.SIM
    if practice:
        run = replace(run, store=FeedStore(_practice_paths(run, host)))
    client = _publishers(run, clock, host, environ)
    try:
        found = ingest_online(needed_drivers(run), client, run.store, on_payloads=payloads.extend)
        ingested = tuple(found)
    finally:
        client.close()
    # The clock is read again: what was received meanwhile is of the past by now.
    run = replace(run, clock=RunClock(clock.now(), run.clock.source))
    series = run.settings.series.resolve(request.series)
    return run, Prepared(
        strategy=strategy,
        calibration=_calibration(run, strategy),
        inputs=Inputs(tuple(payloads), (), {each.ticker: () for each in series}),
        known=look_around(run, ingested, window_only=True),
        options=request.options,
        pilot=pilot,
    )


def _practice_paths(run: Run, host: VenueHost) -> Paths:
    """Return a tree of its own below the practice folder.

    It is emptied unless the last session was at the same exchange and earlier on its day: what
    was received later than now would stand in the way.
    """
    folder = run.paths.practice_journal(SERVED_SESSION).parent
    note = folder / "exchange.json"
    if not _is_same_day(note, host.rest, run.clock.at):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    write_json(note, _Visited(exchange=host.rest, at=run.clock.at))
    return Paths(folder)


def _is_same_day(note: Path, exchange: str, at: datetime) -> bool:
    try:
        last = msgspec.json.decode(note.read_bytes(), type=_Visited)
    except (OSError, msgspec.DecodeError):
        return False
    return last.exchange == exchange and timedelta(0) <= at - last.at < _ONE_DAY


def _publishers(run: Run, clock: Clock, host: VenueHost, environ: Mapping[str, str]) -> FeedClient:
    rules = run.settings.freshness.feeds.values()
    stations = tuple(station.code for feed in rules for station in feed.stations)
    if host.env is KalshiEnv.SIM:
        return served_feeds(host.rest, clock, stations)
    return feed_client(environ, run.paths, stations)


def _calibration(run: Run, strategy: Strategy) -> object:
    """Fit for practice what was known on its day; elsewhere read what was fitted on real data."""
    if run.venue is KalshiEnv.SIM:
        apart = replace(run, paths=run.store.paths)
        return calibrate(apart, strategy, read_history(run, strategy))
    return strategy.load(run.paths.calibration(strategy.family.lower()))
