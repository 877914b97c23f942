"""Record the books, trades and settlements of a family, day by day.

    python -m kalshi_alpha.exec.record --series CPI [--env sim|demo|prod] [--run-seconds N]
    python -m kalshi_alpha.exec.record seal --series CPI
    python -m kalshi_alpha.exec.record verify --series CPI

Frames go to disk as they came, every second, compressed; a killed process loses that second. A day
that is over is turned into tables below ``data/market`` and sealed with a manifest.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click
import msgspec

from kalshi_alpha.config.environment import ENV, KalshiEnv
from kalshi_alpha.config.mode import mode_of
from kalshi_alpha.core.errors import KalshiAlphaError, MissingData, NotBuilt, UsageError
from kalshi_alpha.datastore.market.store import MarketStore
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.printing import echo_json, echo_text, progress
from kalshi_alpha.exec.command import HELP, exit_with, output_flags, run_command

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kalshi_alpha.core.ports import Clock
    from kalshi_alpha.exec.recorder.raw_days import DaySeal, RawDays
    from kalshi_alpha.exec.recorder.recording import DaySize
    from kalshi_alpha.exec.recorder.verifying import Verified
    from kalshi_alpha.exec.telemetry.sink import TelemetrySink

SCHEMA = 1
EXIT_DIFFERENT = 1
DAYS_KEPT = 7
"""Of so many days a run says at its end what it recorded."""
_SERIES = click.option(
    "--series", required=True, help="A family (CPI) or one series (KXCPI) of series.yaml."
)
_ENV = click.option(
    "--env",
    "env_name",
    type=click.Choice([str(env) for env in KalshiEnv]),
    help=f"Which venue; default {ENV}.",
)
_DAY = click.option("--day", metavar="DATE", help="One UTC day, such as 2026-11-26; default all.")


@click.group(context_settings=HELP, invoke_without_command=True)
@click.option("--series", help="A family (CPI) or one series (KXCPI) of series.yaml.")
@_ENV
@click.option("--run-seconds", type=float, help="End by itself; default with SIGTERM.")
@click.option(
    "--books-every",
    type=float,
    default=60.0,
    show_default=True,
    help="Seconds between whole books, for record verify.",
)
@output_flags
@click.pass_context
def cli(
    context: click.Context,
    series: str | None,
    env_name: str | None,
    run_seconds: float | None,
    books_every: float,
    *,
    as_json: bool,
    quiet: bool,
) -> int:
    """Record books, trades and settlements from the venue's stream until SIGTERM.

    Exit codes: 0 done, 1 a key, a host or a file is wrong or another process records the same,
    2 usage, 4 a day cannot be sealed, 5 the venue refuses, cannot be reached, or our clock is not
    its.
    """
    if context.invoked_subcommand is not None:
        return 0
    if series is None:
        raise UsageError("name what to record with --series, such as --series CPI")
    if run_seconds is not None and not run_seconds > 0:
        raise UsageError(f"--run-seconds must be positive, was {run_seconds}")
    if not books_every > 0:
        raise UsageError(f"--books-every must be positive, was {books_every}")
    paths, env = Paths.from_environ(os.environ), _env(env_name)
    days, tickers = _place(paths, env, series)
    with days.held():
        sizes = asyncio.run(_record(paths, env, days, tickers, run_seconds, books_every))
    if as_json:
        document = {"schema": SCHEMA, "name": days.name, "env": env, "days": sizes}
        echo_json(document, mode_of(env))
    elif not quiet:
        lines = [_size_line(days, size) for size in sizes]
        said = "\n".join(lines) or f"{days.name} at {env}: nothing was said"
        echo_text(said, mode_of(env))
    return 0


@cli.command(context_settings=HELP)
@_SERIES
@_ENV
@_DAY
@output_flags
def seal(series: str, env_name: str | None, day: str | None, *, as_json: bool, quiet: bool) -> int:
    """Turn recorded days that are over into tables, and seal them.

    Exit codes: 0 done or nothing to do, 4 a day or what it continues cannot be read.
    """
    paths, env = Paths.from_environ(os.environ), _env(env_name)
    days, _ = _place(paths, env, series)
    with progress("sealing"):
        found = seal_days(days, MarketStore(paths.market_at(env)), _wanted(days, day))
    if as_json:
        echo_json({"schema": SCHEMA, "days": found}, mode_of(env))
    elif not quiet:
        said = "\n".join(map(_seal_line, found))
        echo_text(said or f"{days.name} at {env}: no day is over and open", mode_of(env))
    return 0


@cli.command(context_settings=HELP)
@_SERIES
@_ENV
@_DAY
@output_flags
def verify(
    series: str, env_name: str | None, day: str | None, *, as_json: bool, quiet: bool
) -> int:
    """Rebuild each recorded book from its start, and compare it with every later snapshot.

    Exit codes: 0 every snapshot is met, 1 one is not, a file is damaged elsewhere than at its end,
    a sealed file or table has changed, or a day has tables and no seal, 4 nothing is recorded.
    """
    from kalshi_alpha.exec.recorder.verifying import verify_day

    paths, env = Paths.from_environ(os.environ), _env(env_name)
    days, _ = _place(paths, env, series)
    wanted = _wanted(days, day) or days.days()
    if not wanted:
        raise MissingData(f"nothing is recorded of {days.name} at {env} in {days.folder}")
    found = []
    with progress("rebuilding the books", len(wanted)) as advance:
        for each in wanted:
            found.append(verify_day(days, each, paths.market_at(env)))
            advance(f"rebuilt {each}")
    if as_json:
        echo_json({"schema": SCHEMA, "days": found}, mode_of(env))
    elif not quiet:
        lines = [
            line
            for each in found
            for line in (
                _verify_line(each),
                *(f"  {said}" for said in (*each.damages, *each.differences)),
            )
        ]
        echo_text("\n".join(lines), mode_of(env))
    return 0 if all(each.is_good for each in found) else EXIT_DIFFERENT


def seal_days(days: RawDays, store: MarketStore, wanted: Sequence[date] = ()) -> list[DaySeal]:
    """Seal days, or those that are over and not sealed if none is named.

    While a recorder runs its newest day is not over.

    Raises
    ------
    DataError, BadParameter, OSError
        As for `seal_day`.
    """
    from kalshi_alpha.exec.recorder.raw_days import RecorderBusy
    from kalshi_alpha.exec.recorder.sealing import seal_day

    there = days.days()
    if not wanted:
        try:
            with days.held():
                newest = None
        except RecorderBusy:
            newest = there[-1] if there else None
        today = datetime.now(UTC).date()
        over = [each for each in there if each != newest and each < today]
        wanted = [each for each in over if days.seal(each) is None]
    return [seal_day(days, each, store) for each in wanted]


def _env(name: str | None) -> KalshiEnv:
    from kalshi_alpha.utils.env import load_env

    env = KalshiEnv(name) if name else load_env().kalshi_env
    if env is None:
        raise UsageError(f"name a venue with --env prod|demo|sim, or {ENV}")
    return env


def _place(paths: Paths, env: KalshiEnv, series: str) -> tuple[RawDays, tuple[str, ...]]:
    """Return where a name's recordings lie, and the tickers of its series."""
    from kalshi_alpha.config.loading import load
    from kalshi_alpha.config.series import SeriesBook
    from kalshi_alpha.exec.recorder.raw_days import RawDays

    book: SeriesBook = load(paths.config("series"), SeriesBook).value
    tickers = tuple(each.ticker for each in book.resolve(series))
    name = series.upper() if series.upper() in tickers else book.family_of(series)
    return RawDays.of(paths, str(env), name), tickers


