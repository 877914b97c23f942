"""The exchange without its protocol: calls in, values and events out, and time passed in.

It reads no clock and draws no numbers, so the same calls give the same exchange. Every call that
carries an instant first lets everything happen that is due by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile

from kalshi_alpha.core.errors import BadMarket, BadParameter
from kalshi_alpha.core.fees import DIRECT_STEP_E6, FeeTerms
from kalshi_alpha.core.types import Contracts, Money, Price, TickGrid
from kalshi_alpha.sim import lifecycle, order_changes, order_entry
from kalshi_alpha.sim.accounts import Account, Balance, PositionRow, SettlementRow
from kalshi_alpha.sim.audit import (
    AcceptedOrder,
    EngineAudit,
    Exposure,
    accepted,
    audit,
    exposure,
    unaccounted_e6,
)
from kalshi_alpha.sim.engine_events import (
    BookSnapshot,
    EngineEvent,
    FeeUpdate,
    GroupKind,
    GroupUpdate,
    Lifecycle,
    LifecycleKind,
    OwnFill,
    PublicTrade,
)
from kalshi_alpha.sim.floor import EngineOptions, Floor, Halt
from kalshi_alpha.sim.groups import GroupView, OrderGroup
from kalshi_alpha.sim.market import Listing, ListingView, SimMarket
from kalshi_alpha.sim.order_changes import Amendment
from kalshi_alpha.sim.orders import NewOrder, SimOrder, UpdateReason
from kalshi_alpha.sim.refusals import bad_size, not_found

__all__ = ["Amendment", "Engine", "EngineOptions", "NewOrder", "SimMarket", "SimOrder"]


class Engine:
    """One exchange: markets, accounts, orders.

    Calls that change something raise :class:`~kalshi_alpha.sim.refusals.Rejected` when the
    exchange says no, and then nothing has changed but what was due anyway.

    Parameters
    ----------
    markets
        What is listed from the start.
    options
        Where the venue's behaviour may be chosen.
    """

    def __init__(
        self, markets: Iterable[SimMarket] = (), *, options: EngineOptions | None = None
    ) -> None:
        self._floor = Floor(options or EngineOptions())
        for listed in markets:
            self._list(listed)

    # Markets and their life.

    def add_market(self, listed: SimMarket, at: datetime) -> None:
        """List a market.

        Raises
        ------
        BadMarket
            If its ticker is listed already.
        """
        now = self.advance(at)
        self._list(listed)
        ticker = listed.market.ticker
        self._floor.tell(Lifecycle(ticker, LifecycleKind.CREATED, now, listed.market.close_at))

    def deactivate(self, ticker: str, at: datetime) -> None:
        """Pause one market."""
        now = self.advance(at)
        lifecycle.deactivate(self._floor, self._floor.listing(ticker), now)

    def reactivate(self, ticker: str, at: datetime) -> None:
        """Let a paused market trade again; everything that rested in it is cancelled."""
        now = self.advance(at)
        lifecycle.reactivate(self._floor, self._floor.listing(ticker), now)

    def move_close(self, ticker: str, close_at: datetime, at: datetime) -> None:
        """Let a market close earlier or later."""
        now = self.advance(at)
        lifecycle.move_close(self._floor, self._floor.listing(ticker), close_at, now)

    def determine(self, ticker: str, value: Price, at: datetime) -> None:
        """Publish what a YES is worth (1, 0, or between), which starts the settlement timer."""
        now = self.advance(at)
        lifecycle.determine(self._floor, self._floor.listing(ticker), value, now)

    def dispute(self, ticker: str, at: datetime) -> None:
        """Stop the settlement timer of a determined market."""
        now = self.advance(at)
        lifecycle.dispute(self._floor.listing(ticker), now)

    def amend_outcome(self, ticker: str, value: Price, at: datetime) -> None:
        """Publish another outcome of a determined or disputed market; its timer starts again."""
        now = self.advance(at)
        lifecycle.amend_outcome(self._floor, self._floor.listing(ticker), value, now)

    def set_grid(self, ticker: str, grid: TickGrid, at: datetime) -> None:
        """Let a market take other prices from now on; what rests stays."""
        now = self.advance(at)
        lifecycle.set_grid(self._floor, self._floor.listing(ticker), grid, now)

    def set_trading(self, at: datetime, *, active: bool) -> None:
        """Pause or resume trading everywhere; cancels go through meanwhile."""
        now = self.advance(at)
        if active:
            self._floor.halts.discard(Halt.BY_HAND)
        else:
            lifecycle.halt(self._floor, Halt.BY_HAND, now)

    def set_exchange(self, at: datetime, *, active: bool) -> None:
        """Pause or resume the whole exchange, cancels included."""
        self.advance(at)
        self._floor.exchange_open = active

    def set_fees(self, event_ticker: str, terms: FeeTerms | None, at: datetime) -> None:
        """Override the fees of an event's markets, or end the override with None."""
        now = self.advance(at)
        for listing in self._floor.listings.values():
            if listing.event_ticker == event_ticker:
                charged = listing.listed.fees if terms is None else terms
                self._floor.charge(listing, charged, now)
        self._floor.tell(FeeUpdate(event_ticker, terms, now))

    def advance(self, at: datetime) -> datetime:
        """Let everything happen that is due, and return the exchange's time.

        Raises
        ------
        BadParameter
            If the instant carries no zone.
        """
        if at.tzinfo is None:
            raise BadParameter(f"the exchange's time carries a zone, {at.isoformat()} does not")
        return lifecycle.advance(self._floor, at)

    # Accounts and their orders.

    def add_account(
        self,
        account_id: str,
        cash: Money,
        precision_e6: int = DIRECT_STEP_E6,
        *,
        silent: bool = False,
    ) -> None:
        """Open an account.

        Parameters
        ----------
        account_id
            A name that no other account has.
        cash
            What is paid in.
        precision_e6
            Balance precision in 1e-6 dollars: 100 for a direct member, 10,000 behind a broker.
        silent
            True for background flow: no events, fills or settlements are kept for it.

        Raises
        ------
        BadParameter
            If the name is taken, the cash negative, or finer than the precision.
        """
        if account_id in self._floor.accounts:
            raise BadParameter(f"account {account_id} exists")
        if cash.e6 < 0 or precision_e6 < 1 or cash.e6 % precision_e6:
            raise BadParameter(f"account {account_id} cannot hold {cash} by {precision_e6}e-6")
        self._floor.accounts[account_id] = Account(account_id, cash, precision_e6, silent=silent)
        self._floor.deposits_e6 += cash.e6

    def create(self, account_id: str, new: NewOrder, at: datetime) -> SimOrder:
        """Take an order: trade it, then rest or end what remains."""
        now = self.advance(at)
        account = self._floor.account(account_id)
        return order_entry.create(self._floor, account, new, now).view()

    def cancel(self, account_id: str, order_id: str, at: datetime) -> Contracts:
        """Cancel an order and return what it still had."""
        now = self.advance(at)
        return order_changes.cancel(self._floor, self._floor.account(account_id), order_id, now)

    def cancel_all(self, account_id: str, at: datetime) -> int:
        """Cancel every order of an account and return how many there were."""
        now = self.advance(at)
        return order_changes.cancel_all(self._floor, self._floor.account(account_id), now)

    def amend(self, account_id: str, order_id: str, change: Amendment, at: datetime) -> SimOrder:
        """Change an order's price, size, end or client order id."""
        now = self.advance(at)
        account = self._floor.account(account_id)
        return order_changes.amend(self._floor, account, order_id, change, now).view()

    def decrease(
        self,
        account_id: str,
        order_id: str,
        at: datetime,
        *,
        reduce_by: Contracts | None = None,
        reduce_to: Contracts | None = None,
    ) -> SimOrder:
        """Make an order smaller; it keeps its place."""
        now = self.advance(at)
        account = self._floor.account(account_id)
        order = order_changes.decrease(
            self._floor, account, order_id, now, reduce_by=reduce_by, reduce_to=reduce_to
        )
        return order.view()

    # Order groups.

    def create_group(self, account_id: str, limit: Contracts, at: datetime) -> str:
        """Make an order group and return its id."""
        now = self.advance(at)
        account = self._floor.account(account_id)
        if limit.e2 < 1:
            raise bad_size("a group's limit is at least 0.01 contract")
        group = OrderGroup(self._floor.next_group_id(), limit)
        account.groups[group.group_id] = group
        self._tell_group(account, group, GroupKind.CREATED, now)
        return group.group_id

    def reset_group(self, account_id: str, group_id: str, at: datetime) -> None:
        """Forget what a group has matched and let it take orders again."""
        account, group, now = self._group(account_id, group_id, at)
        group.reset()
        self._tell_group(account, group, GroupKind.RESET, now)

    def trigger_group(self, account_id: str, group_id: str, at: datetime) -> None:
        """Cancel a group's orders and take no new ones until it is reset."""
        account, group, now = self._group(account_id, group_id, at)
        self._floor.trigger(account, group, now)

    def set_group_limit(
        self, account_id: str, group_id: str, limit: Contracts, at: datetime
    ) -> None:
        """Set another limit, which triggers the group if it is reached already."""
        account, group, now = self._group(account_id, group_id, at)
        if limit.e2 < 1:
            raise bad_size("a group's limit is at least 0.01 contract")
        group.limit_e2 = limit.e2
        self._tell_group(account, group, GroupKind.LIMIT_UPDATED, now)
        if not group.triggered and group.matched_e2(now) >= limit.e2:
            self._floor.trigger(account, group, now)

    def delete_group(self, account_id: str, group_id: str, at: datetime) -> None:
        """Cancel a group's orders and forget the group."""
        account, group, now = self._group(account_id, group_id, at)
        for order in tuple(group.orders.values()):
            self._floor.cancel(order, UpdateReason.GROUP_CANCEL, now)
        del account.groups[group_id]
        self._tell_group(account, group, GroupKind.DELETED, now)

    def group(self, account_id: str, group_id: str, at: datetime) -> GroupView:
        """Return a group as it stands."""
        _, group, now = self._group(account_id, group_id, at)
        return group.view(now)

    def groups(self, account_id: str, at: datetime) -> tuple[GroupView, ...]:
        """Return all groups of an account."""
        now = self.advance(at)
        return tuple(group.view(now) for group in self._floor.account(account_id).groups.values())

    # Queries: how things stand at the exchange's time; none of them lets time pass.

    @property
    def now(self) -> datetime | None:
        """The exchange's time; None before its first call."""
        return self._floor.now

    @property
    def trading_active(self) -> bool:
        """Whether orders are taken."""
        return self._floor.exchange_open and not self._floor.halts

    @property
    def exchange_active(self) -> bool:
        """Whether anything is done at all."""
        return self._floor.exchange_open

    def market(self, ticker: str) -> ListingView:
        """Return a market as it stands."""
        return self._floor.listing(ticker).view()

    def markets(self) -> tuple[ListingView, ...]:
        """Return every market, in the sequence of listing."""
        return tuple(listing.view() for listing in self._floor.listings.values())

    def book(self, ticker: str) -> BookSnapshot:
        """Return the levels of a market; empty sides are empty."""
        listing = self._floor.listing(ticker)
        yes, no = listing.sides
        at = self._floor.now or listing.close_at
        return BookSnapshot(ticker, yes.sizes(), no.sizes(), at)

    def trades(self, ticker: str) -> tuple[PublicTrade, ...]:
        """Return the prints of a market, oldest first."""
        return tuple(self._floor.listing(ticker).trades)

    def order(self, order_id: str) -> SimOrder:
        """Return an order as it stands, whoever's it is."""
        order = self._floor.orders.get(order_id)
        if order is None:
            raise not_found(f"order {order_id}")
        return order.view()

    def order_by_client_id(self, account_id: str, client_order_id: str) -> SimOrder | None:
        """Return the order that an account made under a client order id, if there is one."""
        order_id = self._floor.account(account_id).burned.get(client_order_id)
        return None if order_id is None else self._floor.orders[order_id].view()

    def orders(self, account_id: str) -> tuple[SimOrder, ...]:
        """Return every order an account ever made, oldest first."""
        account = self._floor.account(account_id)
        return tuple(self._floor.orders[order_id].view() for order_id in account.order_ids)

    def resting(self, account_id: str) -> tuple[SimOrder, ...]:
        """Return an account's resting orders."""
        return tuple(order.view() for order in self._floor.account(account_id).live.values())

    def fills(self, account_id: str) -> tuple[OwnFill, ...]:
        """Return an account's fills, oldest first."""
        return tuple(self._floor.account(account_id).fills)

    def positions(self, account_id: str) -> tuple[PositionRow, ...]:
        """Return every market an account has traded in."""
        holdings = self._floor.account(account_id).holdings.values()
        return tuple(holding.view() for holding in holdings if holding.volume_e2)

    def settlements(self, account_id: str) -> tuple[SettlementRow, ...]:
        """Return what an account's positions were paid, oldest first."""
        return tuple(self._floor.account(account_id).settlements)

    def balance(self, account_id: str) -> Balance:
        """Return an account's cash and what of it is free."""
        return self._floor.account(account_id).balance()

    def queue_position(self, order_id: str) -> Contracts:
        """Return the contracts that trade before a resting order at its price."""
        order = self._floor.orders.get(order_id)
        if order is None or order_id not in order.account.live:
            raise not_found(f"order {order_id}")
        return Contracts(order.listing.sides[order.side].ahead_e2(order))

    def drain_events(self) -> list[EngineEvent]:
        """Return what happened since the last call, in its sequence."""
        events, self._floor.events = self._floor.events, []
        return events

    def audit(self) -> EngineAudit:
        """Count everything afresh; the calls below answer in a moment, for every step of a run."""
        return audit(self._floor)

    def exposure(self, account_id: str) -> Exposure:
        """Return what an account can lose, by market, by event and in all."""
        return exposure(self._floor.account(account_id))

    def taker_fills(self, account_id: str) -> int:
        """Return how often an account has taken liquidity."""
        return self._floor.account(account_id).taker_fills

    def accepted_after(self, account_id: str, instant: datetime) -> tuple[AcceptedOrder, ...]:
        """Return an account's orders that were taken later than an instant, newest first."""
        taken = accepted(self._floor, self._floor.account(account_id))
        return tuple(takewhile(lambda order: order.accepted_at > instant, taken))

    def unaccounted_e6(self) -> int:
        """Return what is missing of all money ever paid in; anything but zero is a fault."""
        return unaccounted_e6(self._floor)

    def _list(self, listed: SimMarket) -> None:
        ticker = listed.market.ticker
        if ticker in self._floor.listings:
            raise BadMarket(f"{ticker} is listed already")
        listing = self._floor.listings[ticker] = Listing(listed)
        lifecycle.list_market(self._floor, listing)

    def _group(
        self, account_id: str, group_id: str, at: datetime
    ) -> tuple[Account, OrderGroup, datetime]:
        now = self.advance(at)
        account = self._floor.account(account_id)
        group = account.groups.get(group_id)
        if group is None:
            raise not_found(f"order group {group_id}")
        return account, group, now

    def _tell_group(
        self, account: Account, group: OrderGroup, kind: GroupKind, at: datetime
    ) -> None:
        self._floor.tell(GroupUpdate(account.account_id, group.group_id, kind, at))
