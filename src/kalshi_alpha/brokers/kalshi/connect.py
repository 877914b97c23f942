"""From an environment to a client: its host, its key, its wires, and nothing of another one's."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from kalshi_alpha.brokers.kalshi.calls import CallPolicy, CallSeen
from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.clock_guard import ClockGuard
from kalshi_alpha.brokers.kalshi.hosts import VenueHost, venue_host
from kalshi_alpha.brokers.kalshi.keys import NEEDS_EXTRA, load_credentials
from kalshi_alpha.brokers.kalshi.order_writes import BATCH, ORDERS
from kalshi_alpha.brokers.kalshi.presigned import PresignedPool, Target, presigning_wanted
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.errors import NotBuilt
from kalshi_alpha.core.ports import Clock


def connect(
    env: KalshiEnv,
    environ: Mapping[str, str],
    clock: Clock,
    *,
    policy: CallPolicy | None = None,
    rng: random.Random | None = None,
    killed: Callable[[], bool] = lambda: False,
    on_call: Callable[[CallSeen], None] | None = None,
) -> VenueClient:
    """Return a client of an environment; nothing is sent yet.

    Parameters
    ----------
    env
        Which venue.
    environ
        The process environment with the dotenv files.
    clock
        What timestamps are taken from.
    policy, rng
        Timeouts and repeats, and where the pauses' random factors come from.
    killed
        The kill switch, asked before a signature that was made ahead is used.
    on_call
        Told of every request once it ended.

    Raises
    ------
    ConfigError
        If the host or the key is missing or wrong; see `venue_host` and `load_credentials`.
    NotBuilt
        If the extra ``[live]`` is not installed.
    """
    try:
        from kalshi_alpha.brokers.kalshi.order_wire import OrderWire
        from kalshi_alpha.brokers.kalshi.read_wire import ReadWire
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error
    host = venue_host(env, environ)
    signer = Signer(load_credentials(env, environ))
    guard = ClockGuard(clock)
    presigned = None
    if presigning_wanted(env, environ):

        def may_sign() -> bool:
            return not killed() and guard.look()

        presigned = PresignedPool(signer, clock, order_targets(host), may_sign=may_sign)
    return VenueClient(
        OrderWire(host.rest),
        signer,
        clock,
        host,
        guard=guard,
        read_wire=ReadWire(host.rest),
        policy=policy,
        rng=rng,
        presigned=presigned,
        on_call=on_call,
    )


def watch(env: KalshiEnv, environ: Mapping[str, str], clock: Clock) -> VenueClient:
    """Return a client that has no key: it asks public questions and can send nothing.

    Raises
    ------
    ConfigError
        If the host is wrong; see `venue_host`.
    NotBuilt
        If the extra ``[live]`` is not installed.
    """
    try:
        from kalshi_alpha.brokers.kalshi.read_wire import ReadWire
    except ImportError as error:
        raise NotBuilt(NEEDS_EXTRA) from error
    host = venue_host(env, environ)
    return VenueClient(ReadWire(host.rest), None, clock, host)


def order_targets(host: VenueHost) -> tuple[Target, ...]:
    """Return the writes whose paths are known before the order is: what can be signed ahead."""
    return (
        ("POST", host.rest_prefix + ORDERS),
        ("POST", host.rest_prefix + BATCH),
        ("DELETE", host.rest_prefix + BATCH),
    )
