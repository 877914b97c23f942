"""Accounts: cash, what resting orders lock of it, and what is held in each market."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from kalshi_alpha.core.types import Money, Price
from kalshi_alpha.sim.engine_events import OwnFill
from kalshi_alpha.sim.netting import EventNetting

if TYPE_CHECKING:
    from kalshi_alpha.sim.groups import OrderGroup
    from kalshi_alpha.sim.orders import LiveOrder

E6_PER_PAIR_E2 = 10_000  # a hundredth of a YES and a NO together are worth a cent
_E20_PER_E6 = 10**14


class Balance(msgspec.Struct, frozen=True, gc=False):
    """What an account owns in cash, how much of it is free, and its positions at cost."""

    cash: Money
    locked: Money
    portfolio_value: Money

    @property
    def available(self) -> Money:
        """Cash that no resting order has locked."""
        return self.cash - self.locked


class PositionRow(msgspec.Struct, frozen=True, gc=False):
    """A position in one market; a negative count is NO, and the cost is that of the side held."""

    ticker: str
    event_ticker: str
    position_e2: int
    cost_e6: int
    total_traded_e6: int
    volume_e2: int
    realized_pnl_e6: int
    fees_e6: int
    updated_at: datetime


class SettlementRow(msgspec.Struct, frozen=True, gc=False):
    """What a position was paid."""

    ticker: str
    event_ticker: str
    value: Price
    yes_e2: int
    yes_cost_e6: int
    no_e2: int
    no_cost_e6: int
    revenue_e6: int
    fees_e6: int
    settled_at: datetime


class Holding:
    """One account in one market: the position, and what its resting orders there lock.

    The two-element lists are indexed by side: what bids lock and count, what asks do.
    """

    __slots__ = (
        "account",
        "cost_e6",
        "event_ticker",
        "fees_e6",
        "locked_e6",
        "netting",
        "position_e2",
        "realized_pnl_e6",
        "resting_e2",
        "resting_e6",
        "ticker",
        "total_traded_e6",
        "updated_at",
        "volume_e2",
    )

    def __init__(self, account: Account, ticker: str, event_ticker: str, at: datetime) -> None:
        self.account = account
        self.netting: EventNetting | None = None
        self.ticker = ticker
        self.event_ticker = event_ticker
        self.position_e2 = self.cost_e6 = 0
        self.resting_e6 = [0, 0]
        self.resting_e2 = [0, 0]
        self.locked_e6 = 0
        self.total_traded_e6 = self.volume_e2 = self.realized_pnl_e6 = self.fees_e6 = 0
        self.updated_at = at

    def closable_e2(self, side: int) -> int:
        """Return how many contracts an order of this side would close before it opens any."""
        opposite = self.position_e2 if side else -self.position_e2
        return opposite if opposite > 0 else 0

    def payback_e2(self, side: int) -> int:
        """Return how many contracts an order of this side closes for a dollar a pair.

        What a NO position has had returned already, against other markets of its event, is not
        paid back once more.
        """
        if side or self.netting is None:
            return self.closable_e2(side)
        return self.netting.spare_e2(self)

    def lock_of(self, side: int, cost_e6: int, count_e2: int) -> int:
        """Return what orders of one side lock, whose full cost and count are given.

        What closes a position pays a dollar a pair back and so needs none; the pairs a side
        can make are therefore taken off its cost.
        """
        pairs_e2 = min(self.payback_e2(side), count_e2)
        return max(0, cost_e6 - pairs_e2 * E6_PER_PAIR_E2)

    def rest(self, side: int, cost_e6: int, count_e2: int) -> None:
        """Add to what rests on a side, or take from it, and lock accordingly."""
        self.resting_e6[side] += cost_e6
        self.resting_e2[side] += count_e2
        self.relock()

    def relock(self) -> None:
        """Lock again what the resting orders need beside the position as it stands."""
        (bids_e6, asks_e6), (bids_e2, asks_e2) = self.resting_e6, self.resting_e2
        # As lock_of says, written out because it is done with every change of an order.
        if self.position_e2 < 0:
            bids_e6 = max(0, bids_e6 - min(self.payback_e2(0), bids_e2) * E6_PER_PAIR_E2)
        elif self.position_e2:
            asks_e6 = max(0, asks_e6 - min(self.position_e2, asks_e2) * E6_PER_PAIR_E2)
        locked_e6 = bids_e6 + asks_e6
        self.account.locked_e6 += locked_e6 - self.locked_e6
        self.locked_e6 = locked_e6

    def fill(self, side: int, own_e4: int, count_e2: int, fee_e6: int, at: datetime) -> int:
        """Take in a fill at a price of the outcome bought; return how many pairs it closed."""
        held_e2 = abs(self.position_e2)
        closed_e2 = min(self.closable_e2(side), count_e2)
        removed_e6 = self.cost_e6 * closed_e2 // held_e2 if closed_e2 else 0
        self.realized_pnl_e6 += (E6_PER_PAIR_E2 - own_e4) * closed_e2 - removed_e6
        self.cost_e6 += own_e4 * (count_e2 - closed_e2) - removed_e6
        self.position_e2 += -count_e2 if side else count_e2
        self.total_traded_e6 += own_e4 * count_e2
        self.volume_e2 += count_e2
        self.fees_e6 += fee_e6
        self.updated_at = at
        return closed_e2

    def view(self) -> PositionRow:
        """Return the position as it stands."""
        return PositionRow(
            self.ticker,
            self.event_ticker,
            self.position_e2,
            self.cost_e6,
            self.total_traded_e6,
            self.volume_e2,
            self.realized_pnl_e6,
            self.fees_e6,
            self.updated_at,
        )


class Account:
    """One account of the exchange; ``silent`` ones are told nothing and keep no rows."""

    __slots__ = (
        "account_id",
        "burned",
        "cash_e6",
        "fills",
        "groups",
        "holdings",
        "live",
        "locked_e6",
        "nettings",
        "order_ids",
        "settlements",
        "silent",
        "step_e6",
        "swept_until",
        "taker_fills",
    )

    def __init__(self, account_id: str, cash: Money, step_e6: int, *, silent: bool) -> None:
        self.account_id = account_id
        self.cash_e6 = cash.e6
        self.step_e6 = step_e6
        self.silent = silent
        self.locked_e6 = 0
        self.taker_fills = 0
        self.swept_until: datetime | None = None
        self.burned: dict[str, str] = {}
        self.order_ids: list[str] = []
        self.live: dict[str, LiveOrder] = {}
        self.holdings: dict[str, Holding] = {}
        self.groups: dict[str, OrderGroup] = {}
        self.nettings: dict[str, EventNetting] = {}
        self.fills: list[OwnFill] = []
        self.settlements: list[SettlementRow] = []

    def holding(self, ticker: str, event_ticker: str, at: datetime, *, netted: bool) -> Holding:
        """Return what the account holds in a market, making an empty holding at first.

        ``netted`` says whether markets of the event return collateral to each other.
        """
        found = self.holdings.get(ticker)
        if found is None:
            found = self.holdings[ticker] = Holding(self, ticker, event_ticker, at)
            if netted:
                found.netting = self.nettings.setdefault(event_ticker, EventNetting(self))
                found.netting.holdings.append(found)
        return found

    def balance(self) -> Balance:
        """Return cash, what is locked of it, and the positions at cost."""
        held_e6 = sum(holding.cost_e6 for holding in self.holdings.values())
        return Balance(Money(self.cash_e6), Money(self.locked_e6), Money(held_e6))


def full_cost_e6(own_e4: int, count_e2: int, rate_e10: int, step_e6: int) -> int:
    """Return the most that one fill can cost, fee and rounding to the balance step included.

    Parameters
    ----------
    own_e4
        Price of the outcome bought, in 1e-4 dollars.
    count_e2
        Contracts, in hundredths.
    rate_e10
        Fee rate times multiplier, in 1e-10.
    step_e6
        The account's balance precision, in 1e-6 dollars.
    """
    cost_e6 = own_e4 * count_e2
    if rate_e10:
        cost_e6 -= -own_e4 * (E6_PER_PAIR_E2 - own_e4) * count_e2 * rate_e10 // _E20_PER_E6
    return -(-cost_e6 // step_e6) * step_e6
