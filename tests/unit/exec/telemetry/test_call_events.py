from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kalshi_alpha.brokers.kalshi.call_records import CallSeen
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.wire import WireFault
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.logs import open_log
from kalshi_alpha.exec.telemetry.call_events import call_watcher
from kalshi_alpha.exec.telemetry.events import TelemetryLine, read_telemetry
from kalshi_alpha.exec.telemetry.sink import TelemetrySink

CLOCK = RunClock(datetime(2025, 6, 11, 10, 30, tzinfo=UTC), ClockSource.SET)
PATH = "/trade-api/v2/portfolio/balance"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def told(paths: Paths, call: CallSeen) -> tuple[TelemetryLine, dict[str, object]]:
    stream = io.StringIO()
    sink = TelemetrySink(paths, CLOCK, session="s")
    call_watcher(sink, open_log(CLOCK, run_id="s", stream=stream))(call)
    sink.close()
    (line,) = read_telemetry(paths.telemetry(CLOCK.at.date())).lines
    return line, json.loads(stream.getvalue())


@pytest.mark.parametrize(
    ("status", "event", "level"),
    [
        (200, "request", "info"),
        (401, "auth_error", "warning"),
        (403, "auth_error", "warning"),
        (429, "rate_limited", "warning"),
        (503, "request", "error"),
    ],
)
def test_a_call_is_told_with_its_status_and_retries(
    paths: Paths, status: int, event: str, level: str
) -> None:
    line, logged = told(paths, CallSeen("GET", PATH, status, 2, 12.5))
    assert line.event == event
    assert line.payload == {
        "method": "GET",
        "path": PATH,
        "status": status,
        "retries": 2,
        "elapsed_ms": 12.5,
        "fault": None,
    }
    assert (logged["level"], logged["status"], logged["retries"]) == (level, status, 2)


def test_a_call_without_a_reply_is_told_with_its_fault(paths: Paths) -> None:
    line, logged = told(paths, CallSeen("POST", PATH, None, 0, 5000.0, WireFault.TIMEOUT))
    assert (line.event, line.payload["fault"], line.payload["status"]) == (
        "request",
        "timeout",
        None,
    )
    assert (logged["level"], logged["fault"]) == ("error", "timeout")


def test_without_a_log_the_telemetry_is_written_alone(paths: Paths) -> None:
    sink = TelemetrySink(paths, CLOCK, session="s")
    call_watcher(sink)(CallSeen("GET", PATH, 200, 0, 1.0))
    sink.close()
    assert len(read_telemetry(paths.telemetry(CLOCK.at.date())).lines) == 1
