"""Whoever wants to know what a session does: telemetry, the audit trail, and the screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kalshi_alpha.brokers.kalshi.stream_events import Notice, NoticeKind
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.events import OrderEvent
from kalshi_alpha.exec.audit import AuditTrail
from kalshi_alpha.exec.quoting.loop import Round
from kalshi_alpha.exec.telemetry.events import TelemetryEvent
from kalshi_alpha.exec.telemetry.order_events import describe
from kalshi_alpha.exec.telemetry.sink import TelemetrySink

_STREAM: dict[NoticeKind, TelemetryEvent | None] = {
    NoticeKind.CONNECTED: TelemetryEvent.WS_CONNECT,
    NoticeKind.DISCONNECTED: TelemetryEvent.WS_DISCONNECT,
    NoticeKind.SUBSCRIBED: TelemetryEvent.WS_SUBSCRIBED,
    NoticeKind.SEQ_GAP: TelemetryEvent.WS_GAP,
    NoticeKind.SEQ_REPEAT: TelemetryEvent.WS_REPEAT,
    NoticeKind.SNAPSHOT_ASKED: TelemetryEvent.WS_SNAPSHOT,
    NoticeKind.CHANNEL_ENDED: TelemetryEvent.WS_RESUBSCRIBE,
    # A quiet market is asked whether anybody is there all day long; only silence then is news.
    NoticeKind.PROBED: None,
    NoticeKind.STALLED: TelemetryEvent.WS_STALL,
    NoticeKind.UNREADABLE_FRAME: TelemetryEvent.WS_ERROR,
    NoticeKind.VENUE_ERROR: TelemetryEvent.WS_ERROR,
    NoticeKind.CLOCK_DOUBTED: TelemetryEvent.CLOCK_SKEW,
}
_ALERTS = {
    "auth_error_streak": TelemetryEvent.AUTH_ERROR,
    "clock_skew": TelemetryEvent.CLOCK_SKEW,
    "series_stopped": TelemetryEvent.SERIES_STOPPED,
}


class Observer:
    """Tells everything on; nothing that it does can stop an order.

    Parameters
    ----------
    sink
        Telemetry.
    audit
        The trail of orders.
    say
        Takes one line for a person.
    """

    def __init__(self, sink: TelemetrySink, audit: AuditTrail, say: Callable[[str], None]) -> None:
        self._sink, self._audit, self._say = sink, audit, say
        self._blotter: Blotter | None = None
        self._wake: Callable[[], None] = _nobody
        self.alerts: list[tuple[str, str]] = []
        self.refusals: Counter[tuple[str, str]] = Counter()

    def watches(self, blotter: Blotter) -> None:
        """Take note of the orders that events are about."""
        self._blotter = blotter

    def on_wake(self, wake: Callable[[], None]) -> None:
        """Take note of whom to wake when something changed."""
        self._wake = wake

    def wake(self) -> None:
        """Something changed that quotes may depend on."""
        self._wake()

    def order_event(self, event: OrderEvent) -> None:
        """Write an event of the journal to telemetry and to the audit trail."""
        self._wake()
        if self._blotter is None:
            return
        order = self._blotter.orders.get(getattr(event, "client_order_id", ""))
        word, payload = describe(event, order)
        self._sink.emit(word, payload)
        try:
            self._audit.record_orders([event], self._blotter)
        except OSError as error:
            self.alert("audit", f"a line was not written: {error}")

    def round_done(self, done: Round) -> None:
        """Show what a round is about to send."""
        why = ", ".join([*(each.value for each in done.why), *done.gate]) or "ripe"
        self._say(f"{done.at:%H:%M:%S} {why}")
        for line in done.plan.lines():
            self._say(f"  {line}")

    def refused(self, line: str) -> None:
        """Say that something was not done, and count it by what and why."""
        what, _, why = line.partition(": ")
        self.refusals[what, why] += 1
        self._say(f"  ! {line}")

    def alert(self, word: str, sentence: str) -> None:
        """Say that something must be looked at."""
        self.alerts.append((word, sentence))
        self._sink.emit(
            _ALERTS.get(word, TelemetryEvent.WATCHDOG), {"alert": word, "detail": sentence}
        )
        self._say(f"ALERT {word}: {sentence}")

    def killed(self, path: Path) -> None:
        """Say that the kill switch was seen."""
        self._sink.emit(TelemetryEvent.KILL_SWITCH, {"state": "on", "path": str(path)})
        self._say(f"KILL SWITCH is on: {path}")
        self._wake()

    def stream_notice(self, notice: Notice) -> None:
        """Write what happened to the stream, but for what happens all the time."""
        word = _STREAM[notice.kind]
        if word is not None:
            self._sink.emit(word, {"what": notice.kind.value, "detail": notice.detail})


def _nobody() -> None:
    """Wake nobody."""
