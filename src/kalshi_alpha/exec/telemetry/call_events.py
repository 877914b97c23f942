"""Calls to the venue in the words of telemetry and of the logs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kalshi_alpha.brokers.kalshi.call_records import CallSeen
from kalshi_alpha.exec.logs import log_request
from kalshi_alpha.exec.telemetry.events import TelemetryEvent
from kalshi_alpha.exec.telemetry.sink import TelemetrySink

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

_WORDS = {
    401: TelemetryEvent.AUTH_ERROR,
    403: TelemetryEvent.AUTH_ERROR,
    429: TelemetryEvent.RATE_LIMITED,
}


def call_watcher(
    sink: TelemetrySink, logger: FilteringBoundLogger | None = None
) -> Callable[[CallSeen], None]:
    """Return what a client tells each of its calls to: `VenueCalls.on_call`.

    Every call is a line of telemetry, with its status and how often it was retried, and a line
    of the log if there is one.
    """

    def watch(call: CallSeen) -> None:
        word = TelemetryEvent.REQUEST
        if call.status is not None:
            word = _WORDS.get(call.status, word)
        sink.emit(word, call)
        if logger is not None:
            log_request(
                logger,
                method=call.method,
                path=call.path,
                status=call.status,
                retries=call.retries,
                elapsed_ms=call.elapsed_ms,
                fault=None if call.fault is None else call.fault.value,
            )

    return watch
