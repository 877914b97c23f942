"""What the exchange itself counted: the side on which invariants are checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from kalshi_alpha.sim.floor import Floor

AccountTicker = tuple[str, str]


class AcceptedOrder(msgspec.Struct, frozen=True):
    """One order that was taken, and when."""

    account_id: str
    order_id: str
    client_order_id: str | None
    ticker: str
    accepted_at: datetime


class EngineAudit(msgspec.Struct, frozen=True):
    """Counts over everything the exchange has taken so far, of accounts that are not silent.

    Attributes
    ----------
    orders_by_client_id
        How many orders each ``(account, client order id)`` has made.
    taker_fills
        Fills that took liquidity, by account.
    exposure_e6
        What an ``(account, ticker)`` can lose: positions at cost and resting orders at their
        price, without netting and without fees.
    event_exposure_e6
        The same, by ``(account, event ticker)``.
    accepted
        Every order, in the sequence of acceptance.
    unaccounted_e6
        Cash, fees and open interest, less what was paid in and what exclusive markets returned
        early; anything but zero is a fault.
    """

    orders_by_client_id: Mapping[AccountTicker, int]
    taker_fills: Mapping[str, int]
    exposure_e6: Mapping[AccountTicker, int]
    event_exposure_e6: Mapping[AccountTicker, int]
    accepted: tuple[AcceptedOrder, ...]
    unaccounted_e6: int

    def accepted_after(self, instant: datetime) -> tuple[AcceptedOrder, ...]:
        """Return the orders that were taken later than an instant."""
        return tuple(order for order in self.accepted if order.accepted_at > instant)


def audit(floor: Floor) -> EngineAudit:
    """Count everything afresh, from the orders and holdings themselves."""
    told = [account for account in floor.accounts.values() if not account.silent]
    by_client_id: dict[AccountTicker, int] = {}
    accepted: list[AcceptedOrder] = []
    exposure: dict[AccountTicker, int] = {}
    by_event: dict[AccountTicker, int] = {}
    for account in told:
        name = account.account_id
        for order_id in account.order_ids:
            order = floor.orders[order_id]
            first = order.terms.client_order_id
            listed = order.listing.ticker
            accepted.append(AcceptedOrder(name, order_id, first, listed, order.created_at))
            if first is not None:
                by_client_id[name, first] = by_client_id.get((name, first), 0) + 1
        for ticker, held in account.holdings.items():
            exposure[name, ticker] = held.cost_e6
            by_event.setdefault((name, held.event_ticker), 0)
            by_event[name, held.event_ticker] += held.cost_e6
        for order in account.live.values():
            at_risk = order.own_e4 * order.remaining_e2
            exposure[name, order.listing.ticker] += at_risk
            by_event[name, order.listing.event_ticker] += at_risk
    accepted.sort(key=lambda each: each.order_id)
    return EngineAudit(
        by_client_id,
        {account.account_id: account.taker_fills for account in told},
        exposure,
        by_event,
        tuple(accepted),
        unaccounted_e6(floor),
    )


def unaccounted_e6(floor: Floor) -> int:
    """Return cash, fees and open interest less all deposits, in 1e-6 dollars: always zero."""
    cash_e6 = sum(account.cash_e6 for account in floor.accounts.values())
    pairs_e2 = sum(listing.open_interest_e2 for listing in floor.listings.values())
    returned_e6 = sum(
        netting.returned_e6
        for account in floor.accounts.values()
        for netting in account.nettings.values()
    )
    return cash_e6 + floor.fees_e6 + pairs_e2 * 10_000 - returned_e6 - floor.deposits_e6
