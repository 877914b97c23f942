"""The audit trail of live orders: one JSON object a line, one file a UTC day.

The order journal is the truth, and this is a view of it that any tool can read. It is stricter
than telemetry: a secret in it is a fault of ours, so the line is refused instead of masked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

import msgspec

from kalshi_alpha.config.environment import KalshiEnv
from kalshi_alpha.core.orders.blotter import Blotter
from kalshi_alpha.core.orders.events import OrderEvent
from kalshi_alpha.core.ports import Clock
from kalshi_alpha.core.redaction import ensure_safe_payload, redact
from kalshi_alpha.datastore.daily_lines import DailyLines
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.telemetry.order_events import describe

SCHEMA = 1
GROUP = 64


class AuditTrail:
    """Appends to ``data/proc/audit/live_orders_YYYYMMDD.jsonl``.

    Parameters
    ----------
    paths
        The file tree.
    clock
        Stamps the lines.
    env
        The venue they are about.
    session
        The run's name.
    group
        Lines that wait for a sync at most.
    """

    def __init__(
        self, paths: Paths, clock: Clock, *, env: KalshiEnv, session: str, group: int = GROUP
    ) -> None:
        self._clock = clock
        self._env = env
        self._session = session
        self._lines = DailyLines(paths.live_orders, group=group)

    def record(self, event: str, payload: object) -> None:
        """Write a line.

        Raises
        ------
        SecretInPayload
            A `ValueError`: the payload holds a secret; nothing was written.
        OSError
            If the line could not be written.
        """
        ensure_safe_payload(payload)
        now = self._clock.now().astimezone(UTC)
        line = {
            "schema": SCHEMA,
            "timestamp": now,
            "event": event,
            "environment": self._env.value,
            "session": self._session,
            "payload": redact(payload),
        }
        self._lines.append(now.date(), msgspec.json.encode(line))

    def record_orders(self, events: Iterable[OrderEvent], blotter: Blotter) -> None:
        """Write a line for each event of the journal; the blotter has taken them in already.

        Raises
        ------
        OSError
            If a line could not be written.
        """
        for event in events:
            order = blotter.orders.get(getattr(event, "client_order_id", ""))
            word, payload = describe(event, order)
            # The venue's own words stand in it, and they must not stop the trail.
            self.record(word.value, redact(payload))

    def sync(self) -> None:
        """Make every line durable that was written.

        Raises
        ------
        OSError
            If the file could not be synced.
        """
        self._lines.sync()

    def close(self) -> None:
        """Sync and close.

        Raises
        ------
        OSError
            If the file could not be synced.
        """
        self._lines.close()
