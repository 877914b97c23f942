"""What one stream tells of the exchange: the engine's events as frames, and whole books."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kalshi_alpha.core.types import Side
from kalshi_alpha.sim import stream_messages as messages
from kalshi_alpha.sim.engine import Engine
from kalshi_alpha.sim.engine_events import (
    BookDelta,
    EngineEvent,
    FeeUpdate,
    GroupUpdate,
    Lifecycle,
    OwnFill,
    OwnOrder,
    OwnPosition,
    PublicTrade,
)
from kalshi_alpha.sim.faults import Fault, FaultPlan, Site
from kalshi_alpha.sim.faults_books import BookLies
from kalshi_alpha.sim.faults_frames import PLAIN_SITES, FrameKind
from kalshi_alpha.sim.orders import UpdateReason
from kalshi_alpha.sim.rest_values import count_text, epoch_ms, instant_text
from kalshi_alpha.sim.stream_commands import Channel
from kalshi_alpha.sim.stream_output import StreamOutput, Subscription

_SNAPSHOT_SITES = frozenset({Site.SNAPSHOT, Site.BOOK})
_BOOK_SITES = frozenset({Site.BOOK})
_FILL_SITES = frozenset({Site.FILL})
# A change of a level that need not exist, for the fault that sends one before the book.
_EARLY_E4, _EARLY_E2 = 100, 100


class StreamWorld:
    """What all streams of one exchange share, with the exchange's own clock of changes."""

    def __init__(self, engine: Engine, lies: BookLies, faults: FaultPlan) -> None:
        self.engine = engine
        self.lies = lies
        self.faults = faults
        self.clock = 0
        self._opened = 0

    def next_name(self) -> str:
        """Name a stream."""
        self._opened += 1
        return f"stream {self._opened}"


