"""Taking payloads in: keep the bytes, parse them, append what is new, and say what came of it.

``python -m kalshi_alpha.datastore.ingest`` does it from the command line. Drivers are found by
their entry points, so the store imports none of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import click

from kalshi_alpha.config.environment import (
    AS_OF,
    ENV,
    KalshiEnv,
    kalshi_env,
    read_dotenv,
    set_clock,
)
from kalshi_alpha.config.freshness import Freshness
from kalshi_alpha.config.loading import load
from kalshi_alpha.config.mode import Mode, mode_of
from kalshi_alpha.core.errors import DataError, UsageError
from kalshi_alpha.datastore.command import run_command
from kalshi_alpha.datastore.feed_summary import FeedSummary, render, with_dues
from kalshi_alpha.datastore.feeds import Driver, FeedAccess, Payload
from kalshi_alpha.datastore.macro_calendar import known_events, release_calendar
from kalshi_alpha.datastore.manifest import Manifest
from kalshi_alpha.datastore.online import (
    feed_client,
    ingest_online,
    local_exchange,
    served_feeds,
)
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.plug_ins import DRIVERS, plug_ins
from kalshi_alpha.datastore.practised_day import practice_store, practised_clock
from kalshi_alpha.datastore.printing import echo_json, echo_text, progress
from kalshi_alpha.datastore.tables import FeedStore
from kalshi_alpha.datastore.take_in import take_in

__all__ = ["FeedSummary", "cli", "ingest", "installed_drivers", "main", "render"]


def installed_drivers() -> dict[str, Driver[Any]]:
    """Find the drivers by their entry points, by name."""
    return {name: point.load().DRIVER for name, point in plug_ins(DRIVERS).items()}


def ingest(
    drivers: Iterable[Driver[Any]],
    payloads: Sequence[Payload],
    store: FeedStore,
    clock: datetime,
) -> tuple[FeedSummary, ...]:
    """Take in every payload received by ``clock``, feed by feed.

    A payload that is refused spoils its own feed only: its other payloads and the other feeds
    are kept. Repeating an ingest adds nothing.

    Returns
    -------
    tuple of FeedSummary
        One a driver, in the order given.
    """
    return tuple(_each(drivers, payloads, store, clock))


def _each(
    drivers: Iterable[Driver[Any]],
    payloads: Sequence[Payload],
    store: FeedStore,
    clock: datetime,
) -> Iterator[FeedSummary]:
    for driver in drivers:
        mine = [p for p in payloads if p.source == driver.source and p.retrieved_at <= clock]
        yield take_in(driver, sorted(mine, key=lambda p: p.retrieved_at), store, clock)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--all", "every", is_flag=True, help="Ingest every installed feed.")
@click.option("--source", "names", multiple=True, metavar="NAME", help="Ingest this feed only.")
@click.option("--offline", is_flag=True, help="Read payloads from --fixtures.")
@click.option("--online", is_flag=True, help="Fetch payloads from their publishers.")
@click.option("--from-raw", is_flag=True, help="Rebuild tables from the payloads in data/raw.")
@click.option(
    "--fixtures",
    type=click.Path(path_type=Path),
    default=Path("tests/fixtures"),
    show_default=True,
    help="Folder with manifest.json.",
)
@click.option("--force-refresh", is_flag=True, help="Pass over kept answers (online).")
@click.option("--as-of", metavar="TIME", help="Clock, ISO 8601 with zone (offline).")
@click.option("--json", "as_json", is_flag=True, help="Print the summaries as JSON.")
@click.option("--quiet", is_flag=True, help="Print failures only.")
def cli(
    *,
    every: bool,
    names: tuple[str, ...],
    offline: bool,
    online: bool,
    from_raw: bool,
    fixtures: Path,
    force_refresh: bool,
    as_of: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Take feed payloads into the point-in-time tables.

    Exit codes: 0 all feeds whole, 1 not built, 2 usage, 4 a feed failed (its name is printed).
    """
    if [online, offline, from_raw].count(True) != 1:
        raise UsageError("choose one of --online, --offline and --from-raw")
    if every == bool(names):
        raise UsageError("choose one of --all and --source NAME")
    drivers = _chosen(installed_drivers(), names)
    if force_refresh and not online:
        # An operator who asked for fresh answers must not take yesterday's for them.
        click.echo("ingest: --force-refresh has no effect without --online", err=True)
    paths = Paths.from_environ(os.environ)
    environ = {**read_dotenv(paths.dotenv_files), **os.environ}
    store = FeedStore(paths)
    clock = set_clock(as_of, environ)
    told: Callable[[], datetime] = _system_now
    if online:
        access, store = _access(store, environ, clock, force_refresh=force_refresh)
        work, told = _online(drivers, access, store), access.now
    elif from_raw:
        clock = clock or _system_now()
        kept = [p for driver in drivers for p in store.raw.payloads(driver.source)]
        work = _each(drivers, kept, store, clock)
    else:
        manifest = Manifest(fixtures)
        clock = clock or manifest.clock().astimezone(UTC)
        work = _each(drivers, manifest.payloads(clock), store, clock)
    done = _followed(work, len(drivers))
    clock = clock or told()
    summaries = _with_dues(done, store, clock)
    mode = mode_of(environ.get(ENV), online=True) if online else Mode.OFFLINE
    if as_json:
        document = {"schema": 1, "generated_at": clock, "offline": not online, "feeds": summaries}
        echo_json(document, mode)
    elif not quiet:
        echo_text(render(summaries, clock), mode)
    failures = [f"{s.source}: {error}" for s in summaries for error in s.errors]
    if failures:
        raise DataError("; ".join(failures))


