"""What a run with a venue is given: feeds from their publishers, books from the venue.

Nothing here can reach a fixture but the history that the local exchange practises with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kalshi_alpha.brokers.kalshi.connect import watch
from kalshi_alpha.brokers.kalshi.hosts import VenueHost, venue_host
from kalshi_alpha.brokers.kalshi.venue_clock import venue_clock
from kalshi_alpha.brokers.kalshi.venue_snapshot import VenueSnapshot, read_venue
from kalshi_alpha.config.environment import KalshiEnv, kalshi_env
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.gates import Action
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.feeds import Payload
from kalshi_alpha.datastore.online import ingest_online
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.inputs import Gathered, Inputs
from kalshi_alpha.exec.paper.closing_mids import MidAnswer, awaiting, read_closing
from kalshi_alpha.exec.paper.orders import Tapes, due, read_tapes, rests_on_paper
from kalshi_alpha.exec.publishers import practice_store, publishers
from kalshi_alpha.exec.scanning import needed_drivers
from kalshi_alpha.exec.wiring import Run, wire_venue

if TYPE_CHECKING:
    from kalshi_alpha.brokers.kalshi.client import VenueClient


@dataclass(frozen=True, slots=True)
class Online:
    """A run whose data come from a venue, and the time it keeps.

    Attributes
    ----------
    run, clock, host
        As they were wired; the run's clock stands at the beginning.
    environ
        The process environment with the dotenv files.
    """

    run: Run
    clock: Clock
    host: VenueHost
    environ: Mapping[str, str]


def wire_online(
    *,
    series: str,
    environ: Mapping[str, str],
    practice_history: Path,
    as_of: str | None,
    driver_fixtures: Path | None = None,
    pal_policy: Path | None = None,
    portfolio_config: Path | None = None,
) -> Online:
    """Put a scan of live books together; nothing is asked but a local exchange's time.

    ``KALSHI_ENV`` names the venue; without it the real one is read.

    Raises
    ------
    UsageError
        If a clock was set, or feeds were to come from fixtures.
    ConfigError
        If a configuration file or the venue's address is wrong.
    VenueUnavailable
        If the local exchange does not answer.
    """
    if as_of is not None:
        raise UsageError("--as-of with --online: a venue keeps its own time")
    if driver_fixtures is not None:
        raise UsageError("--driver-fixtures with --online: feeds come from their publishers")
    env = kalshi_env(environ) or KalshiEnv.PROD
    clock, host = venue_clock(env, environ), venue_host(env, environ)
    run = wire_venue(
        series=series,
        env=env,
        clock=clock,
        practice_history=practice_history,
        environ=environ,
        pal_policy=pal_policy,
        portfolio_config=portfolio_config,
        action=Action.PAPER,
    )
    return Online(run, clock, host, environ)


def gather(online: Online, series: str) -> Gathered:
    """Fetch the feeds and read the venue's books of a family or a series.

    A feed that fails is named in its summary and leaves the others alone.

    Raises
    ------
    UsageError
        If publishers may not be asked: no contact is set.
    VenueError
        If the venue does not answer.
    ParseRefused
        If what it answers cannot be read.
    """
    fetched = fetch_feeds(online)
    run, clock = fetched.run, online.clock
    tickers = [each.ticker for each in run.settings.series.resolve(series)]
    seen, tapes, closing = asyncio.run(_books(online, run, tickers))
    events = {ticker: seen.events(ticker) for ticker in tickers}
    at = RunClock(clock.now(), run.clock.source)
    return Gathered(
        replace(run, feed=seen, clock=at),
        Inputs(fetched.inputs.payloads, (), events),
        fetched.ingested,
        tapes,
        closing,
    )


def fetch_feeds(online: Online) -> Gathered:
    """Fetch the feeds that the run needs and take them in; no venue is asked.

    Raises
    ------
    UsageError
        If publishers may not be asked: no contact is set.
    """
    run, clock, payloads = online.run, online.clock, list[Payload]()
    if run.venue is KalshiEnv.SIM:
        run = replace(run, store=practice_store(run, online.host))
    client = publishers(run, clock, online.host, online.environ)
    try:
        found = ingest_online(needed_drivers(run), client, run.store, on_payloads=payloads.extend)
        ingested = tuple(found)
    finally:
        client.close()
    # The clock is read again: what was received meanwhile is of the past by now.
    run = replace(run, clock=RunClock(clock.now(), run.clock.source))
    return Gathered(run, Inputs(tuple(payloads), (), {}), ingested)


async def _books(
    online: Online, run: Run, tickers: Sequence[str]
) -> tuple[VenueSnapshot, Tapes, tuple[MidAnswer, ...]]:
    client = public_client(online)
    try:
        await client.compare_clocks()
        ended = due(run) if rests_on_paper(run) else ()
        tapes = await read_tapes(client, ended)
        closing = await read_closing(client, awaiting(run))
        # Books come last: they are what grows old.
        return await read_venue(client, tickers, online.clock), tapes, closing
    finally:
        await client.close()


def public_client(online: Online) -> VenueClient:
    """Return a client that asks public questions and has no key."""
    return watch(online.host.env, online.environ, online.clock)
