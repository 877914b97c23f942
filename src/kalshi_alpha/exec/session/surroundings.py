"""What a session is given: the venue, its own files, its time, and whoever wants to know."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.brokers.order_log import Journal
from kalshi_alpha.core.gates import Reading
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.wire import StreamOpener
from kalshi_alpha.exec.kill_watch import KillWatch
from kalshi_alpha.exec.session.observer import Observer


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a session is given: the venue, its own files, and whoever wants to know.

    Attributes
    ----------
    client, streams, signer
        The account and the stream of one environment.
    journal
        Where orders are written before they are sent.
    clock
        The session's time.
    kill
        Looks at the kill switch.
    observer
        Is told of every event, round and refusal.
    in_real_time
        False where time jumps: the kill switch is then looked at in every round and before every
        order, and not every few milliseconds of a time that nobody lives in.
    ending
        Set by whoever wants the session to end in good order.
    beat
        Entered once the account is reconciled, and left at the end: the session's sign of life.
    heartbeat
        Reads it for the gate; None leaves the gate the reading of the start.
    signing_on
        Makes signatures ahead, where the client uses such; None makes none.
    """

    client: VenueClient
    streams: StreamOpener
    signer: Signer
    journal: Journal
    clock: Clock
    kill: KillWatch
    observer: Observer
    in_real_time: bool = True
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    beat: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    heartbeat: Callable[[], Reading] | None = None
    signing_on: Executor | None = None
