from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.signs import SessionSigns
from kalshi_alpha.core.monitors.texts import Monitor

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)


def test_without_a_session_silence_is_no_fault() -> None:
    found = SessionSigns("", running=False, newest_at=None).silent(Monitor.WEBSOCKET, 1, AT)
    assert found is not None
    assert (found.status, found.must_exist) == (MonitorStatus.NO_DATA, False)


def test_absent_telemetry_of_an_expected_session_must_exist() -> None:
    signs = SessionSigns("a session runs", running=True, newest_at=None)
    found = signs.silent(Monitor.WEBSOCKET, 1, AT)
    assert found is not None
    assert (found.status, found.must_exist) == (MonitorStatus.NO_DATA, True)
    assert found.cause == "no telemetry, though a session runs"


def test_telemetry_that_stopped_while_a_session_runs_is_stale() -> None:
    signs = SessionSigns("a session runs", running=True, newest_at=AT - timedelta(seconds=301))
    found = signs.silent(Monitor.WEBSOCKET, 1, AT)
    assert found is not None
    assert (found.status, found.must_exist) == (MonitorStatus.STALE, True)


def test_telemetry_of_a_session_that_ended_may_be_old() -> None:
    ended = SessionSigns("of today", running=False, newest_at=AT - timedelta(hours=5))
    young = SessionSigns("runs", running=True, newest_at=AT - timedelta(seconds=300))
    assert ended.silent(Monitor.WEBSOCKET, 1, AT) is None
    assert young.silent(Monitor.WEBSOCKET, 1, AT) is None
