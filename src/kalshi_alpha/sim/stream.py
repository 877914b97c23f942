"""One client's stream: the commands it is given, and everything it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from kalshi_alpha.sim.engine_events import EngineEvent
from kalshi_alpha.sim.faults_frames import Ending, Outgoing
from kalshi_alpha.sim.refusals import Rejected
from kalshi_alpha.sim.stream_commands import (
    UNFILTERED,
    Channel,
    CommandError,
    ListSubscriptions,
    Subscribe,
    Unsubscribe,
    Update,
    read_command,
)
from kalshi_alpha.sim.stream_feed import StreamFeed, StreamWorld
from kalshi_alpha.sim.stream_output import StreamOutput, Subscription


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
    """

    def __init__(self, world: StreamWorld, account_id: str, frames_max: int) -> None:
        self._world = world
        self._output = StreamOutput(world.faults, world.next_name(), frames_max)
        self._feed = StreamFeed(world, account_id, self._output)

    @property
    def ended(self) -> bool:
        """Whether the connection is over."""
        return self._output.ended

    def call_when_ready(self, ready: Callable[[], None]) -> None:
        """Have something called whenever frames wait to be taken."""
        self._output.on_ready = ready

    def take(self) -> list[Outgoing]:
        """Return the frames that wait, in the order in which they are sent."""
        return self._output.take()

    def publish(self, events: Iterable[EngineEvent], at: datetime) -> None:
        """Tell the client what the engine has done."""
        if not self.ended:
            self._feed.publish(events, at)

    def end(self) -> None:
        """End the connection without a closing handshake."""
        self._output.send(Outgoing(b"", ending=Ending.RESET))

    def close(self) -> None:
        """Forget everything: the client has gone."""
        self._output.close()

    def break_channels(self, code: int, at: datetime) -> None:
        """End every subscription with an error."""
        for subscription in tuple(self._output.subscriptions.values()):
            self._output.break_off(subscription, code, at)

    def command(self, frame: bytes, at: datetime) -> None:
        """Carry out a command and answer it, with an ``error`` frame if it cannot be done."""
        try:
            match read_command(frame):
                case Subscribe() as command:
                    self._subscribe(command, at)
                case Unsubscribe() as command:
                    self._unsubscribe(command, at)
                case Update() as command:
                    self._update(command, at)
                case ListSubscriptions(command_id=command_id):
                    reply: dict[str, object] = {"type": "ok", "msg": self._listed()}
                    self._output.reply(reply, command_id, at)
        except CommandError as error:
            self._output.refuse(error.code, error.command_id, at)

    def _subscribe(self, command: Subscribe, at: datetime) -> None:
        self._require_markets(command.tickers, command.command_id)
        for channel in command.channels:
            tickers = () if channel in UNFILTERED else command.tickers
            subscription = self._output.subscribe(channel, tickers, yes_scale=command.yes_scale)
            told = {"channel": str(channel), "sid": subscription.sid}
            self._output.reply({"type": "subscribed", "msg": told}, command.command_id, at)
            if channel is Channel.ORDERBOOK_DELTA:
                self._feed.books(subscription, command.tickers, at)
            if channel is Channel.TICKER and command.initial_ticker:
                for ticker in command.tickers:
                    message = self._feed.ticker(ticker, 0, at)
                    self._output.emit(subscription, "ticker", message, at)

    def _unsubscribe(self, command: Unsubscribe, at: datetime) -> None:
        for sid in command.sids:
            subscription = self._require_sid(sid, command.command_id)
            del self._output.subscriptions[sid]
            reply = self._output.numbered(subscription) | {"type": "unsubscribed"}
            self._output.reply(reply, command.command_id, at)

    def _update(self, command: Update, at: datetime) -> None:
        subscription = self._require_sid(command.sid, command.command_id)
        self._require_markets(command.tickers, command.command_id)
        is_book = subscription.channel is Channel.ORDERBOOK_DELTA
        if subscription.channel in UNFILTERED or (command.action == "get_snapshot" and not is_book):
            raise CommandError(13, command.command_id)
        shown = _changed(subscription, command)
        if is_book:
            # The books of new markets come before the reply that they were added.
            self._feed.books(subscription, shown, at)
        reply = self._output.numbered(subscription) | {"type": "ok"}
        reply["msg"] = {"market_tickers": list(subscription.tickers)}
        self._output.reply(reply, command.command_id, at)

    def _listed(self) -> list[dict[str, object]]:
        subscriptions = self._output.subscriptions.values()
        return [{"channel": str(each.channel), "sid": each.sid} for each in subscriptions]

    def _require_sid(self, sid: int, command_id: int) -> Subscription:
        found = self._output.subscriptions.get(sid)
        if found is None:
            raise CommandError(7, command_id)
        return found

    def _require_markets(self, tickers: tuple[str, ...], command_id: int) -> None:
        try:
            for ticker in tickers:
                self._world.engine.market(ticker)
        except Rejected as error:
            raise CommandError(11, command_id) from error


def _changed(subscription: Subscription, command: Update) -> tuple[str, ...]:
    """Change a subscription's markets and return those whose books are to be sent."""
    match command.action:
        case "add_markets":
            new = tuple(t for t in command.tickers if t not in subscription.tickers)
            subscription.tickers |= dict.fromkeys(command.tickers)
            return new
        case "delete_markets":
            for ticker in command.tickers:
                subscription.tickers.pop(ticker, None)
            return ()
        case _:
            return tuple(t for t in command.tickers if t in subscription.tickers)
