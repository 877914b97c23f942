"""One client's stream: its subscriptions, their numbering, and the frames that wait to be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

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
from kalshi_alpha.sim.faults_frames import (
    PLAIN_SITES,
    SEQUENCED_SITES,
    Ending,
    FrameFaults,
    FrameKind,
    Outgoing,
)
from kalshi_alpha.sim.orders import UpdateReason
from kalshi_alpha.sim.refusals import Rejected
from kalshi_alpha.sim.rest_values import count_text, epoch_ms, instant_text
from kalshi_alpha.sim.stream_commands import (
    SEQUENCED,
    UNFILTERED,
    Channel,
    CommandError,
    ListSubscriptions,
    Subscribe,
    Unsubscribe,
    Update,
    error_text,
    read_command,
)

OVERFLOW_CODE = 25
_BOOK_SITES = SEQUENCED_SITES | {Site.BOOK}
_SNAPSHOT_SITES = frozenset({Site.SNAPSHOT, Site.BOOK})


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


@dataclass(slots=True)
class Subscription:
    """One channel of one stream; an empty list of markets is all of them."""

    sid: int
    channel: Channel
    tickers: dict[str, None]
    yes_scale: bool = False
    seq: int = 0

    def covers(self, ticker: str) -> bool:
        """Say whether a market is part of it."""
        return not self.tickers or ticker in self.tickers


class SimStream:
    """A stream that is open.

    Parameters
    ----------
    world
        What it shows.
    account_id
        Whose private channels it may carry.
    frames_max
        Frames that may wait before a subscription ends with code 25.

    Attributes
    ----------
    on_ready
        Called when frames wait to be taken; None for nobody.
    ended
        Whether the connection is over.
    """

    def __init__(self, world: StreamWorld, account_id: str, frames_max: int) -> None:
        self._world = world
        self._account_id = account_id
        self._frames_max = frames_max
        self._subscriptions: dict[int, Subscription] = {}
        self._last_sid = 0
        self._waiting: list[Outgoing] = []
        self._faults = FrameFaults(world.faults, world.next_name(), self._send)
        self._lied: set[tuple[int, str]] = set()
        self._hidden_orders: set[str] = set()
        self.on_ready: Callable[[], None] | None = None
        self.ended = False

    def take(self) -> list[Outgoing]:
        """Return the frames that wait, in the order in which they are sent."""
        taken, self._waiting = self._waiting, []
        return taken

    def end(self, at: datetime) -> None:
        """End the connection without a closing handshake."""
        del at
        if not self.ended:
            self._send(Outgoing(b"", ending=Ending.RESET))

    def close(self) -> None:
        """Forget everything: the client has gone."""
        self.ended = True
        self._subscriptions.clear()
        self._waiting.clear()

    # What the client says.

    def command(self, frame: bytes, at: datetime) -> None:
        """Carry out a command and answer it.

        A command is answered with an ``error`` frame if it cannot be carried out.
        """
        try:
            match read_command(frame):
                case Subscribe() as command:
                    self._subscribe(command, at)
                case Unsubscribe() as command:
                    self._unsubscribe(command, at)
                case Update() as command:
                    self._update(command, at)
                case ListSubscriptions(command_id=command_id):
                    self._reply({"type": "ok", "msg": self._listed()}, command_id, at)
        except CommandError as error:
            self._error(error.code, error.command_id, at)

    def break_channels(self, code: int, at: datetime) -> None:
        """End every subscription with an error."""
        for subscription in tuple(self._subscriptions.values()):
            self._break(subscription, code, at)

    # What the exchange tells.

    def publish(self, events: Iterable[EngineEvent], at: datetime) -> None:
        """Turn the engine's events into frames."""
        if self.ended:
            return
        touched: dict[str, int] = {}
        for event in events:
            match event:
                case BookDelta():
                    self._world.clock += 1
                    touched.setdefault(event.ticker, 0)
                    self._delta(event, at)
                case PublicTrade():
                    touched[event.ticker] = event.count_e2
                    self._tell(Channel.TRADE, event.ticker, "trade", messages.trade(event), at)
                case OwnFill() | OwnOrder() | OwnPosition():
                    self._own(event, at)
                case Lifecycle():
                    message = messages.lifecycle(event)
                    self._tell(Channel.MARKET_LIFECYCLE, "", "market_lifecycle_v2", message, at)
                case FeeUpdate():
                    message = messages.event_fees(event)
                    self._tell(Channel.MARKET_LIFECYCLE, "", "event_fee_update", message, at)
                case GroupUpdate(account_id=account_id) if account_id == self._account_id:
                    message = messages.order_group(event)
                    self._tell(Channel.ORDER_GROUP_UPDATES, "", "order_group_updates", message, at)
                case _:
                    pass
        self._tickers(touched, at)
        self._end_lies(at)
        self._faults.release_overdue(at)

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
                self._tell(Channel.USER_ORDERS, order.ticker, "user_order", message, at)
            case OwnPosition():
                message = messages.position(event)
                self._tell(Channel.MARKET_POSITIONS, event.ticker, "market_position", message, at)

    def _fill(self, event: OwnFill, at: datetime) -> None:
        subscriptions = self._on(Channel.FILL, event.ticker)
        if not subscriptions:
            return
        plan = self._world.faults
        fault = plan.draw([Site.FILL], at, f"fill {event.trade_id}")
        if fault is Fault.FILL_ON_ONE_CHANNEL:
            if plan.flips():
                return
            self._hidden_orders.add(event.order_id)
        true = messages.fill(event)
        wrong = true | {"count_fp": count_text(2 * event.count_e2), "fee_cost": "0.000000"}
        for subscription in subscriptions:
            payload = self._framed(subscription, "fill", true, at)
            mistaken = self._framed(subscription, "fill", wrong, at)
            kind = FrameKind(PLAIN_SITES, "fill")
            self._faults.emit_fill(payload, mistaken, fault, kind, at)

    def _delta(self, event: BookDelta, at: datetime) -> None:
        own = event.account_id == self._account_id
        for subscription in self._on(Channel.ORDERBOOK_DELTA, event.ticker):
            if (subscription.sid, event.ticker) in self._lied:
                continue  # changes of a book that is shown wrongly are not shown
            if self._strikes_book(event.ticker, at):
                self._lied.add((subscription.sid, event.ticker))
                self._snapshot(subscription, event.ticker, at)
                continue
            message = messages.delta(
                event, self._world.clock, own=own, yes_scale=subscription.yes_scale
            )
            self._emit(subscription, "orderbook_delta", message, at)

    def _strikes_book(self, ticker: str, at: datetime) -> bool:
        plan = self._world.faults
        if plan.draw([Site.BOOK], at, f"book {ticker}") is None:
            return False
        self._world.lies.begin(ticker, at)
        return True

    def _end_lies(self, at: datetime) -> None:
        for sid, ticker in sorted(self._lied):
            if self._world.lies.lasts(ticker, at):
                continue
            self._lied.discard((sid, ticker))
            subscription = self._subscriptions.get(sid)
            if subscription is not None and subscription.covers(ticker):
                self._snapshot(subscription, ticker, at)

    def _tickers(self, touched: dict[str, int], at: datetime) -> None:
        for ticker, last_size_e2 in touched.items():
            if self._on(Channel.TICKER, ticker):
                self._tell(
                    Channel.TICKER, ticker, "ticker", self._ticker(ticker, last_size_e2, at), at
                )

    def _ticker(self, ticker: str, last_size_e2: int, at: datetime) -> messages.Message:
        view = self._world.engine.market(ticker)
        return messages.ticker(view, last_size_e2, epoch_ms(at), instant_text(at))

    # Subscriptions.

    def _subscribe(self, command: Subscribe, at: datetime) -> None:
        for ticker in command.tickers:
            self._require_market(ticker, command.command_id)
        for channel in command.channels:
            self._last_sid += 1
            tickers = () if channel in UNFILTERED else command.tickers
            subscription = Subscription(
                self._last_sid, channel, dict.fromkeys(tickers), command.yes_scale
            )
            self._subscriptions[subscription.sid] = subscription
            told = {"channel": str(channel), "sid": subscription.sid}
            self._reply({"type": "subscribed", "msg": told}, command.command_id, at)
            if channel is Channel.ORDERBOOK_DELTA:
                self._snapshots(subscription, command.tickers, at)
            if channel is Channel.TICKER and command.initial_ticker:
                for ticker in command.tickers:
                    self._emit(subscription, "ticker", self._ticker(ticker, 0, at), at)

    def _unsubscribe(self, command: Unsubscribe, at: datetime) -> None:
        for sid in command.sids:
            subscription = self._require_sid(sid, command.command_id)
            del self._subscriptions[sid]
            reply = self._numbered(subscription) | {"type": "unsubscribed"}
            self._reply(reply, command.command_id, at)

    def _update(self, command: Update, at: datetime) -> None:
        subscription = self._require_sid(command.sid, command.command_id)
        for ticker in command.tickers:
            self._require_market(ticker, command.command_id)
        is_book = subscription.channel is Channel.ORDERBOOK_DELTA
        if subscription.channel in UNFILTERED or (command.action == "get_snapshot" and not is_book):
            raise CommandError(13, command.command_id)
        shown: tuple[str, ...] = ()
        match command.action:
            case "add_markets":
                shown = tuple(t for t in command.tickers if t not in subscription.tickers)
                subscription.tickers |= dict.fromkeys(command.tickers)
            case "delete_markets":
                for ticker in command.tickers:
                    subscription.tickers.pop(ticker, None)
            case _:
                shown = tuple(t for t in command.tickers if t in subscription.tickers)
        if is_book:
            # The books of new markets come before the reply that they were added.
            self._snapshots(subscription, shown, at)
        reply = self._numbered(subscription) | {"type": "ok"}
        reply["msg"] = {"market_tickers": list(subscription.tickers)}
        self._reply(reply, command.command_id, at)

    def _snapshots(
        self, subscription: Subscription, tickers: tuple[str, ...], at: datetime
    ) -> None:
        for ticker in tickers:
            fault = self._world.faults.draw(_SNAPSHOT_SITES, at, f"book {ticker}")
            if fault is Fault.BOOK_CROSSED_OR_EMPTY:
                self._world.lies.begin(ticker, at)
            if fault is Fault.DELTA_BEFORE_SNAPSHOT:
                early = BookDelta(ticker, Side.YES, 100, 100, at, None, None)
                message = messages.delta(
                    early, self._world.clock, own=False, yes_scale=subscription.yes_scale
                )
                self._emit(subscription, "orderbook_delta", message, at)
            self._snapshot(subscription, ticker, at)

    def _snapshot(self, subscription: Subscription, ticker: str, at: datetime) -> None:
        lies = self._world.lies
        if lies.lasts(ticker, at):
            self._lied.add((subscription.sid, ticker))
        book = lies.shown(ticker, at)
        message = messages.snapshot(book, self._world.clock, yes_scale=subscription.yes_scale)
        self._emit(subscription, "orderbook_snapshot", message, at)

    def _listed(self) -> list[dict[str, object]]:
        subscriptions = self._subscriptions.values()
        return [{"channel": str(each.channel), "sid": each.sid} for each in subscriptions]

    def _require_sid(self, sid: int, command_id: int) -> Subscription:
        found = self._subscriptions.get(sid)
        if found is None:
            raise CommandError(7, command_id)
        return found

    def _require_market(self, ticker: str, command_id: int) -> None:
        try:
            self._world.engine.market(ticker)
        except Rejected as error:
            raise CommandError(11, command_id) from error

    def _break(self, subscription: Subscription, code: int, at: datetime) -> None:
        del self._subscriptions[subscription.sid]
        error = {"type": "error", "sid": subscription.sid, "msg": _error(code)}
        self._reply(error, 0, at)

    # Frames.

    def _on(self, channel: Channel, ticker: str) -> list[Subscription]:
        return [
            each
            for each in self._subscriptions.values()
            if each.channel is channel and (not ticker or each.covers(ticker))
        ]

    def _tell(
        self, channel: Channel, ticker: str, kind: str, message: messages.Message, at: datetime
    ) -> None:
        for subscription in self._on(channel, ticker):
            self._emit(subscription, kind, message, at)

    def _emit(
        self, subscription: Subscription, kind: str, message: messages.Message, at: datetime
    ) -> None:
        if len(self._waiting) >= self._frames_max:
            self._break(subscription, OVERFLOW_CODE, at)
            return
        sites = SEQUENCED_SITES if subscription.channel in SEQUENCED else PLAIN_SITES
        payload = self._framed(subscription, kind, message, at)
        self._faults.emit(payload, FrameKind(sites, kind), at)

    def _framed(
        self, subscription: Subscription, kind: str, message: messages.Message, at: datetime
    ) -> bytes:
        frame: dict[str, object] = {"type": kind} | self._numbered(subscription)
        return msgspec.json.encode(frame | {"sending_ts_ms": epoch_ms(at), "msg": message})

    def _numbered(self, subscription: Subscription) -> dict[str, object]:
        """Return a subscription's id, with the next number where its frames are numbered."""
        if subscription.channel not in SEQUENCED:
            return {"sid": subscription.sid}
        subscription.seq += 1
        return {"sid": subscription.sid, "seq": subscription.seq}

    def _reply(self, frame: dict[str, object], command_id: int, at: datetime) -> None:
        named: dict[str, object] = {"id": command_id} if command_id > 0 else {}
        payload = msgspec.json.encode(named | frame | {"sending_ts_ms": epoch_ms(at)})
        self._faults.emit(payload, FrameKind(PLAIN_SITES, str(frame["type"])), at)

    def _error(self, code: int, command_id: int, at: datetime) -> None:
        self._reply({"type": "error", "msg": _error(code)}, command_id, at)

    def _send(self, outgoing: Outgoing) -> None:
        if self.ended:
            return
        self._waiting.append(outgoing)
        if outgoing.ending is not None:
            self.ended = True
            self._subscriptions.clear()
        if self.on_ready is not None:
            self.on_ready()


def _error(code: int) -> dict[str, object]:
    return {"code": code, "msg": error_text(code)}
