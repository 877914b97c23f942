"""Who is asked for the feeds: the publishers, or the local exchange that shows their pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore import practised_day
from kalshi_alpha.datastore.online import feed_client, served_feeds
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.exec.wiring import Run

if TYPE_CHECKING:
    from kalshi_alpha.drivers.transport import FeedClient


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
    """Return the tables of the day that a local exchange practises, apart from the desk's own."""
    return practised_day.practice_store(run.paths, host.rest, run.clock.at)
