"""What the page is wired from: the root, the clock, the looks, and the stream of books."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kalshi_alpha.config.environment import KalshiEnv, kalshi_env, set_clock
from kalshi_alpha.config.loading import load
from kalshi_alpha.config.series import SeriesBook
from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.practised_day import SystemClock
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.look import look_at_desk
from kalshi_alpha.web.dashboard.board import Board
from kalshi_alpha.web.dashboard.live_books import LiveBooks, StreamState


class MovingClock:
    """A clock that was set, and runs on from there."""

    def __init__(self, start: datetime) -> None:
        self._start, self._begun_s = start, time.monotonic()

    def now(self) -> datetime:
        """Return the set instant and what has passed since."""
        return self._start + timedelta(seconds=time.monotonic() - self._begun_s)


@dataclass(frozen=True, slots=True)
class Wired:
    """A board, and what keeps it current."""

    board: Board
    background: tuple[Callable[[], Awaitable[None]], ...]


def wire(environ: Mapping[str, str], *, books: bool, as_of: str | None) -> Wired:
    """Put the page together; the desk is looked at once.

    Parameters
    ----------
    environ
        The process environment with the dotenv files.
    books
        Whether the venue's books are followed, where ``KALSHI_ENV`` names one.
    as_of
        The ``--as-of`` flag: the page's clock begins there.

    Raises
    ------
    UsageError
        If a set clock is no instant, or is set for a real venue.
    ConfigError
        If the local exchange's address is missing or not on this machine.
    VenueUnavailable
        If the local exchange, which tells the time, does not answer.
    """
    paths, env = Paths.from_environ(environ), kalshi_env(environ)
    clock, source = _clock(environ, env, as_of)
    kept, live = Kept(), LiveBooks()

    def look() -> Desk:
        return look_at_desk(paths, RunClock(clock.now(), source), environ, kept)

    board = Board(look, clock.now, live)
    if env is None or not books:
        live.note(StreamState.OFF, "no venue is named" if env is None else "switched off")
        return Wired(board, (board.keep_looking,))
    series = _series(paths)

    async def follow() -> None:
        from kalshi_alpha.web.dashboard.following import follow_books

        await follow_books(live, env, environ, clock, series)

    return Wired(board, (board.keep_looking, follow))


def _clock(
    environ: Mapping[str, str], env: KalshiEnv | None, as_of: str | None
) -> tuple[Clock, ClockSource]:
    chosen = set_clock(as_of, environ)
    if chosen is not None:
        return MovingClock(chosen), ClockSource.SET
    if env is not KalshiEnv.SIM:
        return SystemClock(), ClockSource.SYSTEM
    from kalshi_alpha.brokers.kalshi.venue_clock import venue_clock

    clock = venue_clock(env, environ)
    return clock, ClockSource.SYSTEM if isinstance(clock, SystemClock) else ClockSource.SET


def _series(paths: Paths) -> Sequence[str]:
    try:
        found = load(paths.config("series"), SeriesBook).value
    except ConfigError:
        # The page names the file that is wrong; without it nobody knows what to follow.
        return ()
    return [each.ticker for each in found.enabled]
