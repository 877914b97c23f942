"""One practice session: an exchange from fixtures, its keys on disk, its port, and its end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from kalshi_alpha.core.errors import ConfigError
from kalshi_alpha.core.types import MarketStatus, Money
from kalshi_alpha.sim.app import AppOptions, SimApp
from kalshi_alpha.sim.auth import KeyRing, MadeKey, make_keys
from kalshi_alpha.sim.faults import Fault, FaultPlan
from kalshi_alpha.sim.feeds import FeedShelf
from kalshi_alpha.sim.rates import TIERS
from kalshi_alpha.sim.server import Own, SimServer
from kalshi_alpha.sim.server_admin import Admin
from kalshi_alpha.sim.server_clock import ServerClock
from kalshi_alpha.sim.worlds import World, drawn_outcomes, fixture_world
from kalshi_alpha.sim.worlds_open import open_exchange

ACCOUNT = "maker"
CASH = Money(1_000_000_000)
KEYS_FILE = "keys.json"
_ENDING = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """What a session is started with.

    Attributes
    ----------
    markets
        Folder of venue fixtures.
    keys
        Folder that the keys are written into.
    port
        Where to listen; 0 for any.
    seed
        Of everything that is drawn.
    series
        Which series are listed; empty for all.
    flow
        Whether others trade; else the fixtures' books stand still.
    pace
        By how much their arrivals are quickened.
    cash
        What the account begins with.
    start
        The exchange's clock; None for the system's time, to which the markets are moved.
    held
        Whether the clock stands still but for admin calls.
    run_seconds
        When it ends by itself; None for never.
    read_lag_max_s
        How far reads of the account may trail.
    tier
        The account's usage level.
    fault_rates
        What goes wrong, and how often.
    """

    markets: Path
    keys: Path
    port: int = 0
    seed: int = 0
    series: tuple[str, ...] = ()
    flow: bool = True
    pace: float = 1.0
    cash: Money = CASH
    start: datetime | None = None
    held: bool = False
    run_seconds: float | None = None
    read_lag_max_s: float = 0.0
    tier: str = "basic"
    fault_rates: tuple[tuple[Fault, float], ...] = ()


class Ready(msgspec.Struct, frozen=True):
    """What is said once the exchange listens.

    Attributes
    ----------
    url, seed, now, markets
        Where, with what chance, at what time, with how many markets.
    environ
        The variables that point a client at it.
    closed
        How many of the markets do not trade at that time.
    paused
        Whether nothing trades at that time.
    mode, schema
        What carries orders here, and the shape of this record.
    """

    url: str
    seed: int
    now: datetime
    markets: int
    environ: dict[str, str]
    closed: int = 0
    paused: bool = False
    mode: str = "SIM"
    schema: int = 1


async def serve(terms: SessionTerms, on_ready: Callable[[Ready], None]) -> None:
    """Run a session until it is told to end by SIGTERM or SIGINT, or its time is over.

    Raises
    ------
    KalshiAlphaError
        If the fixtures cannot be read, the keys not written or the port not listened on.
    """
    clock = ServerClock(terms.start, held=terms.held)
    world = session_world(terms, clock)
    app = open_session(terms, world, clock)
    own: tuple[Own, ...] = (Admin(app, clock),)
    if world.feeds is not None and world.feeds.is_dir():
        own = (*own, FeedShelf(world.feeds, app))
    made = make_keys(terms.keys, ACCOUNT, str(terms.seed))
    app.open_account(ACCOUNT, terms.cash, *(each.api_key for each in made))
    server = SimServer(app, port=terms.port, own=own)
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, server.end)
    try:
        async with server:
            ready = _ready(terms, app, server.url, made)
            _write_keys(terms.keys, ready)
            on_ready(ready)
            await server.until_over(terms.run_seconds)
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)


def session_world(terms: SessionTerms, clock: ServerClock) -> World:
    """Read the markets of a session, moved to its clock unless that was set to theirs."""
    world = fixture_world(terms.markets, clock.now() if terms.start is None else None)
    if terms.series:
        world = world.only(terms.series)
    return world.settling(drawn_outcomes(world, terms.seed))


def open_session(terms: SessionTerms, world: World, clock: ServerClock) -> SimApp:
    """Open the exchange of a session, without accounts of its clients."""
    options = AppOptions(
        seed=terms.seed, read_lag_max_s=terms.read_lag_max_s, tier=TIERS[terms.tier]
    )
    faults = FaultPlan(terms.seed, dict(terms.fault_rates))
    return open_exchange(
        world,
        clock=clock,
        keys=KeyRing(),
        options=options,
        faults=faults,
        flow_pace=terms.pace if terms.flow else None,
    )


def _ready(terms: SessionTerms, app: SimApp, url: str, made: tuple[MadeKey, MadeKey]) -> Ready:
    rsa, _ = made
    markets = app.engine.markets()
    return Ready(
        url=url,
        seed=terms.seed,
        now=app.now(),
        markets=len(markets),
        closed=sum(each.status is not MarketStatus.ACTIVE for each in markets),
        paused=not app.engine.trading_active,
        environ={
            "KALSHI_ENV": "sim",
            "KALSHI_SIM_URL": url,
            "KALSHI_SIM_API_KEY_ID": rsa.api_key.key_id,
            "KALSHI_SIM_PRIVATE_KEY_PEM_PATH": str(rsa.pem_path.absolute()),
        },
    )


def _write_keys(folder: Path, ready: Ready) -> None:
    path = folder / KEYS_FILE
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(ready)))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}; name another --keys"
        ) from error
