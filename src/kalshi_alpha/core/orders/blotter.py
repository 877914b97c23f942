"""The desk's blotter: a fold of the journal's events, and nothing else."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.errors import IllegalEvent
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.orders.states import OrderState
from kalshi_alpha.core.orders.surplus import SurplusOrders
from kalshi_alpha.core.types import Contracts, Money, Side
from kalshi_alpha.core.types.money import E6_PER_DOLLAR

_SECOND = timedelta(seconds=1)
# The strike at the end of a market's ticker, such as -T0.3, -B82.5 or -T-0.1; what is before it
# is the event's.
_STRIKE = re.compile(r"-[A-Z]*-?[0-9.]+$")
# What an order has at risk: all of it, and the part that no statement of the venue covers.
_Counted = tuple[int, int]
# The fills of an order that a statement covers, and its contracts filled but not reported then.
_InStatement = tuple[Mapping[str, ev.Filled], int]
_NOT_IN_STATEMENT: _InStatement = ({}, 0)


class Blotter:
    """Every order, what it may cost, what is held, and what is locked.

    What is filled, resting, in flight or unknown counts in full, and nothing is netted: YES and
    NO of one market add up, as the position limits count them. Where the venue states more than
    our own fills make up, as after a trade by hand, its figure counts, and what is filled after
    the statement adds to it. A settled market counts nothing.

    Parameters
    ----------
    events
        Replayed in the order of the journal.

    Raises
    ------
    IllegalEvent
        If an event cannot follow those before it.
    """

    def __init__(self, events: Iterable[ev.OrderEvent] = ()) -> None:
        self._orders: dict[str, OrderRecord] = {}
        self._by_order_id: dict[str, OrderRecord] = {}
        self._live: dict[str, OrderRecord] = {}
        self._unknown: dict[str, OrderRecord] = {}
        self._unreported: dict[str, OrderRecord] = {}
        self._risk_e6: Counter[str] = Counter()
        self._counted: dict[str, _Counted] = {}
        self._own_e6: Counter[str] = Counter()
        self._since_e6: Counter[str] = Counter()
        self._stated_e6: Counter[str] = Counter()
        self._in_statement: dict[str, _InStatement] = {}
        self._markets_of: dict[str, dict[str, None]] = {}
        self._held_e2: Counter[str] = Counter()
        self._bought_e2: dict[str, Counter[Side]] = {}
        self._surplus = SurplusOrders()
        self._settled: set[str] = set()
        self._stopped: dict[str, str] = {}
        self._sent_at: deque[datetime] = deque()
        self._cash_e6: int | None = None
        self._stated_at: datetime | None = None
        self._reconciled: ev.Reconciled | None = None
        self._whole_at: datetime | None = None
        for event in events:
            self.apply(event)

    def copy(self) -> Blotter:
        """Return a blotter of its own that stands where this one stands."""
        twin = Blotter()
        for name, value in self.__dict__.items():
            twin.__dict__[name] = value.copy() if hasattr(value, "copy") else value
        twin._bought_e2 = {ticker: count.copy() for ticker, count in self._bought_e2.items()}
        twin._markets_of = {event: dict(markets) for event, markets in self._markets_of.items()}
        twin._orders = {key: _twin(order) for key, order in self._orders.items()}
        twin._live = {key: twin._orders[key] for key in self._live}
        twin._unknown = {key: twin._orders[key] for key in self._unknown}
        twin._unreported = {key: twin._orders[key] for key in self._unreported}
        twin._by_order_id = {
            key: twin._orders[order.client_order_id] for key, order in self._by_order_id.items()
        }
        return twin

    # --- what is known ------------------------------------------------------------------

    @property
    def orders(self) -> Mapping[str, OrderRecord]:
        """Every order by its client order id, oldest first."""
        return MappingProxyType(self._orders)

    def by_order_id(self, order_id: str) -> OrderRecord | None:
        """Return the order with the venue's id, or None."""
        return self._by_order_id.get(order_id)

    def live(self, ticker: str | None = None) -> tuple[OrderRecord, ...]:
        """Return the orders that may still trade, oldest first; of one market, or of all."""
        return tuple(o for o in self._live.values() if ticker in {None, o.intent.ticker})

    def resting(self, ticker: str | None = None) -> tuple[OrderRecord, ...]:
        """Return the orders that rest, oldest first."""
        return tuple(o for o in self.live(ticker) if o.state is OrderState.RESTING)

    def unknown(self) -> tuple[OrderRecord, ...]:
        """Return the orders of which nobody knows what became, oldest first."""
        return tuple(self._unknown.values())

    def in_flight(self) -> tuple[OrderRecord, ...]:
        """Return the orders whose answer is still awaited, oldest first."""
        return tuple(o for o in self._live.values() if o.state is OrderState.IN_FLIGHT)

    @property
    def locked(self) -> frozenset[str]:
        """Markets with an unknown order, or a second one: nothing may be placed there."""
        unknown = (order.intent.ticker for order in self._unknown.values())
        return frozenset((*unknown, *(each.ticker for each in self._surplus.open())))

    @property
    def surplus(self) -> SurplusOrders:
        """Second orders under ids of ours."""
        return self._surplus

    @property
    def stopped(self) -> Mapping[str, str]:
        """Series that are stopped, and why."""
        return MappingProxyType(self._stopped)

    @property
    def contradictions(self) -> tuple[OrderRecord, ...]:
        """Orders to which something happened that cannot have been so."""
        return tuple(order for order in self._orders.values() if order.contradiction)

    @property
    def reconciled(self) -> ev.Reconciled | None:
        """The last reconciliation, or None."""
        return self._reconciled

    @property
    def whole_at(self) -> datetime | None:
        """When a reconciliation last found that everything agrees, or None."""
        return self._whole_at

    # --- exposure -----------------------------------------------------------------------

    def strike_at_risk(self, ticker: str) -> Money:
        """Return what one market has at risk: held, filled, resting, in flight and unknown.

        It is never less than what the venue last stated of its position, what was filled since,
        and what may still be filled.
        """
        return Money(self._risk_e6[ticker])

    def ladder_at_risk(self, event_ticker: str) -> Money:
        """Return what one event has at risk: the sum of its markets."""
        markets = self._markets_of.get(event_ticker, {})
        return Money(sum(self.strike_at_risk(ticker).e6 for ticker in markets))

    @property
    def at_risk(self) -> Money:
        """What everything together has at risk."""
        return Money(self._risk_e6.total())

    def sent_in_second(self, at: datetime) -> int:
        """Return how many orders were intended in the second that ends at an instant."""
        return sum(1 for sent in self._sent_at if at - _SECOND < sent)

    # --- holdings -----------------------------------------------------------------------

    @property
    def positions(self) -> Mapping[str, int]:
        """Signed hundredths of contracts by market, from the fills: YES positive; no zeros."""
        return MappingProxyType({t: net for t, net in self._held_e2.items() if net})

    def counted_e2(self) -> Counter[str]:
        """Return hundredths of contracts by market: held, filled and not reported, or open.

        Unlike positions they say nothing of sides: what is held counts once it is netted, and
        what may still be filled adds to it on either side, second orders included. It costs a
        look at every live order.
        """
        counted = Counter({ticker: abs(net) for ticker, net in self._held_e2.items() if net})
        for order in self._unreported.values():
            if order.intent.ticker not in self._settled:
                counted[order.intent.ticker] += order.unreported.e2
        for order in self._live.values():
            if open_e2 := order.open.e2:
                counted[order.intent.ticker] += open_e2
        for ticker, count_e2 in self._surplus.counted_e2().items():
            if ticker not in self._settled:
                counted[ticker] += count_e2
        return counted

    @property
    def cash(self) -> Money | None:
        """Cash as it must stand at the venue; None before it was first stated."""
        return None if self._cash_e6 is None else Money(self._cash_e6)

    @property
    def locked_cash(self) -> Money:
        """Cash that the venue holds back for what rests: its cost, less a dollar for each pair.

        An order that closes a position is paid a dollar for each pair, and so needs less.
        """
        return self._locked(lambda order: order.intent.price.e4 * order.open.e2)

    @property
    def locked_cash_and_fees(self) -> Money:
        """The same, at a venue that holds back the fees too: they are part of the cost."""
        return self._locked(lambda order: order.open_at_risk.e6)

    def _locked(self, cost_e6: Callable[[OrderRecord], int]) -> Money:
        cost, count = Counter[tuple[str, Side]](), Counter[tuple[str, Side]]()
        for order in self.resting():
            place = order.intent.ticker, order.intent.side
            cost[place] += cost_e6(order)
            count[place] += order.open.e2
        locked = 0
        for (ticker, side), whole_e6 in cost.items():
            held = self._held_e2.get(ticker, 0)
            closes = min(max(0, -held if side is Side.YES else held), count[ticker, side])
            locked += max(0, whole_e6 - closes * (E6_PER_DOLLAR // 100))
        return Money(locked)

    @property
    def stated_at(self) -> datetime | None:
        """When cash and positions were last stated, or None."""
        return self._stated_at

    def is_settled(self, ticker: str) -> bool:
        """Say whether a market has settled."""
        return ticker in self._settled

    def has_traded(self, ticker: str) -> bool:
        """Say whether anything of a market was ever held or bought."""
        return ticker in self._held_e2 or ticker in self._bought_e2

    @property
    def unreported(self) -> tuple[OrderRecord, ...]:
        """Orders of which more is filled than the known fills make up."""
        return tuple(self._unreported.values())

    # --- events -------------------------------------------------------------------------

    def check(self, event: ev.OrderEvent) -> None:
        """Return if an event may follow.

        Raises
        ------
        IllegalEvent
            If it may not.
        """
        match event:
            case ev.Intended():
                if event.client_order_id in self._orders:
                    raise IllegalEvent(f"{event.client_order_id} was intended before")
                if event.client_order_id != event.intent.client_order_id:
                    raise IllegalEvent(f"{event.client_order_id} is not the id of its intent")
            case ev.Stated() | ev.Settled() | ev.SeriesStopped() | ev.Reconciled():
                pass
            case ev.SurplusFound() | ev.SurplusOver():
                self._surplus.check(event, self._order(event.client_order_id).order_id)
            case _:
                self._order(event.client_order_id).check(event)

    def apply(self, event: ev.OrderEvent) -> None:
        """Take an event in.

        Raises
        ------
        IllegalEvent
            If it may not follow; then nothing has changed.
        """
        match event:
            case ev.Intended():
                self.check(event)
                self._begin(event)
            case ev.SurplusFound() | ev.SurplusOver():
                self.check(event)
                self._sum_up(self._surplus.apply(event))
            case ev.Stated():
                self._state(event)
            case ev.Settled():
                self._settle(event)
            case ev.SeriesStopped():
                self._stopped[event.series] = event.why
            case ev.Reconciled():
                self._reconciled = event
                self._release(event)
            case _:
                order = self._order(event.client_order_id)
                before = order.fills.get(event.trade_id) if isinstance(event, ev.Filled) else None
                order.apply(event)
                self._count(order)
                if isinstance(event, ev.Filled):
                    self._book(order.intent.ticker, before, -1)
                    self._book(order.intent.ticker, event, 1)

    def _order(self, client_order_id: str) -> OrderRecord:
        order = self._orders.get(client_order_id)
        if order is None:
            raise IllegalEvent(f"{client_order_id} was never intended")
        return order

    def _begin(self, event: ev.Intended) -> None:
        order = OrderRecord.of(event)
        self._orders[event.client_order_id] = order
        self._markets_of.setdefault(order.intent.event_ticker, {})[order.intent.ticker] = None
        self._sent_at.append(event.at)
        while event.at - self._sent_at[0] > _SECOND:
            self._sent_at.popleft()
        self._count(order)

    def _count(self, order: OrderRecord) -> None:
        if order.order_id is not None:
            self._by_order_id[order.order_id] = order
        _keep(self._live, order, wanted=order.state.may_trade)
        _keep(self._unknown, order, wanted=order.state is OrderState.UNKNOWN)
        _keep(self._unreported, order, wanted=order.unreported.e2 > 0)
        self._weigh(order)

    def _weigh(self, order: OrderRecord) -> None:
        """Count what an order has at risk, in place of what it had."""
        ticker, order_id = order.intent.ticker, order.client_order_id
        own_e6 = since_e6 = order.open_at_risk.e6
        if ticker not in self._settled:
            own_e6 += order.filled_at_risk.e6
            covered, unreported_e2 = self._in_statement.get(order_id, _NOT_IN_STATEMENT)
            since_e6 += order.filled_at_risk_beyond(covered, unreported_e2).e6
        own_before, since_before = self._counted.get(order_id, (0, 0))
        self._counted[order_id] = own_e6, since_e6
        self._own_e6[ticker] += own_e6 - own_before
        self._since_e6[ticker] += since_e6 - since_before
        self._sum_up(ticker)

    def _sum_up(self, ticker: str) -> None:
        # Neither our fills nor the venue's figure alone tells of everything: the larger counts.
        orders_e6 = max(self._own_e6[ticker], self._stated_e6[ticker] + self._since_e6[ticker])
        surplus_e6 = 0 if ticker in self._settled else self._surplus.risk_e6(ticker)
        self._risk_e6[ticker] = orders_e6 + surplus_e6

    def _book(self, ticker: str, fill: ev.Filled | None, sign: int) -> None:
        if fill is None:
            return
        count = sign * fill.contracts.e2
        self._held_e2[ticker] += count if fill.side is Side.YES else -count
        if self._cash_e6 is not None:
            bought = self._bought_e2.setdefault(ticker, Counter())
            paired = min(bought[Side.YES], bought[Side.NO])
            bought[fill.side] += count
            # A YES and a NO of one market are one dollar, whatever happens, and paid at once.
            pairs = min(bought[Side.YES], bought[Side.NO]) - paired
            self._cash_e6 += pairs * (E6_PER_DOLLAR // 100)
            self._cash_e6 -= fill.price.e4 * count + sign * fill.fee.e6

    def _state(self, event: ev.Stated) -> None:
        self._stated_at = event.at
        self._surplus.stated()
        self._cash_e6 = event.cash.e6
        self._held_e2 = Counter({p.ticker: p.net_e2 for p in event.positions})
        self._bought_e2 = {
            p.ticker: Counter({Side.YES if p.net_e2 > 0 else Side.NO: abs(p.net_e2)})
            for p in event.positions
        }
        self._stated_e6 = Counter({p.ticker: p.at_risk.e6 for p in event.positions})
        self._in_statement = {
            order.client_order_id: (dict(order.fills), order.unreported.e2)
            for order in self._orders.values()
            if order.filled.e2
        }
        for order in self._orders.values():
            self._weigh(order)
        known = {ticker for markets in self._markets_of.values() for ticker in markets}
        for ticker in sorted(self._stated_e6.keys() - known):
            self._markets_of.setdefault(_STRIKE.sub("", ticker), {})[ticker] = None
        for ticker in {*self._risk_e6, *self._stated_e6}:
            self._sum_up(ticker)

    def _settle(self, event: ev.Settled) -> None:
        if event.ticker in self._settled:
            return
        self._settled.add(event.ticker)
        self._held_e2.pop(event.ticker, None)
        self._stated_e6.pop(event.ticker, None)
        self._bought_e2.pop(event.ticker, None)
        for order in self._orders.values():
            if order.intent.ticker == event.ticker:
                self._count(order)
        self._sum_up(event.ticker)
        if self._cash_e6 is not None:
            self._cash_e6 += event.revenue.e6

    def _release(self, event: ev.Reconciled) -> None:
        unresolved = {order.intent.series for order in self.unknown()}
        if event.breaks == 0:
            self._whole_at = event.at
            self._stopped = {s: why for s, why in self._stopped.items() if s in unresolved}


def total_open(orders: Iterable[OrderRecord]) -> Contracts:
    """Return the contracts of orders that may still be filled."""
    return Contracts(sum(order.open.e2 for order in orders))


def _keep(index: dict[str, OrderRecord], order: OrderRecord, *, wanted: bool) -> None:
    if wanted:
        index[order.client_order_id] = order
    else:
        index.pop(order.client_order_id, None)


def _twin(order: OrderRecord) -> OrderRecord:
    values = {name: getattr(order, name) for name in OrderRecord.__slots__}
    return OrderRecord(**(values | {"fills": dict(order.fills)}))