def _wanted(days: RawDays, text: str | None) -> list[date]:
    if text is None:
        return []
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--day is a date such as 2026-11-26, was {text!r}") from error
    if not days.files(day):
        raise MissingData(f"nothing is recorded of {days.name} at {days.env} on {day}")
    return [day]


async def _record(
    paths: Paths,
    env: KalshiEnv,
    days: RawDays,
    tickers: Sequence[str],
    run_seconds: float | None,
    books_every_s: float,
) -> list[DaySize]:
    from kalshi_alpha.brokers.kalshi.keys import NEEDS_EXTRA, load_credentials
    from kalshi_alpha.brokers.kalshi.signing import Signer

    try:
        from kalshi_alpha.brokers.kalshi.connect import connect
        from kalshi_alpha.brokers.kalshi.frame_stream import PicowsOpener
        from kalshi_alpha.brokers.kalshi.venue_clock import venue_clock
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error
    from kalshi_alpha.exec.recorder.following import Following, Pace
    from kalshi_alpha.exec.recorder.recording import Recording
    from kalshi_alpha.exec.telemetry.sink import TelemetrySink

    clock = venue_clock(env, os.environ)
    client = connect(env, os.environ, clock)
    sink = TelemetrySink(paths, clock, session=f"record-{clock.now():%Y%m%d-%H%M%S}-{os.getpid()}")
    sizes: list[DaySize] = []
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    on_day = _day_teller(sink, days, sizes)
    following = Following(
        PicowsOpener(client.host.stream),
        Signer(load_credentials(env, os.environ)),
        clock,
        client.host.stream_path,
        client.guard,
        client.compare_clocks,
        client,
        tickers,
        Recording(days, clock, on_day),
        Pace(books_s=books_every_s),
        tend=sealer(days, MarketStore(paths.market_at(env)), clock, sink),
        ending=ending,
    )
    try:
        await following.run(run_seconds)
    finally:
        sink.close()
        await client.close()
    return sizes


