"""Compare the blotter with what the venue shows: what to write down, and what does not agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kalshi_alpha.core.gates.readings import Fault, Finding, Reading, ReadingName
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.lookup import UnknownPolicy
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.orders.surplus import SurplusOrders
from kalshi_alpha.core.orders.venue_view import VenueFill, VenueOrder, VenueView, oldest_first
from kalshi_alpha.core.types import Contracts, Money

_CENT_E6 = 10_000
_STEP_E6 = 100  # balances are kept in ten-thousandths of a dollar
_ASKED = frozenset({OrderState.IN_FLIGHT, OrderState.UNKNOWN})


class BreakKind(StrEnum):
    """What does not agree."""

    FOREIGN_ORDER = "foreign order"
    """It rests and nobody here sent it."""
    SECOND_ORDER = "second order"
    """Two orders of the venue carry one id of ours."""
    ORDER_DIFFERS = "order differs"
    """It is not what was intended: another market, side, price or count."""
    ORDER_MISSING = "order missing"
    """It rests here, and the venue does not show it."""
    UNRESOLVED = "unresolved order"
    """Nobody knows yet what became of it."""
    FOREIGN_FILL = "foreign fill"
    FILL_MISSING = "fill missing"
    """It is booked here, and the venue does not show it."""
    FILLS_INCOMPLETE = "fills incomplete"
    """An order is filled further than its fills make up."""
    POSITION = "position"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that does not agree: of what, as we have it, as the venue has it."""

    kind: BreakKind
    subject: str
    ours: str
    venue: str


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What a comparison found.

    Attributes
    ----------
    events
        What the venue knew and we did not, to be written down in this order; the last one says
        that the comparison was made.
    breaks
        What does not agree once that is written down.
    at
        When.
    """

    events: tuple[ev.OrderEvent, ...]
    breaks: tuple[Break, ...]
    at: datetime

    @property
    def clean(self) -> bool:
        """Whether everything agrees."""
        return not self.breaks


def reconcile(
    blotter: Blotter,
    view: VenueView,
    at: datetime,
    *,
    policy: UnknownPolicy | None = None,
    accept: str | None = None,
) -> Reconciliation:
    """Compare a blotter with a reading of the account.

    Orders of ours that the venue shows are adopted, fills that were not known are booked once
    by their trade id, and settlements are booked. Then positions are compared to the hundredth
    of a contract and cash to the cent. The blotter itself is not changed.

    Parameters
    ----------
    blotter
        What the journal says.
    view
        What the venue shows. It should have been read while nothing was being sent.
    at
        Now.
    policy
        When silence about an order may be believed; one reading alone must be that much later.
    accept
        An operator's note by which the venue's cash and positions are taken as they are, unless
        an order may still trade. The first comparison of an empty journal takes them without.
    """
    known = blotter.copy()
    limits = policy or UnknownPolicy()
    events: list[ev.OrderEvent] = []
    for event in _news(known, view, at, limits):
        known.apply(event)
        events.append(event)
    breaks = [
        Break(BreakKind.SECOND_ORDER, each.order_id, each.found.client_order_id, "rests too")
        for each in known.surplus.open()
    ]
    breaks += _order_breaks(known, view)
    breaks += _fill_breaks(known, view)
    stated = _statement(known, view, at, accept, whole=not breaks)
    if stated is not None:
        known.apply(stated)
        events.append(stated)
    breaks += _position_breaks(known, view)
    breaks += _cash_breaks(known, view)
    events.append(ev.Reconciled(at=at, breaks=len(breaks)))
    return Reconciliation(tuple(events), tuple(breaks), at)


def reconciliation_reading(
    found: Reconciliation | None, *, max_age: timedelta | None = None
) -> Reading:
    """Return what the gate reads of the last reconciliation; None if there was none."""
    if found is None:
        return Reading(
            ReadingName.RECONCILIATION, fault=Fault.MISSING, detail="orders were not reconciled"
        )
    findings = tuple(
        Finding(
            Reason.RECONCILIATION_BREAK,
            f"{each.kind} {each.subject}: {each.ours} here, {each.venue} at the venue",
        )
        for each in found.breaks
    )
    detail = f"{len(found.breaks)} breaks" if found.breaks else "agrees with the venue"
    return Reading(
        ReadingName.RECONCILIATION, findings, detail=detail, at=found.at, max_age=max_age
    )


def order_news(order: OrderRecord, shown: VenueOrder, at: datetime) -> ev.OrderEvent | None:
    """Return what a venue's order tells of ours that was not known, or None."""
    if order.state in _ASKED and shown.status is ev.VenueStatus.RESTING:
        return ev.Accepted(
            at=at,
            client_order_id=order.client_order_id,
            order_id=shown.order_id,
            filled=shown.filled,
            remaining=shown.remaining,
            adopted=True,
        )
    seen = ev.Seen(
        at=at,
        client_order_id=order.client_order_id,
        order_id=shown.order_id,
        status=shown.status,
        filled=shown.filled,
        remaining=shown.remaining,
    )
    return seen if _tells(order, seen) else None


