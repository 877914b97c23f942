"""A practice session whose talk with the exchange is written down, or comes from what was."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.core.ledger.settle import Settlement
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.wire import StreamOpener
from kalshi_alpha.exec.parity.wire_log import (
    LoggedStreams,
    LoggedWire,
    LoggingStreams,
    LoggingWire,
    WireLog,
)
from kalshi_alpha.exec.session.practice import Practice


@dataclass(frozen=True, slots=True)
class _Exchange:
    """An exchange, or none: what a session enters, and the streams it opens."""

    practice: Practice | None
    streams: StreamOpener

    async def __aenter__(self) -> _Exchange:
        if self.practice is not None:
            await self.practice.exchange.__aenter__()
        return self

    async def __aexit__(self, *raised: object) -> None:
        if self.practice is not None:
            await self.practice.exchange.__aexit__(*raised)


@dataclass(frozen=True, slots=True)
class LoggedPractice:
    """A practice session's venue with a log.

    Parameters
    ----------
    practice
        Whose account and markets they are.
    log
        Written to, or where the answers come from.
    replays
        Whether the answers come from the log; the exchange is then never asked, and its time
        never goes on.
    """

    practice: Practice
    log: WireLog
    replays: bool
    wires: list[LoggedWire] = field(default_factory=list)

    @property
    def exchange(self) -> _Exchange:
        """What the session enters."""
        if self.replays:
            return _Exchange(None, LoggedStreams(self.log))
        return _Exchange(self.practice, LoggingStreams(self.practice.exchange.streams, self.log))

    @property
    def signer(self) -> Signer:
        """Signs for the account."""
        return self.practice.signer

    @property
    def settlements(self) -> dict[str, Settlement]:
        """What every market will have paid, by its name."""
        return self.practice.settlements

    @property
    def settled_at(self) -> datetime:
        """When the last market will have paid."""
        return self.practice.settled_at

    def client(self, clock: Clock, seed: int = 0) -> VenueClient:
        """Return a client of the account."""
        rng = random.Random(seed)  # noqa: S311 - pauses, not secrets
        practice = self.practice
        if self.replays:
            wire = LoggedWire(self.log)
            self.wires.append(wire)
            return VenueClient(wire, practice.signer, clock, practice.host, rng=rng)
        asked = LoggingWire(practice.exchange.wire, self.log)
        return VenueClient(asked, practice.signer, clock, practice.host, rng=rng)
