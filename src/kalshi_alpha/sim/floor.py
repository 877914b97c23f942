"""The floor of the exchange: everything that is mutable, and the steps every operation uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from heapq import heappush

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.fees import FeeTerms
from kalshi_alpha.core.types import Side
from kalshi_alpha.sim.accounts import Account, full_cost_e6
from kalshi_alpha.sim.engine_events import (
    BookDelta,
    EngineEvent,
    GroupKind,
    GroupUpdate,
    OwnOrder,
    OwnPosition,
)
from kalshi_alpha.sim.groups import OrderGroup
from kalshi_alpha.sim.market import Listing
from kalshi_alpha.sim.orders import LiveOrder, OrderStatus, UpdateReason
from kalshi_alpha.sim.refusals import not_found, unknown_market

OUTCOMES = (Side.YES, Side.NO)
_OWN_REASONS = frozenset({UpdateReason.NONE, UpdateReason.DECREASE})  # what the owner asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """How the exchange behaves where the venue's own behaviour may change.

    Attributes
    ----------
    seed
        Marks the ids that are handed out; two engines of one seed hand out the same.
    weekly_pause
        Whether trading pauses on Thursdays from 03:00 to 05:00 New York time.
    close_cancel_after
        How long orders of a closed market are still shown as resting. They cannot trade.
    cancel_all_tail
        How long after a cancel-all new orders of the account may be cancelled with it.
    event_netting
        Whether mutually exclusive markets of an event return collateral to each other.
    record_events
        Whether events are kept for :meth:`Engine.drain_events`.

    Raises
    ------
    BadParameter
        If the seed or a duration is negative.
    """

    seed: int = 0
    weekly_pause: bool = True
    close_cancel_after: timedelta = timedelta(seconds=1)
    cancel_all_tail: timedelta = timedelta(0)
    event_netting: bool = False
    record_events: bool = True

    def __post_init__(self) -> None:
        if self.seed < 0 or min(self.close_cancel_after, self.cancel_all_tail) < timedelta(0):
            raise BadParameter("the seed and the durations of the exchange are not negative")


class Halt(StrEnum):
    """Why trading is paused everywhere; it resumes when no reason is left."""

    WEEKLY = "weekly"
    BY_HAND = "by hand"


Timer = tuple[datetime, int, Callable[[datetime], None]]


class Floor:
    """Markets, accounts, orders, timers and events, and what changes them consistently."""

    def __init__(self, options: EngineOptions) -> None:
        self.options = options
        self.now: datetime | None = None
        self.listings: dict[str, Listing] = {}
        self.accounts: dict[str, Account] = {}
        self.orders: dict[str, LiveOrder] = {}
        self.events: list[EngineEvent] = []
        self.timers: list[Timer] = []
        self.halts: set[Halt] = set()
        self.exchange_open = True
        self.fees_e6 = 0
        self.deposits_e6 = 0
        self._orders = self._trades = self._groups = self._timers = 0
        self._stem = f"{options.seed % 2**32:08x}"
        self._recording = options.record_events

    def listing(self, ticker: str) -> Listing:
        """Return a listed market, or refuse."""
        found = self.listings.get(ticker)
        if found is None:
            raise unknown_market(ticker)
        return found

    def account(self, account_id: str) -> Account:
        """Return an account, or refuse."""
        found = self.accounts.get(account_id)
        if found is None:
            raise not_found(f"account {account_id}")
        return found

    def next_order_id(self) -> str:
        """Hand out an id in the form of the venue's own."""
        self._orders += 1
        return f"{self._stem}-0000-4000-8000-{self._orders:012x}"

    def next_trade_id(self) -> str:
        """Hand out an id in the form of the venue's own."""
        self._trades += 1
        return f"{self._stem}-0001-4000-8000-{self._trades:012x}"

    def next_group_id(self) -> str:
        """Hand out an id in the form of the venue's own."""
        self._groups += 1
        return f"{self._stem}-0002-4000-8000-{self._groups:012x}"

    def at_time(self, due: datetime, action: Callable[[datetime], None]) -> None:
        """Do something when the exchange's time gets there; equal times keep their order."""
        self._timers += 1
        heappush(self.timers, (due, self._timers, action))

    def tell(self, event: EngineEvent) -> None:
        """Record an event."""
        if self._recording:
            self.events.append(event)

    def tell_order(self, order: LiveOrder) -> None:
        """Tell the owner how an order stands now."""
        if self._recording and not order.account.silent:
            self.events.append(OwnOrder(order.account.account_id, order.view()))

    def tell_level(self, order: LiveOrder, delta_e2: int, at: datetime, *, own: bool) -> None:
        """Tell everybody that a level changed, and the owner that it was by its own doing."""
        if self._recording:
            self.events.append(
                BookDelta(
                    order.listing.ticker,
                    OUTCOMES[order.side],
                    order.own_e4,
                    delta_e2,
                    at,
                    order.account.account_id if own else None,
                    order.client_order_id if own else None,
                )
            )

    def tell_position(self, order: LiveOrder, at: datetime) -> None:
        """Tell the owner of a filled order its position."""
        account, held = order.account, order.holding
        if self._recording and not account.silent:
            self.events.append(
                OwnPosition(
                    account.account_id,
                    held.ticker,
                    held.event_ticker,
                    held.position_e2,
                    held.cost_e6,
                    held.realized_pnl_e6,
                    held.fees_e6,
                    held.volume_e2,
                    held.total_traded_e6,
                    at,
                )
            )

    def cost_at_rest(self, order: LiveOrder) -> int:
        """Return the most that the rest of an order can cost as a maker."""
        rate = order.listing.maker_rate_e10
        return full_cost_e6(order.own_e4, order.remaining_e2, rate, order.account.step_e6)

    def rest(self, order: LiveOrder, at: datetime) -> None:
        """Put what remains of an order into the book, at the back of its price."""
        order.listing.sides[order.side].append(order)
        order.locked_e6 = self.cost_at_rest(order)
        order.holding.rest(order.side, order.locked_e6, order.remaining_e2)
        order.account.live[order.order_id] = order
        if order.group is not None:
            order.group.orders[order.order_id] = order
        self.tell_level(order, order.remaining_e2, at, own=True)

    def lift(self, order: LiveOrder, at: datetime, *, own: bool) -> None:
        """Take an order out of the book with all it locks; what remains of it stays known."""
        order.listing.sides[order.side].remove(order)
        order.holding.rest(order.side, -order.locked_e6, -order.remaining_e2)
        order.locked_e6 = 0
        del order.account.live[order.order_id]
        if order.group is not None:
            order.group.orders.pop(order.order_id, None)
        self.tell_level(order, -order.remaining_e2, at, own=own)

    def cancel(self, order: LiveOrder, reason: UpdateReason, at: datetime) -> int:
        """Cancel a resting order and return the hundredths of contracts it still had."""
        left_e2 = order.remaining_e2
        self.lift(order, at, own=reason in _OWN_REASONS)
        self.finish(order, reason, at)
        return left_e2

    def finish(self, order: LiveOrder, reason: UpdateReason, at: datetime) -> None:
        """End an order that is not in the book, with nothing remaining."""
        order.remaining_e2 = 0
        order.status = OrderStatus.CANCELED
        order.reason = reason
        order.updated_at = at
        self.tell_order(order)
        if order.account.silent:
            del self.orders[order.order_id]

    def trigger(self, account: Account, group: OrderGroup, at: datetime) -> None:
        """Cancel a group's orders and take no new ones until it is reset."""
        group.triggered = True
        for order in tuple(group.orders.values()):
            self.cancel(order, UpdateReason.GROUP_CANCEL, at)
        self.tell(GroupUpdate(account.account_id, group.group_id, GroupKind.TRIGGERED, at))

    def charge(self, listing: Listing, terms: FeeTerms, at: datetime) -> None:
        """Charge a market by other terms from now on, resting orders included."""
        listing.charge(terms)
        for order in listing.resting():
            before_e6, order.locked_e6 = order.locked_e6, self.cost_at_rest(order)
            order.holding.rest(order.side, order.locked_e6 - before_e6, 0)
        for account in self.accounts.values():
            self.trim(account, at)

    def trim(self, account: Account, at: datetime) -> None:
        """Cancel an account's newest orders until its cash covers the others."""
        while account.cash_e6 < account.locked_e6 and account.live:
            newest = next(reversed(account.live.values()))
            self.cancel(newest, UpdateReason.MARGIN_CANCEL, at)