class StreamFeed:
    """The telling side of one stream.

    Parameters
    ----------
    world
        What is told of.
    account_id
        Whose private channels it may carry.
    output
        Where frames go.
    """

    def __init__(self, world: StreamWorld, account_id: str, output: StreamOutput) -> None:
        self._world = world
        self._account_id = account_id
        self._output = output
        # Subscriptions and markets whose book was shown wrongly and not yet put right.
        self._lied: set[tuple[int, str]] = set()
        self._hidden_orders: set[str] = set()

    def publish(self, events: Iterable[EngineEvent], at: datetime) -> None:
        """Turn the engine's events into frames, and do what has become due."""
        touched: dict[str, int] = {}
        for event in events:
            match event:
                case BookDelta():
                    touched.setdefault(event.ticker, 0)
                    self._delta(event, at)
                case PublicTrade():
                    touched[event.ticker] = event.count_e2
                    message = messages.trade(event)
                    self._output.tell(Channel.TRADE, event.ticker, "trade", message, at)
                case OwnFill() | OwnOrder() | OwnPosition():
                    self._own(event, at)
                case Lifecycle() | FeeUpdate() | GroupUpdate():
                    self._of_markets(event, at)
                case _:
                    pass
        for ticker, last_size_e2 in touched.items():
            if self._output.on(Channel.TICKER, ticker):
                message = self.ticker(ticker, last_size_e2, at)
                self._output.tell(Channel.TICKER, ticker, "ticker", message, at)
        self._put_right(at)
        self._output.faults.release_overdue(at)

    def ticker(self, ticker: str, last_size_e2: int, at: datetime) -> messages.Message:
        """Return a market's quotes as a message."""
        view = self._world.engine.market(ticker)
        return messages.ticker(view, last_size_e2, epoch_ms(at), instant_text(at))

    def books(self, subscription: Subscription, tickers: Iterable[str], at: datetime) -> None:
        """Send whole books, under the faults that strike them."""
        world = self._world
        for ticker in tickers:
            fault = world.faults.draw(_SNAPSHOT_SITES, at, f"book {ticker}")
            if fault is Fault.BOOK_CROSSED_OR_EMPTY:
                world.lies.begin(ticker, at)
            if fault is Fault.DELTA_BEFORE_SNAPSHOT:
                early = BookDelta(ticker, Side.YES, _EARLY_E4, _EARLY_E2, at, None, None)
                self._show_delta(subscription, early, at)
            self._book(subscription, ticker, at)

    def _book(self, subscription: Subscription, ticker: str, at: datetime) -> None:
        lies = self._world.lies
        if lies.lasts(ticker, at):
            self._lied.add((subscription.sid, ticker))
        message = messages.snapshot(
            lies.shown(ticker, at), self._world.clock, yes_scale=subscription.yes_scale
        )
        self._output.emit(subscription, "orderbook_snapshot", message, at)

    def _delta(self, event: BookDelta, at: datetime) -> None:
        for subscription in self._output.on(Channel.ORDERBOOK_DELTA, event.ticker):
            if (subscription.sid, event.ticker) in self._lied:
                continue  # changes of a book that is shown wrongly are not shown
            if self._world.faults.draw(_BOOK_SITES, at, f"book {event.ticker}") is not None:
                self._world.lies.begin(event.ticker, at)
                self._book(subscription, event.ticker, at)
                continue
            self._show_delta(subscription, event, at)

    def _show_delta(self, subscription: Subscription, event: BookDelta, at: datetime) -> None:
        message = messages.delta(
            event,
            self._world.clock,
            own=event.account_id == self._account_id,
            yes_scale=subscription.yes_scale,
        )
        self._output.emit(subscription, "orderbook_delta", message, at)

    def _put_right(self, at: datetime) -> None:
        """Send the true book where a wrong one was shown and that is over."""
        for sid, ticker in sorted(self._lied):
            if self._world.lies.lasts(ticker, at):
                continue
            self._lied.discard((sid, ticker))
            subscription = self._output.subscriptions.get(sid)
            if subscription is not None and subscription.covers(ticker):
                self._book(subscription, ticker, at)

    def _of_markets(self, event: Lifecycle | FeeUpdate | GroupUpdate, at: datetime) -> None:
        match event:
            case Lifecycle():
                kind, message = "market_lifecycle_v2", messages.lifecycle(event)
                self._output.tell(Channel.MARKET_LIFECYCLE, "", kind, message, at)
            case FeeUpdate():
                kind, message = "event_fee_update", messages.event_fees(event)
                self._output.tell(Channel.MARKET_LIFECYCLE, "", kind, message, at)
            case GroupUpdate() if event.account_id == self._account_id:
                kind, message = "order_group_updates", messages.order_group(event)
                self._output.tell(Channel.ORDER_GROUP_UPDATES, "", kind, message, at)
            case _:
                pass

    def _own(self, event: OwnFill | OwnOrder | OwnPosition, at: datetime) -> None:
        if event.account_id != self._account_id:
            return
        match event:
            case OwnFill():
                self._fill(event, at)
            case OwnOrder(order=order):
                if order.order_id in self._hidden_orders and order.reason is UpdateReason.TRADE:
                    self._hidden_orders.discard(order.order_id)
                    return
                message = messages.user_order(order)
                self._output.tell(Channel.USER_ORDERS, order.ticker, "user_order", message, at)
            case OwnPosition():
                kind, message = "market_position", messages.position(event)
                self._output.tell(Channel.MARKET_POSITIONS, event.ticker, kind, message, at)

    def _fill(self, event: OwnFill, at: datetime) -> None:
        subscriptions = self._output.on(Channel.FILL, event.ticker)
        if not subscriptions:
            return
        plan = self._world.faults
        fault = plan.draw(_FILL_SITES, at, f"fill {event.trade_id}")
        if fault is Fault.FILL_ON_ONE_CHANNEL:
            if plan.flips():
                return
            self._hidden_orders.add(event.order_id)
        true = messages.fill(event)
        wrong = true | {"count_fp": count_text(2 * event.count_e2), "fee_cost": "0.000000"}
        kind = FrameKind(PLAIN_SITES, "fill")
        for subscription in subscriptions:
            payload = self._output.framed(subscription, "fill", true, at)
            mistaken = self._output.framed(subscription, "fill", wrong, at)
            self._output.faults.emit_fill(payload, mistaken, fault, kind, at)
