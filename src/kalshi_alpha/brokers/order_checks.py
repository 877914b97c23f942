"""What speaks against an order: asked before it becomes durable, and again before its first byte.

Between the two an order may wait, for tokens or a connection or the request before its own, and
what was true when it was decided on may no longer be. So the second time everything is asked
again that can have changed; only the gate, which reads most, is spared if nothing was waited for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from kalshi_alpha.brokers.live_options import LiveOptions
from kalshi_alpha.brokers.order_log import OrderLog
from kalshi_alpha.brokers.pauses import Pauses
from kalshi_alpha.brokers.reconciler import Reconciler
from kalshi_alpha.core.gates.gate import Verdict
from kalshi_alpha.core.orders import caps as order_caps
from kalshi_alpha.core.orders.caps import Breach, CapName, Caps
from kalshi_alpha.core.orders.errors import OrderWithheld
from kalshi_alpha.core.orders.intent import OrderIntent
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.types import Money

Gate = Callable[[OrderIntent], Verdict]
_SECOND = timedelta(seconds=1)
_FRESH = timedelta(milliseconds=10)


class Moment:
    """When orders were decided on, and whether anything can have changed since.

    Nothing else runs until the event loop comes round; then, or after a hundredth of a second,
    what was true may not be any more.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock, self._at = clock, clock.now()
        self._came_round = False
        asyncio.get_running_loop().call_soon(self._come_round)

    @property
    def is_past(self) -> bool:
        """Whether anything can have changed."""
        return self._came_round or self._clock.now() - self._at > _FRESH

    def _come_round(self) -> None:
        self._came_round = True


class OrderChecks:
    """Says of orders whether they may begin, and whether they may leave.

    Parameters
    ----------
    log, clock, reconciler, pauses, gate, kill, caps, options
        As the gateway has them.
    group
        The order group that new orders belong to now, or None.
    """

    def __init__(
        self,
        log: OrderLog,
        clock: Clock,
        reconciler: Reconciler,
        pauses: Pauses,
        *,
        gate: Gate,
        kill: Callable[[], bool],
        caps: Caps,
        options: LiveOptions,
        group: Callable[[], str | None],
    ) -> None:
        self._log, self._clock = log, clock
        self._reconciler, self._pauses = reconciler, pauses
        self._gate, self._kill, self._caps = gate, kill, caps
        self._options, self._group = options, group
        self._sent_at: deque[datetime] = deque()
        self.closed = False
        """Whether the gateway is closed."""

    def require_begin(self, intent: OrderIntent) -> None:
        """Return if an order may be made durable now.

        Raises
        ------
        OrderWithheld
            With the first reason against it.
        """
        now = self._clock.now()
        self._require_account()
        self._require_market(intent, now)
        breach = order_caps.check(self._log.blotter, intent, self._caps, now)
        if breach is not None:
            raise OrderWithheld("cap", str(breach))
        # The gate is asked last: it reads most, and what it says is youngest then.
        self._require_gate(intent)

    def require_leave(
        self, intents: Sequence[OrderIntent], group_id: str | None, moment: Moment
    ) -> None:
        """Return if durable orders may leave now, all in one request.

        Raises
        ------
        OrderWithheld
            With the first reason against any of them.
        """
        self._require_account()
        if group_id != self._group():
            raise OrderWithheld("no_group", f"the order group {group_id} has ended")
        now = self._clock.now()
        for intent in intents:
            self._require_market(intent, now)
            order = self._log.blotter.orders[intent.client_order_id]
            if now - order.intended_at > self._options.intent_age_max:
                raise OrderWithheld("too_old", "it waited too long to be sent")
        self._require_caps(intents)
        self._require_rate(len(intents), now)
        if moment.is_past:
            for intent in intents:
                self._require_gate(intent)

    def leaves(self, count: int) -> None:
        """Take note that so many orders leave now."""
        self._sent_at.extend([self._clock.now()] * count)

    def _require_account(self) -> None:
        if self._kill():
            raise OrderWithheld("kill_switch", "it is on")
        if self.closed or self._log.failure is not None:
            raise OrderWithheld("journal", self._log.failure or "the gateway is closed")
        if not self._reconciler.ready:
            said = "orders do not agree with the venue, or were not compared"
            raise OrderWithheld("not_reconciled", said)
        if self._options.group_required and self._group() is None:
            raise OrderWithheld("no_group", "there is no order group")
        pause = self._pauses.why()
        if pause is not None:
            raise OrderWithheld(pause, "the venue asked for it")

    def _require_market(self, intent: OrderIntent, now: datetime) -> None:
        blotter = self._log.blotter
        stopped = blotter.stopped.get(intent.series)
        if stopped is not None:
            raise OrderWithheld("series_stopped", f"{intent.series}: {stopped}")
        if intent.ticker in blotter.locked:
            raise OrderWithheld("market_locked", f"{intent.ticker} has an order of unknown fate")
        if intent.expires_at < now + _SECOND:
            raise OrderWithheld("expired", f"it was to end at {intent.expires_at:%H:%M:%S}")

    def _require_caps(self, intents: Sequence[OrderIntent]) -> None:
        """Hold the caps to what counts now: the orders themselves do, and news may have come."""
        blotter = self._log.blotter
        for intent in intents:
            own = self._caps.of(intent.series)
            ladder = Money(0) if own is None else own.ladder
            strike = Money(0) if own is None else own.strike_cap(intent.ticker)
            reached = (
                (CapName.STRIKE, intent.ticker, blotter.strike_at_risk(intent.ticker), strike),
                (CapName.LADDER, intent.event_ticker, blotter.ladder_at_risk(intent.event_ticker),
                 ladder),
                (CapName.TOTAL, "all", blotter.at_risk, self._caps.total),
            )  # fmt: skip
            for cap, subject, stands, limit in reached:
                if stands > limit:
                    raise OrderWithheld("cap", str(Breach(cap, subject, stands, limit)))
        crowd = order_caps.crowded(blotter, self._caps)
        if crowd is not None:
            raise OrderWithheld("cap", str(crowd))

    def _require_rate(self, count: int, now: datetime) -> None:
        """Hold the cap per second to what leaves, whenever it was decided on."""
        while self._sent_at and self._sent_at[0] <= now - _SECOND:
            self._sent_at.popleft()
        sent = len(self._sent_at) + count
        if sent > self._caps.per_second:
            breach = Breach(CapName.PER_SECOND, "all", sent, self._caps.per_second)
            raise OrderWithheld("cap", str(breach))

    def _require_gate(self, intent: OrderIntent) -> None:
        verdict = self._gate(intent)
        if not verdict.go:
            raise OrderWithheld("gate", ", ".join(verdict.words))
