"""The local exchange inside the session's own process: no network, no keys of the user's."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import datetime

from kalshi_alpha.brokers.kalshi.client import VenueClient
from kalshi_alpha.brokers.kalshi.hosts import VenueHost
from kalshi_alpha.brokers.kalshi.keys import Credentials
from kalshi_alpha.brokers.kalshi.signing import Signer
from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.ledger.settle import Settlement
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Money
from kalshi_alpha.sim.app import AppOptions, SimApp
from kalshi_alpha.sim.auth import ApiKey, KeyRing
from kalshi_alpha.sim.faults import FaultPlan
from kalshi_alpha.sim.in_process import InProcessExchange, InProcessWire, LatencyModel
from kalshi_alpha.sim.worlds import World, drawn_outcomes
from kalshi_alpha.sim.worlds_open import open_exchange

ACCOUNT = "desk"
CASH = Money.parse("10000")
_HOST = VenueHost(KalshiEnv.SIM, "http://127.0.0.1:1", "ws://127.0.0.1:1")
_NAMESPACE = uuid.UUID("6e0a8c53-6f0f-5b2a-8d5e-1d6f6f0c9a44")


@dataclass(frozen=True, slots=True)
class PracticeOptions:
    """How the exchange of a practice session behaves.

    Attributes
    ----------
    seed
        Of everything that is drawn: outcomes, flow, latencies, delays of reads.
    cash
        What the account holds at first.
    pace
        How much quicker others trade than on the tape they were measured on.
    read_lag_max_s
        How far reads may trail the engine.
    faults
        What goes wrong; nothing if None.
    latency
        Of each way.
    """

    seed: int = 0
    cash: Money = CASH
    pace: float = 1.0
    read_lag_max_s: float = 0.5
    faults: FaultPlan | None = None
    latency: LatencyModel | None = None


@dataclass(frozen=True, slots=True)
class Practice:
    """An exchange with one account of ours, and what it takes to talk to it."""

    world: World
    app: SimApp
    exchange: InProcessExchange
    host: VenueHost
    credentials: Credentials

    @property
    def signer(self) -> Signer:
        """Signs for the account."""
        return Signer(self.credentials)

    @property
    def settlements(self) -> dict[str, Settlement]:
        """What every market will have paid, by its name."""
        return {
            each.market.ticker: Settlement(each.settlement_value, each.determined_at)
            for each in self.world.listed
            if each.determined_at is not None and each.settlement_value is not None
        }

    @property
    def settled_at(self) -> datetime:
        """When the last market will have paid."""
        ends = [
            each.determined_at + each.settlement_timer
            for each in self.world.listed
            if each.determined_at is not None
        ]
        return max(ends)

    def client(self, clock: Clock, seed: int = 0) -> VenueClient:
        """Return a client of the account with a wire of its own."""
        rng = random.Random(seed)  # noqa: S311 - pauses, not secrets
        return VenueClient(InProcessWire(self.exchange), self.signer, clock, self.host, rng=rng)


def open_practice(world: World, clock: Clock, options: PracticeOptions | None = None) -> Practice:
    """Open the exchange of a world, with others trading in it.

    Every event comes out as drawn by the odds of its own books, under the seed.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    chosen = options or PracticeOptions()
    settling = world.settling(drawn_outcomes(world, chosen.seed))
    key, key_id = Ed25519PrivateKey.generate(), str(uuid.uuid5(_NAMESPACE, str(chosen.seed)))
    app = open_exchange(
        settling,
        clock=clock,
        keys=KeyRing(),
        options=AppOptions(seed=chosen.seed, read_lag_max_s=chosen.read_lag_max_s),
        faults=chosen.faults,
        flow_pace=chosen.pace,
    )
    app.open_account(ACCOUNT, chosen.cash, ApiKey(key_id, ACCOUNT, key.public_key()))
    exchange = InProcessExchange(app, latency=chosen.latency, seed=chosen.seed)
    credentials = Credentials(key_id, key, KalshiEnv.SIM)
    return Practice(settling, app, exchange, _HOST, credentials)