def _chosen(installed: Mapping[str, Driver[Any]], names: Sequence[str]) -> list[Driver[Any]]:
    unknown = sorted(set(names) - installed.keys())
    if unknown:
        raise UsageError(f"unknown feed {', '.join(unknown)}; there are {', '.join(installed)}")
    return [driver for name, driver in installed.items() if not names or name in names]


class _Client(FeedAccess, Protocol):
    """Who is asked for feeds, until it is closed."""

    def close(self) -> None: ...


def _system_now() -> datetime:
    return datetime.now(UTC)


def _access(
    store: FeedStore,
    environ: Mapping[str, str],
    clock: datetime | None,
    *,
    force_refresh: bool,
) -> tuple[_Client, FeedStore]:
    """Return who is asked for feeds, and where they go: what is practised is kept apart."""
    if clock is not None:
        raise UsageError(f"publishers keep their own time: unset {AS_OF} and --as-of with --online")
    freshness = _freshness(store.paths)
    stations = tuple(
        station.code
        for feed in (() if freshness is None else freshness.feeds.values())
        for station in feed.stations
    )
    if kalshi_env(environ) is not KalshiEnv.SIM:
        return feed_client(environ, store.paths, stations, force_refresh=force_refresh), store
    exchange = local_exchange(environ)
    time = practised_clock(exchange)
    practised = practice_store(store.paths, exchange, time.now())
    return served_feeds(exchange, time, stations), practised


def _online(
    drivers: Iterable[Driver[Any]], client: _Client, store: FeedStore
) -> Iterator[FeedSummary]:
    try:
        yield from ingest_online(drivers, client, store)
    finally:
        client.close()


def _followed(work: Iterator[FeedSummary], total: int) -> tuple[FeedSummary, ...]:
    """Do the work, and show a person how far it is."""
    done: list[FeedSummary] = []
    with progress("feeds", total) as advance:
        for summary in work:
            done.append(summary)
            advance(summary.source)
    return tuple(done)


def _with_dues(
    summaries: Sequence[FeedSummary], store: FeedStore, clock: datetime
) -> tuple[FeedSummary, ...]:
    freshness = _freshness(store.paths)
    if freshness is None:
        return tuple(summaries)
    return with_dues(summaries, freshness, release_calendar(known_events(store, clock)), clock)


def _freshness(paths: Paths) -> Freshness | None:
    """Read when feeds are due and which stations are traded; a root without files knows neither."""
    path = paths.config("freshness")
    return load(path, Freshness).value if path.exists() else None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    return run_command(cli, "ingest", argv)


if __name__ == "__main__":
    sys.exit(main())
