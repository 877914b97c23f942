"""What happens by itself: markets open, close and pay, orders expire, trading pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop

from kalshi_alpha.core.fees import scalar_credit
from kalshi_alpha.core.types import E4_PER_DOLLAR, Contracts, MarketStatus, Money, Price, TickGrid
from kalshi_alpha.sim.accounts import Account, Holding, SettlementRow
from kalshi_alpha.sim.engine_events import Lifecycle, LifecycleKind, OwnPosition
from kalshi_alpha.sim.floor import Floor, Halt
from kalshi_alpha.sim.market import Listing
from kalshi_alpha.sim.orders import UpdateReason
from kalshi_alpha.sim.pauses import weekly_pause
from kalshi_alpha.sim.refusals import bad_order

_AWAITS_PAYMENT = frozenset({MarketStatus.DETERMINED, MarketStatus.AMENDED})
_BEFORE_CLOSE = frozenset({MarketStatus.INITIALIZED, MarketStatus.ACTIVE, MarketStatus.INACTIVE})


def advance(floor: Floor, at: datetime) -> datetime:
    """Let everything happen that is due, in its sequence; return the exchange's time.

    The exchange's time never goes back: an earlier instant is taken as now.
    """
    if floor.now is None:
        _begin(floor, at)
    timers = floor.timers
    while timers and timers[0][0] <= at:
        due, _, action = heappop(timers)
        floor.now = max(due, floor.now or due)
        action(floor.now)
    if floor.now is None or at > floor.now:
        floor.now = at
    return floor.now


def list_market(floor: Floor, listing: Listing) -> None:
    """Put a market's own times on the exchange's calendar."""
    listed = listing.listed
    if listing.status is MarketStatus.INITIALIZED and listed.open_at is not None:
        floor.at_time(listed.open_at, partial(_open, listing))
    floor.at_time(listing.close_at, partial(_close, floor, listing))
    if listed.determined_at is not None and listed.settlement_value is not None:
        value = listed.settlement_value
        floor.at_time(listed.determined_at, partial(_determine_if_open, floor, listing, value))


def deactivate(floor: Floor, listing: Listing, at: datetime) -> None:
    """Pause one market; what rests stays, except for orders that asked to be cancelled then.

    Raises
    ------
    Rejected
        If the market is not active.
    """
    if listing.status is not MarketStatus.ACTIVE:
        raise bad_order(f"{listing.ticker} is not active")
    listing.status = MarketStatus.INACTIVE
    floor.tell(Lifecycle(listing.ticker, LifecycleKind.DEACTIVATED, at))
    _cancel_on_pause(floor, listing, at)


def reactivate(floor: Floor, listing: Listing, at: datetime) -> None:
    """Let a paused market trade again, with an empty book: everything that rested is cancelled.

    Raises
    ------
    Rejected
        If the market is not paused.
    """
    if listing.status is not MarketStatus.INACTIVE:
        raise bad_order(f"{listing.ticker} is not inactive")
    _clear(floor, listing, UpdateReason.HALT_CANCEL, at)
    listing.status = MarketStatus.ACTIVE
    floor.tell(Lifecycle(listing.ticker, LifecycleKind.ACTIVATED, at))


def move_close(floor: Floor, listing: Listing, close_at: datetime, at: datetime) -> None:
    """Let a market close at another time.

    Raises
    ------
    Rejected
        If the market is closed already.
    """
    if listing.status not in _BEFORE_CLOSE:
        raise bad_order(f"{listing.ticker} is closed")
    listing.close_at = max(close_at, at)
    floor.at_time(listing.close_at, partial(_close, floor, listing))
    floor.tell(Lifecycle(listing.ticker, LifecycleKind.CLOSE_DATE_UPDATED, at, listing.close_at))


def determine(floor: Floor, listing: Listing, value: Price, at: datetime) -> None:
    """Publish what a market is worth; it is paid when the settlement timer is over.

    Raises
    ------
    Rejected
        If it was determined before, or is a second YES of an event that can only have one.
    """
    if listing.determined_at is not None:
        raise bad_order(f"{listing.ticker} is determined")
    _require_first_yes(floor, listing, value)
    listing.close_at = min(listing.close_at, at)
    _clear(floor, listing, UpdateReason.CLOSE_CANCEL, at)
    listing.determined_at = at
    _publish(floor, listing, MarketStatus.DETERMINED, value, at)


def dispute(listing: Listing, at: datetime) -> None:
    """Stop the settlement timer of a determined market.

    Raises
    ------
    Rejected
        If the market is not determined, or paid already.
    """
    del at
    if listing.status not in _AWAITS_PAYMENT:
        raise bad_order(f"{listing.ticker} awaits no payment")
    listing.status = MarketStatus.DISPUTED
    listing.pays_at = None


def amend_outcome(floor: Floor, listing: Listing, value: Price, at: datetime) -> None:
    """Publish another outcome; the settlement timer starts again.

    Raises
    ------
    Rejected
        If the market is not determined, is paid already, or would be a second YES.
    """
    if listing.status not in _AWAITS_PAYMENT | {MarketStatus.DISPUTED}:
        raise bad_order(f"{listing.ticker} awaits no payment")
    _require_first_yes(floor, listing, value)
    _publish(floor, listing, MarketStatus.AMENDED, value, at)


def set_grid(floor: Floor, listing: Listing, grid: TickGrid, at: datetime) -> None:
    """Let a market take other prices; orders at prices that are gone rest on."""
    market = replace(listing.listed.market, tick_grid=grid)
    listing.relist(replace(listing.listed, market=market))
    floor.tell(Lifecycle(listing.ticker, LifecycleKind.PRICE_LEVELS_UPDATED, at))


def halt(floor: Floor, reason: Halt, at: datetime) -> None:
    """Pause trading everywhere; cancels go through meanwhile, and what rests stays.

    Orders that asked to be cancelled on a pause are cancelled.
    """
    floor.halts.add(reason)
    for listing in floor.listings.values():
        _cancel_on_pause(floor, listing, at)


def _begin(floor: Floor, at: datetime) -> None:
    floor.now = at
    if floor.options.weekly_pause:
        _plan_pause(floor, at)


def _plan_pause(floor: Floor, at: datetime) -> None:
    starts_at, ends_at = weekly_pause(at)
    floor.at_time(starts_at, partial(halt, floor, Halt.WEEKLY))
    floor.at_time(ends_at, partial(_end_pause, floor))


def _end_pause(floor: Floor, at: datetime) -> None:
    floor.halts.discard(Halt.WEEKLY)
    _plan_pause(floor, at + timedelta(seconds=1))


def _open(listing: Listing, at: datetime) -> None:
    del at
    if listing.status is MarketStatus.INITIALIZED:
        listing.status = MarketStatus.ACTIVE


def _close(floor: Floor, listing: Listing, at: datetime) -> None:
    if listing.status not in _BEFORE_CLOSE or at < listing.close_at:
        return  # it was closed before, or its close was moved
    listing.status = MarketStatus.CLOSED
    clear_at = at + floor.options.close_cancel_after
    floor.at_time(clear_at, partial(_clear, floor, listing, UpdateReason.CLOSE_CANCEL))


def _cancel_on_pause(floor: Floor, listing: Listing, at: datetime) -> None:
    for order in listing.resting():
        if order.terms.cancel_order_on_pause:
            floor.cancel(order, UpdateReason.HALT_CANCEL, at)


def _clear(floor: Floor, listing: Listing, reason: UpdateReason, at: datetime) -> None:
    for order in listing.resting():
        floor.cancel(order, reason, at)


def _determine_if_open(floor: Floor, listing: Listing, value: Price, at: datetime) -> None:
    if listing.determined_at is None:
        determine(floor, listing, value, at)


def _publish(
    floor: Floor, listing: Listing, status: MarketStatus, value: Price, at: datetime
) -> None:
    listing.status = status
    listing.settlement_value = value
    kind = LifecycleKind.DETERMINED
    floor.tell(Lifecycle(listing.ticker, kind, at, settlement_value=value))
    listing.pays_at = at + listing.listed.settlement_timer
    floor.at_time(listing.pays_at, partial(_settle, floor, listing, value, listing.pays_at))


def _require_first_yes(floor: Floor, listing: Listing, value: Price) -> None:
    if value.e4 != E4_PER_DOLLAR or not listing.listed.mutually_exclusive:
        return
    for other in floor.listings.values():
        if (
            other is not listing
            and other.event_ticker == listing.event_ticker
            and other.settlement_value is not None
            and other.settlement_value.e4 == E4_PER_DOLLAR
        ):
            raise bad_order(f"{other.ticker} of the same event is YES already")


def _settle(floor: Floor, listing: Listing, value: Price, due: datetime, at: datetime) -> None:
    if listing.pays_at != due:
        return  # it was disputed or amended meanwhile
    listing.pays_at = None
    listing.status = MarketStatus.FINALIZED
    listing.settled_at = at
    for account in floor.accounts.values():
        holding = account.holdings.get(listing.ticker)
        if holding is not None and holding.position_e2:
            _pay(floor, account, holding, value, at)
        netting = account.nettings.get(listing.event_ticker)
        if netting is not None:
            netting.decided = netting.decided or value.e4 == E4_PER_DOLLAR
            netting.update()
            floor.trim(account, at)
    listing.open_interest_e2 = 0
    floor.tell(Lifecycle(listing.ticker, LifecycleKind.SETTLED, at, settlement_value=value))


def _pay(floor: Floor, account: Account, holding: Holding, value: Price, at: datetime) -> None:
    position_e2 = holding.position_e2
    own = value if position_e2 > 0 else value.complement()
    credit = scalar_credit(Contracts(abs(position_e2)), own, account.step_e6)
    account.cash_e6 += credit.paid.e6
    floor.fees_e6 += credit.residue.e6
    row = _settlement(holding, value, credit.paid, at)
    holding.realized_pnl_e6 += credit.paid.e6 - holding.cost_e6
    holding.position_e2 = holding.cost_e6 = 0
    holding.updated_at = at
    if account.silent:
        return
    account.settlements.append(row)
    floor.tell(
        OwnPosition(
            account.account_id,
            holding.ticker,
            holding.event_ticker,
            0,
            0,
            holding.realized_pnl_e6,
            holding.fees_e6,
            holding.volume_e2,
            holding.total_traded_e6,
            at,
        )
    )


def _settlement(holding: Holding, value: Price, paid: Money, at: datetime) -> SettlementRow:
    long = holding.position_e2 > 0
    held_e2, cost_e6 = abs(holding.position_e2), holding.cost_e6
    return SettlementRow(
        ticker=holding.ticker,
        event_ticker=holding.event_ticker,
        value=value,
        yes_e2=held_e2 if long else 0,
        yes_cost_e6=cost_e6 if long else 0,
        no_e2=0 if long else held_e2,
        no_cost_e6=0 if long else cost_e6,
        revenue_e6=paid.e6,
        fees_e6=holding.fees_e6,
        settled_at=at,
    )
