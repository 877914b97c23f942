"""What reads of an account show: its state as it stood a moment ago.

At the venue a read lags the engine: an order that was cancelled is still shown as resting for a
while. The replica keeps what the engine told, with the instant of each change, and shows it up
to a horizon that trails the present by a drawn delay and never moves back.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.sim.accounts import Balance, PositionRow, SettlementRow
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import EngineEvent, OwnFill, OwnOrder, OwnPosition
from kalshi_alpha.sim.orders import SimOrder
from kalshi_alpha.sim.refusals import Rejected

LAG_MAX_S = 60.0


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account at one instant: rows oldest first."""

    orders: tuple[SimOrder, ...]
    fills: tuple[OwnFill, ...]
    positions: tuple[PositionRow, ...]
    settlements: tuple[SettlementRow, ...]
    balance: Balance
    as_of: datetime


@dataclass(slots=True)
class _Held:
    """What the replica has taken in of one account."""

    balance: Balance
    orders: dict[str, SimOrder] = field(default_factory=dict)
    fills: list[OwnFill] = field(default_factory=list)
    positions: dict[str, PositionRow] = field(default_factory=dict)
    settlements: tuple[SettlementRow, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    at: datetime
    account_id: str
    events: tuple[EngineEvent, ...]
    balance: Balance
    settlements: tuple[SettlementRow, ...]


class ReadReplica:
    """A copy of the accounts that is up to a given delay behind.

    Parameters
    ----------
    engine
        What is copied.
    lag_max_s
        Longest delay in seconds; each read draws its own. Zero reads the engine itself.
    seed
        Of the draws.

    Raises
    ------
    BadParameter
        If the delay is negative or above a minute.
    """

    def __init__(self, engine: Engine, lag_max_s: float = 0.0, seed: int = 0) -> None:
        if not 0 <= lag_max_s <= LAG_MAX_S:
            raise BadParameter(f"reads lag by 0 to {LAG_MAX_S} s, was {lag_max_s}")
        self._engine = engine
        self._lag_max_s = lag_max_s
        self._random = random.Random(seed)  # noqa: S311 - reproducible, and no secret
        self._held: dict[str, _Held] = {}
        self._waiting: deque[_Change] = deque()
        self._horizon: datetime | None = None

    def open_account(self, account_id: str) -> None:
        """Begin to copy an account that has no orders yet."""
        self._held[account_id] = _Held(self._engine.balance(account_id))

    def note(self, events: Iterable[EngineEvent], at: datetime) -> None:
        """Keep what the engine just told, to be shown later."""
        if self._lag_max_s == 0:
            return
        own: dict[str, list[EngineEvent]] = {}
        for event in events:
            if isinstance(event, OwnOrder | OwnFill | OwnPosition):
                own.setdefault(event.account_id, []).append(event)
        for account_id, mine in own.items():
            if account_id in self._held:
                balance = self._engine.balance(account_id)
                paid = self._engine.settlements(account_id)
                self._waiting.append(_Change(at, account_id, tuple(mine), balance, paid))

    def view(self, account_id: str, at: datetime) -> AccountView:
        """Return an account as a read shows it now."""
        if self._lag_max_s == 0 or account_id not in self._held:
            return self._present(account_id, at)
        horizon = self._advance(at)
        held = self._held[account_id]
        return AccountView(
            tuple(held.orders.values()),
            tuple(held.fills),
            tuple(held.positions.values()),
            held.settlements,
            held.balance,
            horizon,
        )

    def order(self, account_id: str, order_id: str, at: datetime) -> SimOrder | None:
        """Return one of an account's orders as a read shows it, or None."""
        if self._lag_max_s == 0 or account_id not in self._held:
            try:
                found = self._engine.order(order_id)
            except Rejected:
                return None
            return found if found.account_id == account_id else None
        self._advance(at)
        return self._held[account_id].orders.get(order_id)

    def as_of(self, at: datetime) -> datetime:
        """Return the instant up to which reads show everything."""
        return at if self._lag_max_s == 0 else self._advance(at)

    def _present(self, account_id: str, at: datetime) -> AccountView:
        engine = self._engine
        return AccountView(
            engine.orders(account_id),
            engine.fills(account_id),
            engine.positions(account_id),
            engine.settlements(account_id),
            engine.balance(account_id),
            at,
        )

    def _advance(self, at: datetime) -> datetime:
        drawn = at - timedelta(seconds=self._random.uniform(0, self._lag_max_s))
        self._horizon = drawn if self._horizon is None else max(self._horizon, drawn)
        while self._waiting and self._waiting[0].at <= self._horizon:
            self._take_in(self._waiting.popleft())
        return self._horizon

    def _take_in(self, change: _Change) -> None:
        held = self._held[change.account_id]
        for event in change.events:
            match event:
                case OwnOrder(order=order):
                    held.orders[order.order_id] = order
                case OwnFill():
                    held.fills.append(event)
                case OwnPosition():
                    held.positions[event.ticker] = _position(event)
        held.balance = change.balance
        held.settlements = change.settlements


def _position(event: OwnPosition) -> PositionRow:
    return PositionRow(
        event.ticker,
        event.event_ticker,
        event.position_e2,
        event.cost_e6,
        event.total_traded_e6,
        event.volume_e2,
        event.realized_pnl_e6,
        event.fees_e6,
        event.at,
    )
