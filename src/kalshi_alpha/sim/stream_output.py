"""What one stream sends: its subscriptions, their numbering, and the frames that wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from kalshi_alpha.sim.faults import FaultPlan
from kalshi_alpha.sim.faults_frames import (
    PLAIN_SITES,
    SEQUENCED_SITES,
    FrameFaults,
    FrameKind,
    Outgoing,
)
from kalshi_alpha.sim.rest_values import epoch_ms
from kalshi_alpha.sim.stream_commands import SEQUENCED, Channel, error_text
from kalshi_alpha.sim.stream_messages import Message

OVERFLOW_CODE = 25


@dataclass(slots=True)
class Subscription:
    """One channel of one stream: of some markets, or of every one."""

    sid: int
    channel: Channel
    tickers: dict[str, None]
    everything: bool
    yes_scale: bool = False
    seq: int = 0

    def covers(self, ticker: str) -> bool:
        """Say whether a market is part of it."""
        return self.everything or ticker in self.tickers


class StreamOutput:
    """The sending side of one stream.

    Parameters
    ----------
    plan
        What goes wrong with its frames.
    name
        Of the stream.
    frames_max
        Frames that may wait before a subscription ends with code 25.

    Attributes
    ----------
    subscriptions
        By their id.
    on_ready
        Called when frames wait to be taken; None for nobody.
    ended
        Whether the connection is over.
    """

    def __init__(self, plan: FaultPlan, name: str, frames_max: int) -> None:
        self.subscriptions: dict[int, Subscription] = {}
        self.on_ready: Callable[[], None] | None = None
        self.ended = False
        self.faults = FrameFaults(plan, name, self.send)
        self._frames_max = frames_max
        self._waiting: list[Outgoing] = []
        self._last_sid = 0

    def subscribe(
        self, channel: Channel, tickers: tuple[str, ...], *, yes_scale: bool
    ) -> Subscription:
        """Open a subscription under the next id; without markets it is of every one."""
        self._last_sid += 1
        named = dict.fromkeys(tickers)
        opened = Subscription(self._last_sid, channel, named, not named, yes_scale)
        self.subscriptions[opened.sid] = opened
        return opened

    def on(self, channel: Channel, ticker: str = "") -> list[Subscription]:
        """Return the subscriptions of a channel that cover a market, or all of the channel's."""
        return [
            each
            for each in self.subscriptions.values()
            if each.channel is channel and (not ticker or each.covers(ticker))
        ]

    def tell(
        self, channel: Channel, ticker: str, kind: str, message: Message, at: datetime
    ) -> None:
        """Send a message on every subscription that it belongs to."""
        for subscription in self.on(channel, ticker):
            self.emit(subscription, kind, message, at)

    def emit(self, subscription: Subscription, kind: str, message: Message, at: datetime) -> None:
        """Send a message on one subscription, or end it if too much waits already."""
        if len(self._waiting) >= self._frames_max:
            self.break_off(subscription, OVERFLOW_CODE, at)
            return
        sites = SEQUENCED_SITES if subscription.channel in SEQUENCED else PLAIN_SITES
        payload = self.framed(subscription, kind, message, at)
        self.faults.emit(payload, FrameKind(sites, kind), at)

    def framed(
        self, subscription: Subscription, kind: str, message: Message, at: datetime
    ) -> bytes:
        """Return a message as a frame of a subscription, which takes its next number."""
        frame: dict[str, object] = {"type": kind} | self.numbered(subscription)
        return msgspec.json.encode(frame | {"sending_ts_ms": epoch_ms(at), "msg": message})

    def numbered(self, subscription: Subscription) -> dict[str, object]:
        """Return a subscription's id, with the next number where its frames are numbered."""
        if subscription.channel not in SEQUENCED:
            return {"sid": subscription.sid}
        subscription.seq += 1
        return {"sid": subscription.sid, "seq": subscription.seq}

    def reply(self, frame: dict[str, object], command_id: int, at: datetime) -> None:
        """Answer a command; zero is no id."""
        named: dict[str, object] = {"id": command_id} if command_id > 0 else {}
        payload = msgspec.json.encode(named | frame | {"sending_ts_ms": epoch_ms(at)})
        self.faults.emit(payload, FrameKind(PLAIN_SITES, str(frame["type"])), at)

    def refuse(self, code: int, command_id: int, at: datetime) -> None:
        """Answer a command with an error."""
        self.reply({"type": "error", "msg": _error(code)}, command_id, at)

    def break_off(self, subscription: Subscription, code: int, at: datetime) -> None:
        """End a subscription with an error."""
        self.subscriptions.pop(subscription.sid, None)
        self.reply({"type": "error", "sid": subscription.sid, "msg": _error(code)}, 0, at)

    def send(self, outgoing: Outgoing) -> None:
        """Let a frame wait to be taken; with its ending nothing follows it."""
        if self.ended:
            return
        self._waiting.append(outgoing)
        if outgoing.ending is not None:
            self.ended = True
            self.subscriptions.clear()
        if self.on_ready is not None:
            self.on_ready()

    def take(self) -> list[Outgoing]:
        """Return the frames that wait, in the order in which they are sent."""
        taken, self._waiting = self._waiting, []
        return taken

    def close(self) -> None:
        """Forget everything: the client has gone."""
        self.ended = True
        self.subscriptions.clear()
        self._waiting.clear()


def _error(code: int) -> dict[str, object]:
    return {"code": code, "msg": error_text(code)}