def surplus_news(
    known: SurplusOrders, order: OrderRecord, shown: VenueOrder, at: datetime
) -> tuple[ev.OrderEvent, ...]:
    """Return what a second order under the id of ours tells that was not known.

    One that is over is not brought back by a reading that still shows it.
    """
    of = order.client_order_id
    before = known.get(shown.order_id)
    events: list[ev.OrderEvent] = []
    if before is None:
        size = Contracts(shown.filled.e2 + shown.remaining.e2)
        fee_e6 = -(-order.intent.fee_max.e6 * size.e2 // order.intent.contracts.e2)
        events.append(
            ev.SurplusFound(
                at=at,
                client_order_id=of,
                order_id=shown.order_id,
                ticker=shown.ticker,
                side=shown.side,
                price=shown.price,
                contracts=size,
                fee_max=Money(fee_e6),
            )
        )
    told = None if before is None or before.over is None else before.over.filled
    if not shown.may_trade and (told is None or shown.filled > told):
        over = ev.SurplusOver(
            at=at, client_order_id=of, order_id=shown.order_id, filled=shown.filled
        )
        events.append(over)
    return tuple(events)


def fill_news(order: OrderRecord, fill: VenueFill, at: datetime) -> ev.Filled | None:
    """Return a fill as it is to be booked, or None if it is booked just so."""
    event = ev.Filled(
        at=at,
        client_order_id=order.client_order_id,
        trade_id=fill.trade_id,
        order_id=fill.order_id,
        side=fill.side,
        price=fill.price,
        contracts=fill.contracts,
        fee=fill.fee,
        is_taker=fill.is_taker,
        filled_at=fill.filled_at,
    )
    booked = order.fills.get(fill.trade_id)
    return event if booked is None or _figures(booked) != _figures(event) else None


def differs(order: OrderRecord, shown: VenueOrder) -> bool:
    """Say whether a venue's order is not what was intended under its id.

    Ours may be smaller than intended, after a decrease, and never larger.
    """
    meant = order.intent
    size = max(shown.initial, Contracts(shown.filled.e2 + shown.remaining.e2))
    return (shown.ticker, shown.side, shown.price) != (
        meant.ticker,
        meant.side,
        meant.price,
    ) or size > meant.contracts


def _figures(fill: ev.Filled) -> tuple[object, ...]:
    return fill.side, fill.price, fill.contracts, fill.fee, fill.is_taker, fill.order_id


def _tells(order: OrderRecord, seen: ev.Seen) -> bool:
    if order.state in _ASKED or order.state.never_was or order.order_id is None:
        return True
    if seen.filled.e2 > order.filled.e2:
        return True
    if seen.status in {ev.VenueStatus.CANCELED, ev.VenueStatus.EXECUTED}:
        return order.state.may_trade or order.inferred_filled_e2 > 0
    shrunk = seen.filled.e2 + seen.remaining.e2 < order.size_e2
    return order.state.may_trade and seen.status is ev.VenueStatus.RESTING and shrunk


def _news(
    known: Blotter, view: VenueView, at: datetime, policy: UnknownPolicy
) -> Iterator[ev.OrderEvent]:
    """Yield what is new, one by one; the caller applies each before it asks for the next."""
    shown: dict[str, list[VenueOrder]] = {}
    for each in oldest_first(view.orders):
        shown.setdefault(each.client_order_id or "", []).append(each)
    for order in tuple(known.orders.values()):
        theirs = shown.get(order.client_order_id, [])
        for each in theirs:
            # The first is adopted if none was known; whatever else has the id is one too many.
            if order.order_id in {None, each.order_id}:
                event = order_news(order, each, at)
                if event is not None:
                    yield event
            else:
                yield from surplus_news(known.surplus, order, each, at)
        if not theirs and order.state in _ASKED:
            yield from _unseen(order, view, at, policy)
    for fill in sorted(view.fills, key=lambda fill: fill.filled_at):
        owner = known.by_order_id(fill.order_id)
        booked = None if owner is None else fill_news(owner, fill, at)
        if booked is not None:
            yield booked
    for settlement in sorted(view.settlements, key=lambda each: each.settled_at):
        if not known.is_settled(settlement.ticker) and known.has_traded(settlement.ticker):
            yield ev.Settled(at=at, ticker=settlement.ticker, revenue=settlement.revenue)


def _unseen(
    order: OrderRecord, view: VenueView, at: datetime, policy: UnknownPolicy
) -> Iterator[ev.OrderEvent]:
    earliest = order.intended_at + policy.absent_after
    # One reading is enough only if the venue says that its data is newer than the order can be.
    proven = view.data_as_of is not None and min(view.data_as_of, view.read_at) >= earliest
    fills = {fill.client_order_id for fill in view.fills}
    if proven and order.client_order_id not in fills and _covers(view, order):
        yield ev.Absent(at=at, client_order_id=order.client_order_id, data_as_of=view.data_as_of)
    elif order.state is OrderState.IN_FLIGHT:
        why = "not shown by the venue yet"
        yield ev.Lost(at=at, client_order_id=order.client_order_id, why=why)


def _covers(view: VenueView, order: OrderRecord) -> bool:
    return view.since is None or order.intended_at >= view.since


def _order_breaks(known: Blotter, view: VenueView) -> Iterator[Break]:
    shown = {order.order_id: order for order in view.orders}
    for theirs in view.orders:
        ours = known.orders.get(theirs.client_order_id or "")
        if ours is None:
            if theirs.may_trade:
                yield Break(BreakKind.FOREIGN_ORDER, theirs.order_id, "none", _order_text(theirs))
        elif known.surplus.get(theirs.order_id) is None and differs(ours, theirs):
            yield Break(
                BreakKind.ORDER_DIFFERS, theirs.order_id, _intent_text(ours), _order_text(theirs)
            )
    for order in known.live():
        if order.state in _ASKED:
            yield Break(
                BreakKind.UNRESOLVED, order.client_order_id, _intent_text(order), "not shown"
            )
        elif order.order_id not in shown:
            yield Break(
                BreakKind.ORDER_MISSING, order.client_order_id, _intent_text(order), "not shown"
            )


def _fill_breaks(known: Blotter, view: VenueView) -> Iterator[Break]:
    shown = {fill.trade_id for fill in view.fills}
    for fill in view.fills:
        if known.by_order_id(fill.order_id) is None and not _before_statement(known, fill):
            text = f"{fill.ticker} {fill.side} {fill.contracts} @ {fill.price}"
            yield Break(BreakKind.FOREIGN_FILL, fill.trade_id, "none", text)
    for order in known.orders.values():
        for booked in order.fills.values():
            covered = view.since is None or booked.filled_at >= view.since
            if covered and booked.trade_id not in shown:
                text = f"{order.intent.ticker} {booked.contracts} @ {booked.price}"
                yield Break(BreakKind.FILL_MISSING, booked.trade_id, text, "not shown")
    for order in known.unreported:
        yield Break(
            BreakKind.FILLS_INCOMPLETE,
            order.client_order_id,
            str(Contracts(order.fills_e2)),
            str(order.filled),
        )


def _before_statement(known: Blotter, fill: VenueFill) -> bool:
    """Say whether a stranger's fill is part of what was stated, or will be with this statement."""
    return known.stated_at is None or fill.filled_at <= known.stated_at


def _statement(
    known: Blotter, view: VenueView, at: datetime, accept: str | None, *, whole: bool
) -> ev.Stated | None:
    # A statement made while fills are outstanding would count them twice once they arrive, and
    # one made while orders rest would miss what they lock.
    first = known.cash is None and whole
    rests = known.live() or known.surplus.open()
    if view.cash is None or rests or not (first or accept is not None):
        return None
    positions = tuple(
        ev.StatedPosition(ticker=p.ticker, net_e2=p.net_e2, at_risk=p.at_risk)
        for p in sorted(view.positions, key=lambda position: position.ticker)
        if p.net_e2
    )
    note = accept if accept is not None else "first comparison with the venue"
    return ev.Stated(at=at, cash=view.cash, positions=positions, note=note)


def _position_breaks(known: Blotter, view: VenueView) -> Iterator[Break]:
    theirs: Mapping[str, int] = {p.ticker: p.net_e2 for p in view.positions if p.net_e2}
    for ticker in sorted({*theirs, *known.positions}):
        ours, shown = known.positions.get(ticker, 0), theirs.get(ticker, 0)
        if ours != shown:
            yield Break(BreakKind.POSITION, ticker, _signed(ours), _signed(shown))


def _cash_breaks(known: Blotter, view: VenueView) -> Iterator[Break]:
    if known.cash is None:
        said = "not read" if view.cash is None else str(view.cash)
        yield Break(BreakKind.CASH, "balance", "not stated yet", said)
        return
    free = known.cash - known.locked_cash
    if view.cash is None:
        yield Break(BreakKind.CASH, "balance", str(free), "not read")
        return
    if not _agrees(known, known.cash, view.cash):
        yield Break(BreakKind.CASH, "balance", str(free), str(view.cash))


def _agrees(known: Blotter, ours: Money, cash: Money) -> bool:
    """Say whether free cash is ours to the cent, with the fees of what rests held back or not.

    A venue holds back all of them, as the local exchange does, or none; what lies between is money
    that nobody can account for. What it holds back it rounds for each order to its own step.
    """
    free_of_fees = ours - known.locked_cash - cash
    if abs(free_of_fees.e6) < _CENT_E6:
        return True
    missing = ours - known.locked_cash_and_fees - cash
    return abs(missing.e6) < _CENT_E6 + _STEP_E6 * len(known.resting())


def _signed(net_e2: int) -> str:
    side = "none" if net_e2 == 0 else ("YES" if net_e2 > 0 else "NO")
    return side if net_e2 == 0 else f"{Contracts(abs(net_e2))} {side}"


def _intent_text(order: OrderRecord) -> str:
    meant = order.intent
    return f"{meant.ticker} {meant.side} {order.open} @ {meant.price}, {order.state}"


def _order_text(order: VenueOrder) -> str:
    counts = f"{order.remaining} of {order.initial}"
    return f"{order.ticker} {order.side} {counts} @ {order.price}, {order.status}"
