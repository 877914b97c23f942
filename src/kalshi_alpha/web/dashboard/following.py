"""Follow the books of the switched-on series: a client that only asks, a stream that only listens.

Nothing here can place, change or cancel an order: questions go over a wire that has no writes, and
a key only signs the handshake of the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from kalshi_alpha.brokers.kalshi.market_stream import MarketStream
from kalshi_alpha.brokers.kalshi.payloads import EventPayload
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import KalshiAlphaError
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.exec.recorder.following import Listings
from kalshi_alpha.web.dashboard.live_books import Listed, LiveBooks, StreamState

LOOK_EVERY_S = 0.1
LIST_EVERY_S = 60.0
AGAIN_AFTER_S = 5.0
MARKETS_MAX = 2_000
"""Books beyond are not followed: the page is for a desk, and not for a venue."""


async def follow_books(
    live: LiveBooks,
    env: KalshiEnv,
    environ: Mapping[str, str],
    clock: Clock,
    series: Sequence[str],
) -> None:
    """Follow until cancelled; whatever goes wrong is said in `LiveBooks`, and tried again.

    Parameters
    ----------
    live
        Where everything goes.
    env, environ
        The venue, and the variables that name its host and its key.
    clock
        The venue's time.
    series
        Tickers of the series.
    """
    while True:
        try:
            live.note(StreamState.CONNECTING)
            await _once(live, env, environ, clock, series)
        except (KalshiAlphaError, OSError) as error:
            live.note(StreamState.DOWN, (str(error).splitlines() or [type(error).__name__])[0])
        await asyncio.sleep(AGAIN_AFTER_S)


async def _once(
    live: LiveBooks,
    env: KalshiEnv,
    environ: Mapping[str, str],
    clock: Clock,
    series: Sequence[str],
) -> None:
    from kalshi_alpha.brokers.kalshi.connect import watch
    from kalshi_alpha.brokers.kalshi.frame_stream import PicowsOpener
    from kalshi_alpha.brokers.kalshi.keys import load_credentials
    from kalshi_alpha.brokers.kalshi.signing import Signer

    client = watch(env, environ, clock)
    try:
        await client.compare_clocks()
        signer = Signer(load_credentials(env, environ))
        opener = PicowsOpener(client.host.stream)
        while True:
            await list_markets(live, client, series)
            stream = (
                MarketStream(
                    opener,
                    signer,
                    clock,
                    sorted(live.markets),
                    channels=(),
                    path=client.host.stream_path,
                    guard=client.guard,
                )
                if live.markets
                else None
            )
            await follow_until_listed_anew(live, stream, client, series)
    finally:
        await client.close()


async def list_markets(live: LiveBooks, reads: Listings, series: Sequence[str]) -> bool:
    """Ask what is open of some series, and say whether it is other than before."""
    found: list[Listed] = []
    for ticker in series:
        for event in await reads.events(ticker):
            found += _markets(event)
    return live.list_markets(found[:MARKETS_MAX])


def _markets(event: EventPayload) -> list[Listed]:
    return [
        Listed(market.ticker, event.event_ticker, event.series_ticker, market.yes_sub_title)
        for market in event.markets
    ]


async def follow_until_listed_anew(
    live: LiveBooks, stream: MarketStream | None, reads: Listings, series: Sequence[str]
) -> None:
    """Take in the books of a stream until the venue lists other markets."""
    running = None if stream is None else asyncio.create_task(stream.run())
    now_s = asyncio.get_running_loop().time
    list_s = now_s() + LIST_EVERY_S
    try:
        while True:
            if running is None:
                live.note(StreamState.LIVE, "no market of these series is open")
                await asyncio.sleep(LIST_EVERY_S)
            else:
                await asyncio.wait({running}, timeout=LOOK_EVERY_S)
                if running.done():
                    running.result()
                take(live, stream)
            if now_s() >= list_s:
                list_s = now_s() + LIST_EVERY_S
                if await list_markets(live, reads, series):
                    return
    finally:
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            take(live, stream)


def take(live: LiveBooks, stream: MarketStream | None) -> None:
    """Take in what a stream shows now."""
    if stream is None:
        return
    live.take(stream.books)
    dirty = sum(book.dirty is not None for book in stream.books.values())
    if dirty < len(stream.books):
        doubt = f", {dirty} in doubt" if dirty else ""
        live.note(StreamState.LIVE, f"{len(stream.books)} books{doubt}")
    elif live.state in {StreamState.LIVE, StreamState.DOWN}:
        live.note(StreamState.DOWN, "the stream is lost, trying again")
    else:
        live.note(StreamState.CONNECTING)
