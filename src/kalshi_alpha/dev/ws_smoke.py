"""Follow some markets' books for a while, write them down, and fail if nothing comes.

Clocks are compared before the handshake is signed, and again once ours stepped.

Exit codes: 0 every market was shown and data came to the end, 1 a key, a host or a file is wrong,
2 usage, 5 a market was never shown, nothing came for two minutes, the venue refused, or our clock
is not its.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING

from kalshi_alpha.config.environment import ENV, KalshiEnv
from kalshi_alpha.core.errors import (
    KalshiAlphaError,
    NotBuilt,
    UsageError,
    VenueError,
    VenueUnavailable,
)

if TYPE_CHECKING:
    from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard
    from kalshi_alpha.brokers.kalshi.market_stream import HeaderSigner
    from kalshi_alpha.core.ports import Clock
    from kalshi_alpha.core.wire import StreamOpener
    from kalshi_alpha.datastore.paths import Paths
    from kalshi_alpha.dev.book_recorder import BookRecorder
    from kalshi_alpha.dev.market_names import EventReads, Markets

SILENCE_S_MAX = 120.0
WRITE_EVERY_S = 1.0
RUN_SECONDS = 300.0
SCHEMA = 1
"""Version of what ``--json`` prints."""
VENUE_PREFIX = "KX"
"""What the venue's tickers begin with."""


class NoBookData(VenueError):
    """The stream is open or opening, and says nothing about the markets."""