def _day_teller(
    sink: TelemetrySink, days: RawDays, sizes: list[DaySize]
) -> Callable[[DaySize], None]:
    from kalshi_alpha.exec.telemetry.events import TelemetryEvent

    def on_day(size: DaySize) -> None:
        sizes.append(size)
        del sizes[:-DAYS_KEPT]
        sink.emit(
            TelemetryEvent.RECORDED,
            {"name": days.name, "env": days.env, **msgspec.structs.asdict(size)},
        )

    return on_day


def sealer(
    days: RawDays, store: MarketStore, clock: Clock, sink: TelemetrySink
) -> Callable[[], Awaitable[None]]:
    """Return what seals, in another thread, the days that the recorder has left.

    A day that cannot be sealed, or whose seal cannot be read, is told and left to ``record seal``:
    the days after it are sealed, and recording goes on.
    """
    from kalshi_alpha.exec.recorder.sealing import seal_day
    from kalshi_alpha.exec.telemetry.events import TelemetryEvent

    looked_on: date | None = None

    async def tend() -> None:
        nonlocal looked_on
        today = clock.now().astimezone(UTC).date()
        if today == looked_on:
            return
        looked_on = today
        for day in [each for each in days.days() if each < today]:
            try:
                if days.seal(day) is None:
                    await asyncio.to_thread(seal_day, days, day, store)
            except (KalshiAlphaError, OSError) as error:
                told = {"name": days.name, "env": days.env, "day": day, "error": str(error)}
                sink.emit(TelemetryEvent.RECORDED, told)

    return tend


def _size_line(days: RawDays, size: DaySize) -> str:
    said = f"{size.frames:,} frames, {size.bytes:,} bytes"
    return f"{days.name} {size.day}: {said} in {days.day(size.day)}"


def _seal_line(seal: DaySeal) -> str:
    rows = ", ".join(f"{rows:,} {table}" for table, rows in sorted(seal.rows.items()))
    gaps = "1 gap" if len(seal.gaps) == 1 else f"{len(seal.gaps)} gaps"
    return f"{seal.name} {seal.date}: {seal.lines:,} lines, {rows or 'no rows'}, {gaps}, sealed"


def _verify_line(found: Verified) -> str:
    said = [f"{found.snapshots:,} snapshots compared, {found.different:,} differ"]
    said += [f"{found.torn_bytes:,} bytes torn"] if found.torn_bytes else []
    said += [f"{found.unreadable:,} lines unreadable"] if found.unreadable else []
    said += [f"changed since it was sealed: {', '.join(found.altered)}"] if found.altered else []
    said += [] if found.sealed else [_not_sealed(found)]
    return f"{found.date}: {found.books} books from {found.lines:,} lines; {'; '.join(said)}"


def _not_sealed(found: Verified) -> str:
    if not found.unsealed:
        return "not sealed"
    tables = ", ".join(found.unsealed)
    return f"not sealed, so that its rows in {tables} were not compared: seal it with record seal"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    return run_command(cli, "record", argv)


if __name__ == "__main__":
    exit_with(main())
