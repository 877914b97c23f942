"""Who is asked for the feeds: the publishers, or the local exchange that shows their pages."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.online import feed_client, served_feeds
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.wiring import Run

if TYPE_CHECKING:
    from kalshi_alpha.drivers.transport import FeedClient

SERVED_SESSION = "served"
_ONE_DAY = timedelta(days=1)


class _Visited(msgspec.Struct, frozen=True):
    """Which local exchange a session was at, and when by its clock."""

    exchange: str
    at: datetime


def publishers(run: Run, clock: Clock, host: VenueHost, environ: Mapping[str, str]) -> FeedClient:
    """Return the client that fetches the feeds of a run at a venue.

    Raises
    ------
    UsageError
        If publishers may not be asked: no contact is set.
    """
    rules = run.settings.freshness.feeds.values()
    stations = tuple(station.code for feed in rules for station in feed.stations)
    if host.env is KalshiEnv.SIM:
        return served_feeds(host.rest, clock, stations)
    return feed_client(environ, run.paths, stations)


def practice_store(run: Run, host: VenueHost) -> FeedStore:
    """Return tables of their own below the practice folder.

    What a local exchange shows is of a day that is practised: it is kept apart from what is known
    of the real ones. The folder is emptied unless the last session was at the same exchange and
    earlier on its day: what was received later than now would stand in the way.
    """
    folder = run.paths.practice_journal(SERVED_SESSION).parent
    note = folder / "exchange.json"
    if not _is_same_day(note, host.rest, run.clock.at):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    write_json(note, _Visited(exchange=host.rest, at=run.clock.at))
    return FeedStore(Paths(folder))


def _is_same_day(note: Path, exchange: str, at: datetime) -> bool:
    try:
        last = msgspec.json.decode(note.read_bytes(), type=_Visited)
    except (OSError, msgspec.DecodeError):
        return False
    return last.exchange == exchange and timedelta(0) <= at - last.at < _ONE_DAY
