"""What the exchange itself counted: the side on which invariants are checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from kalshi_alpha.sim.accounts import Account
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


class Exposure(msgspec.Struct, frozen=True):
    """What one account can lose: positions at cost and resting orders at their price.

    Without netting and without fees, in 1e-6 dollars.
    """

    by_ticker_e6: Mapping[str, int]
    by_event_e6: Mapping[str, int]
    total_e6: int


def exposure(account: Account) -> Exposure:
    """Add up what an account can lose, from its holdings and resting orders."""
    by_ticker = {ticker: held.cost_e6 for ticker, held in account.holdings.items()}
    for order in account.live.values():
        by_ticker[order.listing.ticker] += order.own_e4 * order.remaining_e2
    by_event: dict[str, int] = {}
    for ticker, at_risk_e6 in by_ticker.items():
        event = account.holdings[ticker].event_ticker
        by_event[event] = by_event.get(event, 0) + at_risk_e6
    return Exposure(by_ticker, by_event, sum(by_event.values()))


def accepted(floor: Floor, account: Account) -> Iterator[AcceptedOrder]:
    """Return the orders of an account that were taken, newest first."""
    for order_id in reversed(account.order_ids):
        order = floor.orders[order_id]
        yield AcceptedOrder(
            account.account_id,
            order_id,
            order.terms.client_order_id,
            order.listing.ticker,
            order.created_at,
        )


def audit(floor: Floor) -> EngineAudit:
    """Count everything afresh, from the orders and holdings themselves."""
    told = [account for account in floor.accounts.values() if not account.silent]
    taken = [order for account in told for order in accepted(floor, account)]
    taken.sort(key=lambda each: each.order_id)
    named = Counter(
        (order.account_id, order.client_order_id)
        for order in taken
        if order.client_order_id is not None
    )
    exposures = {account.account_id: exposure(account) for account in told}
    return EngineAudit(
        named,
        {account.account_id: account.taker_fills for account in told},
        {
            (name, ticker): at_risk_e6
            for name, found in exposures.items()
            for ticker, at_risk_e6 in found.by_ticker_e6.items()
        },
        {
            (name, event): at_risk_e6
            for name, found in exposures.items()
            for event, at_risk_e6 in found.by_event_e6.items()
        },
        tuple(taken),
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