def main(argv: Sequence[str] | None = None, environ: MutableMapping[str, str] = os.environ) -> int:
    """Run the command and return its exit code; an error on purpose is one line on stderr."""
    args = _parser().parse_args(argv)
    try:
        from kalshi_alpha.utils.env import load_env

        found = load_env(environ=environ)
        env = KalshiEnv(args.env) if args.env else found.kalshi_env
        if env is None:
            raise UsageError(f"name a venue with --env prod|demo|sim, or {ENV}")
        if not args.run_seconds > 0:
            raise UsageError(f"--run-seconds must be positive, was {args.run_seconds}")
        recorder = _run(env, environ, args.tickers, args.run_seconds)
    except KalshiAlphaError as error:
        sys.stderr.write(f"ws_smoke: {error}\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"ws_smoke: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("ws_smoke: interrupted\n")
        return 1
    if args.json:
        from kalshi_alpha.config.mode import mode_of
        from kalshi_alpha.datastore.printing import echo_json

        echo_json(_document(recorder, env), mode_of(env))
    else:
        sys.stdout.write(_text(recorder))
    return 0


def _text(recorder: BookRecorder) -> str:
    lines = [
        *(
            f"{name} is {', '.join(tickers)}: books in {recorder.file(name)}"
            for name, tickers in recorder.aliases.items()
        ),
        *(
            f"{ticker}: {frames} frames in {recorder.file(ticker)}"
            for ticker, frames in recorder.frames.items()
        ),
        f"connections lost: {recorder.drops}",
    ]
    return "\n".join(lines) + "\n"


def _document(recorder: BookRecorder, env: KalshiEnv) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "env": env,
        "connections_lost": recorder.drops,
        "markets": [
            {"ticker": ticker, "frames": frames, "file": str(recorder.file(ticker))}
            for ticker, frames in recorder.frames.items()
        ],
        "names": [
            {"name": name, "tickers": tickers, "file": str(recorder.file(name))}
            for name, tickers in recorder.aliases.items()
        ],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kalshi_alpha.dev.ws_smoke",
        description="Follow books for a while and write them down; fail if nothing comes.",
    )
    parser.add_argument(
        "--tickers",
        nargs="+",
        required=True,
        metavar="TICKER",
        help="markets, or names such as TNEY-today",
    )
    parser.add_argument(
        "--run-seconds",
        type=float,
        default=RUN_SECONDS,
        metavar="N",
        help=f"how long; default: {RUN_SECONDS:.0f}",
    )
    parser.add_argument(
        "--env", choices=[str(env) for env in KalshiEnv], help=f"venue; default: {ENV}"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _run(
    env: KalshiEnv, environ: MutableMapping[str, str], tickers: Sequence[str], run_seconds: float
) -> BookRecorder:
    import asyncio

    from kalshi_alpha.brokers.kalshi.keys import NEEDS_EXTRA, load_credentials
    from kalshi_alpha.brokers.kalshi.signing import Signer
    from kalshi_alpha.datastore.paths import Paths
    from kalshi_alpha.dev.live_smoke import ONCE
    from kalshi_alpha.dev.market_names import Markets

    try:
        from kalshi_alpha.brokers.kalshi.connect import connect
        from kalshi_alpha.brokers.kalshi.frame_stream import PicowsOpener
        from kalshi_alpha.brokers.kalshi.venue_clock import venue_clock
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error

    paths = Paths.from_environ(environ)

    async def compared_and_followed() -> BookRecorder:
        clock = venue_clock(env, environ)
        client = connect(env, environ, clock, policy=ONCE)

        async def compare_clocks() -> None:
            try:
                await client.compare_clocks()
            except VenueUnavailable as error:
                raise NoBookData(
                    f"{error}; is {env} open, and does it listen at {client.host.rest}?"
                ) from error

        try:
            markets = Markets(tuple(tickers))
            if any(not name.upper().startswith(VENUE_PREFIX) for name in tickers):
                await compare_clocks()
                markets = await _meant(tickers, paths, client, clock, env)
            return await follow(
                PicowsOpener(client.host.stream),
                Signer(load_credentials(env, environ)),
                clock,
                markets,
                paths=paths,
                env=env,
                run_seconds=run_seconds,
                path=client.host.stream_path,
                guard=client.guard,
                compare_clocks=compare_clocks,
            )
        finally:
            await client.close()

    return asyncio.run(compared_and_followed())


async def _meant(
    names: Sequence[str], paths: Paths, reads: EventReads, clock: Clock, env: KalshiEnv
) -> Markets:
    """Look up names that are not the venue's own."""
    from kalshi_alpha.config.loading import load
    from kalshi_alpha.config.series import SeriesBook
    from kalshi_alpha.core.schedule import new_york
    from kalshi_alpha.dev.market_names import find_markets

    book = load(paths.config("series"), SeriesBook).value
    return await find_markets(names, book, reads, new_york(clock.now()).date(), str(env))


async def follow(
    opener: StreamOpener,
    signer: HeaderSigner,
    clock: Clock,
    markets: Markets,
    *,
    paths: Paths,
    env: KalshiEnv,
    run_seconds: float,
    path: str,
    guard: ClockGuard,
    compare_clocks: Callable[[], Awaitable[None]],
) -> BookRecorder:
    """Follow the markets and write them down every second.

    Nothing is signed before ``compare_clocks`` let the guard see a reply, nor after our clock
    stepped until it did so again.

    Raises
    ------
    NoBookData
        If nothing about them comes for two minutes, or one is never shown.
    StreamRefused
        If the venue refuses the subscription.
    VenueError
        If it does not say what time it is.
    KalshiClockSkewError
        If our clock is not its.
    OSError
        If a file cannot be written.
    """
    import asyncio

    from kalshi_alpha.brokers.kalshi.market_stream import MarketStream
    from kalshi_alpha.dev.book_recorder import BookRecorder

    await compare_clocks()
    recorder = BookRecorder(paths, clock, markets.tickers, env, markets.aliases)
    stream = MarketStream(
        opener, signer, clock, markets.tickers, handlers=recorder.handlers(), path=path, guard=guard
    )
    running = asyncio.create_task(stream.run())
    now_s = asyncio.get_running_loop().time
    end_s, heard_s, heard = now_s() + run_seconds, now_s(), 0
    try:
        while now_s() < end_s:
            await asyncio.wait({running}, timeout=min(WRITE_EVERY_S, max(0.0, end_s - now_s())))
            if running.done():
                running.result()
            recorder.write_out(stream.books)
            if not guard.look():
                await compare_clocks()
            total = sum(recorder.frames.values())
            if total != heard:
                heard, heard_s = total, now_s()
            elif now_s() - heard_s >= SILENCE_S_MAX:
                raise NoBookData(
                    f"nothing came for {SILENCE_S_MAX:.0f} s; is the venue open?{_why(recorder)}"
                )
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    never = [ticker for ticker, frames in recorder.frames.items() if frames == 0]
    if never:
        raise NoBookData(
            f"never shown: {', '.join(never)}; are these open markets of {env}?{_why(recorder)}"
        )
    return recorder


def _why(recorder: BookRecorder) -> str:
    return f" ({recorder.trouble})" if recorder.trouble else ""


if __name__ == "__main__":
    sys.exit(main())
