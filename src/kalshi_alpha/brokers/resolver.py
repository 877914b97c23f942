"""Find out what became of orders: unknown ones first, then whatever time has made doubtful.

Orders are looked up by our own id among the venue's orders, and among its fills, which may be
shown earlier: a fill of an order that nobody here knows may be of ours, and the venue is asked
whose it is. Silence counts as the core's lookup policy says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.brokers.venue_port import VenuePort
from kalshi_alpha.core.orders import events as ev
from kalshi_alpha.core.orders.lookup import Silence, UnknownPolicy, proves_absence
from kalshi_alpha.core.orders.reconcile import differs, fill_news, order_news, surplus_news
from kalshi_alpha.core.orders.record import OrderRecord
from kalshi_alpha.core.orders.surplus import Surplus
from kalshi_alpha.core.orders.venue_view import VenueFill, VenueOrder, oldest_first
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Contracts

_MARGIN = timedelta(minutes=1)
_EXPIRY_GRACE = timedelta(seconds=3)
_REREAD = timedelta(seconds=2)


@dataclass(slots=True)
class _Doubt:
    """What was heard of one order while nobody knew what became of it."""

    silences: list[Silence] = field(default_factory=list)


class Resolver:
    """Asks the venue about orders and writes down what it shows.

    Parameters
    ----------
    venue
        Is asked.
    log
        Takes what is learnt.
    clock
        Tells the time.
    policy
        When silence may be believed, and how long doubt may last.
    """

    def __init__(
        self, venue: VenuePort, log: OrderLog, clock: Clock, policy: UnknownPolicy
    ) -> None:
        self._venue = venue
        self._log = log
        self._clock = clock
        self._policy = policy
        self._doubts: dict[str, _Doubt] = {}
        self._asked_at: dict[str, datetime] = {}
        self._early: dict[str, list[VenueFill]] = {}
        self._strangers: set[str] = set()
        self.doubtful: set[str] = set()
        """Markets whose orders and fills should be read again."""

    # --- what the stream tells ------------------------------------------------------------

    def take_order(self, shown: VenueOrder) -> OrderRecord | None:
        """Take in an order that the venue shows; return ours, or None if it is a stranger's.

        One that is not what was intended stops its series. A second one of its id is written
        down and locks its market; it stops the series if anything of it was filled.
        """
        order = self._log.blotter.orders.get(shown.client_order_id or "")
        if order is None:
            order = self._log.blotter.by_order_id(shown.order_id)
        if order is None:
            return None
        if order.order_id not in {None, shown.order_id}:
            self._take_surplus(order, shown)
            return order
        # One that differs is there all the same: once it is known it can be cancelled.
        event = order_news(order, shown, self._clock.now())
        if event is not None:
            self._learn(order, event)
            self._take_early(order)
        if differs(order, shown):
            text = f"{shown.ticker} {shown.side} {shown.initial} @ {shown.price}"
            self._stop(order, f"{shown.order_id} is {text} at the venue")
        if order.unreported.e2:
            self.doubtful.add(order.intent.ticker)
        return order

    def take_fill(self, fill: VenueFill, *, final: bool) -> OrderRecord | None:
        """Take in a fill; return our order, or None if nobody knows (yet) whose it is.

        ``final`` says that it was read from the list, which corrects what the stream told.
        """
        surplus = self._log.blotter.surplus.get(fill.order_id)
        if surplus is not None:
            self._filled_surplus(self._log.blotter.orders[surplus.found.client_order_id], fill)
            return None
        order = self._log.blotter.by_order_id(fill.order_id)
        if order is None and fill.client_order_id is not None:
            order = self._log.blotter.orders.get(fill.client_order_id)
        if order is None:
            early = self._early.setdefault(fill.order_id, [])
            if fill not in early:
                early.append(fill)
            return None
        if order.order_id not in {None, fill.order_id}:
            # Of a second order that was not shown yet.
            self.doubtful.add(order.intent.ticker)
            self._filled_surplus(order, fill)
            return None
        event = fill_news(order, fill, self._clock.now())
        if event is None:
            return order
        if fill.trade_id in order.fills and not final:
            # The stream contradicts itself: the list decides.
            self.doubtful.add(order.intent.ticker)
            return order
        self._learn(order, event)
        self._take_early(order)
        return order

    def accept(self, order: OrderRecord, accepted: ev.Accepted) -> None:
        """Take in the answer to an order, and fills that came before it.

        An answer with more contracts than were asked for stops the order's series.
        """
        if order.order_id not in {None, accepted.order_id}:
            # Another was found under this id while the answer was on its way.
            self._take_surplus(order, _acknowledged(order, accepted))
            return
        self._learn(order, accepted)
        self._take_early(order)
        size = Contracts(accepted.filled.e2 + accepted.remaining.e2)
        if size > order.intent.contracts:
            self._stop(order, f"{accepted.order_id} is of {size} contracts at the venue")
        if order.unreported.e2:
            self.doubtful.add(order.intent.ticker)

    # --- asking -----------------------------------------------------------------------------

    def due(self) -> tuple[str, ...]:
        """Return the markets that should be asked about now."""
        now = self._clock.now()
        tickers = {order.intent.ticker for order in self._log.blotter.unknown()} | self.doubtful
        for order in self._log.blotter.resting():
            if now >= order.intent.expires_at + _EXPIRY_GRACE:
                tickers.add(order.intent.ticker)
        return tuple(sorted(t for t in tickers if self._may_ask(t, now)))

    async def look_up(self, ticker: str) -> set[str]:
        """Read orders and fills of one market and draw what conclusions they allow.

        Return the venue's ids of orders that had fills and that nobody here sent.

        Raises
        ------
        VenueError
            If a question stays without a usable answer.
        """
        self._asked_at[ticker] = read_at = self._clock.now()
        since = self._since(ticker, read_at)
        # How new the data is comes first: the readings that follow are no older.
        as_of = await self._venue.data_as_of()
        orders = await self._venue.orders(ticker=ticker, since=since)
        fills = await self._venue.fills(ticker=ticker, since=since)
        self.doubtful.discard(ticker)
        for shown in oldest_first(orders):
            self.take_order(shown)
        stated_at = self._log.blotter.stated_at
        unclaimed = [f for f in fills if self.take_fill(f, final=True) is None]
        strangers = set()
        for order_id in dict.fromkeys(fill.order_id for fill in unclaimed):
            ours = await self._is_ours(order_id)
            if ours is None:
                self.doubtful.add(ticker)
            elif not ours:
                strangers.add(order_id)
        self._weigh(ticker, Silence(read_at, as_of))
        history = {f.order_id for f in unclaimed if stated_at and f.filled_at <= stated_at}
        return strangers - history

    async def ask_about(self, order: OrderRecord) -> None:
        """Read one order that is known to the venue.

        Raises
        ------
        VenueError
            If the question stays without a usable answer.
        """
        if order.order_id is None:
            return
        shown = await self._venue.order(order.order_id)
        if shown is not None:
            self.take_order(shown)

    async def ask_about_surplus(self, order_id: str) -> None:
        """Read one second order.

        Raises
        ------
        VenueError
            If the question stays without a usable answer.
        """
        shown = await self._venue.order(order_id)
        if shown is not None:
            self.take_order(shown)

    def stop_for(self, surplus: Surplus, why: str) -> None:
        """Stop the series of a second order."""
        order = self._log.blotter.orders[surplus.found.client_order_id]
        self._stop(order, f"{surplus.order_id}, a second order of its id, {why}")

    def overdue(self) -> tuple[OrderRecord, ...]:
        """Return the unknown orders whose doubt has lasted too long."""
        now = self._clock.now()
        return tuple(
            order
            for order in self._log.blotter.unknown()
            if order.lost_at is not None and now - order.lost_at >= self._policy.stop_after
        )

    # --- conclusions ------------------------------------------------------------------------

    async def _is_ours(self, order_id: str) -> bool | None:
        """Ask whose order it is of which a fill was shown; None if the venue shows none yet."""
        if order_id in self._strangers:
            return False
        shown = await self._venue.order(order_id)
        if shown is None:
            return None
        ours = self.take_order(shown)
        if ours is not None:
            self._early.pop(order_id, None)
            return ours.order_id == order_id
        self._strangers.add(order_id)
        return False

    def _take_surplus(self, order: OrderRecord, shown: VenueOrder) -> None:
        news = surplus_news(self._log.blotter.surplus, order, shown, self._clock.now())
        self._learn(order, *news)
        if shown.filled.e2:
            self._stop(order, f"{shown.order_id}, a second order of its id, was filled")

    def _filled_surplus(self, order: OrderRecord, fill: VenueFill) -> None:
        # It is nobody's: what it bought is a break until an operator takes it as it is.
        self._stop(order, f"{fill.order_id}, a second order of its id, was filled")

    def _weigh(self, ticker: str, silence: Silence) -> None:
        unknown = [o for o in self._log.blotter.unknown() if o.intent.ticker == ticker]
        for order in unknown:
            doubt = self._doubts.setdefault(order.client_order_id, _Doubt())
            doubt.silences.append(silence)
            if proves_absence(order.intended_at, doubt.silences, self._policy):
                self._learn(
                    order,
                    ev.Absent(
                        at=self._clock.now(),
                        client_order_id=order.client_order_id,
                        data_as_of=silence.data_as_of,
                    ),
                )
        asked = {order.client_order_id for order in self._log.blotter.unknown()}
        for gone in set(self._doubts) - asked:
            del self._doubts[gone]
        if any(order.intent.ticker == ticker for order in self._log.blotter.unreported):
            self.doubtful.add(ticker)

    def _learn(self, order: OrderRecord, *events: ev.OrderEvent) -> None:
        was_sound = order.contradiction is None
        error = self._log.learn(*events)
        if error is not None:
            self._stop(order, str(error))
        elif was_sound and order.contradiction is not None:
            self._stop(order, order.contradiction)

    def _stop(self, order: OrderRecord, why: str) -> None:
        series = order.intent.series
        if series not in self._log.blotter.stopped:
            said = f"{order.client_order_id}: {why}"
            self._log.learn(ev.SeriesStopped(at=self._clock.now(), series=series, why=said))

    def _take_early(self, order: OrderRecord) -> None:
        if order.order_id is not None:
            for fill in self._early.pop(order.order_id, ()):
                self.take_fill(fill, final=False)

    def _since(self, ticker: str, at: datetime) -> datetime:
        blotter = self._log.blotter
        open_orders: Iterable[OrderRecord] = (*blotter.live(ticker), *blotter.unreported)
        begins = (o.intended_at for o in open_orders if o.intent.ticker == ticker)
        return min(begins, default=at) - _MARGIN

    def _may_ask(self, ticker: str, now: datetime) -> bool:
        asked_at = self._asked_at.get(ticker)
        locked = any(o.intent.ticker == ticker for o in self._log.blotter.unknown())
        pause = self._policy.poll_every if locked else _REREAD
        return asked_at is None or now - asked_at >= pause


def _acknowledged(order: OrderRecord, accepted: ev.Accepted) -> VenueOrder:
    """Return an order as the answer to its create shows it."""
    size = Contracts(accepted.filled.e2 + accepted.remaining.e2)
    return VenueOrder(
        order_id=accepted.order_id,
        client_order_id=order.client_order_id,
        ticker=order.intent.ticker,
        side=order.intent.side,
        price=order.intent.price,
        status=ev.VenueStatus.RESTING if accepted.remaining.e2 else ev.VenueStatus.EXECUTED,
        initial=size,
        filled=accepted.filled,
        remaining=accepted.remaining,
    )
