"""A venue's orders as ledger rows: what was believed of each, what filled, what it paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kalshi_alpha.core.ledger.entry import ClockSource, EntryKind, LedgerEntry, LedgerMode
from kalshi_alpha.core.ledger.settle import Settlement, settle
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.events import OrderEvent, Settled
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.types import E4_PER_DOLLAR, Price

RUN_SCOPE = "order"


@dataclass(frozen=True, slots=True)
class OrderSource:
    """What carried the orders: their mode, the venue's environment, and whose time they kept."""

    mode: LedgerMode
    environment: str
    clock_source: ClockSource


def rows_of_orders(
    orders: Iterable[OrderRecord],
    source: OrderSource,
    settlements: Mapping[str, Settlement],
) -> tuple[LedgerEntry, ...]:
    """Return a row for every order that reached the venue and says what it was decided on.

    An order that never filled has a row too, because what fills is judged by what was posted. A
    row keeps the id of its order, so that it is written as often as one likes.

    Parameters
    ----------
    orders
        From the journal.
    source
        What carried them.
    settlements
        What markets paid, as far as it is known.
    """
    rows = [_row(order, source) for order in orders if _counts(order)]
    return tuple(settle(rows, settlements)[0])


def _counts(order: OrderRecord) -> bool:
    return order.intent.belief is not None and order.order_id is not None


def _row(order: OrderRecord, source: OrderSource) -> LedgerEntry:
    intent, belief = order.intent, order.intent.belief
    assert belief is not None  # noqa: S101 - the caller chose orders with one
    fills = sorted(order.fills.values(), key=lambda fill: (fill.filled_at, fill.trade_id))
    filled_at = fills[0].filled_at if fills else None
    return LedgerEntry(
        mode=source.mode,
        environment=source.environment,
        clock_source=source.clock_source,
        kind=EntryKind.FILLED,
        as_of=intent.decided_at,
        run_scope=f"{RUN_SCOPE}:{order.client_order_id}",
        series=intent.series,
        event_ticker=intent.event_ticker,
        market_ticker=intent.ticker,
        family=belief.family,
        quantity=belief.quantity,
        risk_unit=belief.risk_unit,
        side=intent.side,
        strike=belief.strike,
        price_e4=intent.price.e4,
        posted_e2=intent.contracts.e2,
        filled_e2=sum(fill.contracts.e2 for fill in fills),
        fee_e6=sum(fill.fee.e6 for fill in fills),
        p=belief.p,
        p_model=belief.p_model,
        m_at_fill=belief.p_market,
        shrink=belief.shrink,
        w_bin=belief.w_bin,
        adverse=belief.adverse,
        placed_at=intent.decided_at,
        pmf_sha256=belief.pmf_sha256,
        lead_hours=_hours(belief.closes_at, filled_at or intent.decided_at),
        filled_at=filled_at,
        touch_e4=belief.touch_e4,
        touch_depth_e2=belief.touch_depth_e2,
        tick_e4=belief.tick_e4,
        # Fills that are not known one by one have no row yet: until then all of it counts.
        ended_at=None if order.unreported.e2 else order.ended_at,
    )


def _hours(closes_at: datetime, at: datetime) -> float:
    return (closes_at - at).total_seconds() / 3600


def settlements_seen(events: Iterable[OrderEvent]) -> dict[str, Settlement]:
    """Return what markets paid, from what the venue paid for what was held of them.

    A market of which as much YES as NO was held paid the same either way: its outcome does not
    show in the money and is left to whoever knows the print.
    """
    blotter, found = Blotter(), dict[str, Settlement]()
    for event in events:
        if isinstance(event, Settled):
            held_e2 = blotter.positions.get(event.ticker, 0)
            paid = _yes_payout(event, held_e2)
            if paid is not None:
                found[event.ticker] = Settlement(paid, event.at)
        blotter.apply(event)
    return found


def _yes_payout(event: Settled, held_e2: int) -> Price | None:
    if held_e2 == 0 or event.revenue.e6 % abs(held_e2):
        return None
    # Hundredths of contracts times 1e-4 dollars are 1e-6 dollars.
    paid_e4 = event.revenue.e6 // abs(held_e2)
    if not 0 <= paid_e4 <= E4_PER_DOLLAR:
        return None
    return Price(paid_e4) if held_e2 > 0 else Price(E4_PER_DOLLAR - paid_e4)


def keeping_settlements(
    known: Iterable[LedgerEntry], incoming: Iterable[LedgerEntry]
) -> list[LedgerEntry]:
    """Return the incoming rows with what is known already: their closing mids and settlements.

    A print settles a row that the venue's payment did not tell of, and the journal knows no mids:
    read again later, it must neither unsettle a row nor take its mid away. What the venue paid
    goes before what a print says.
    """
    rows = {row.entry_id: row for row in known}
    return [_known_as(rows.get(row.entry_id), row) for row in incoming]


def _known_as(known: LedgerEntry | None, row: LedgerEntry) -> LedgerEntry:
    if known is None:
        return row
    if row.close_mid is None:
        row = replace(row, close_mid=known.close_mid)
    if row.is_settled or not known.is_settled or known.filled_e2 != row.filled_e2:
        return row
    return replace(
        row, settled_at=known.settled_at, outcome=known.outcome, payout_e6=known.payout_e6
    )
