from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.gates import Fault, heartbeat_reading
from kalshi_alpha.core.monitors.heartbeat import heartbeat
from kalshi_alpha.core.monitors.outcome import MonitorStatus

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age_s", "running", "status"),
    [
        (None, False, MonitorStatus.NO_DATA),
        (10, True, MonitorStatus.OK),
        (300, True, MonitorStatus.OK),
        (301, True, MonitorStatus.ALERT),
        (86_400, False, MonitorStatus.OK),
    ],
)
def test_only_a_session_that_claims_to_run_must_beat(
    age_s: int | None, running: bool, status: MonitorStatus
) -> None:
    beat_at = None if age_s is None else AT - timedelta(seconds=age_s)
    reading = heartbeat_reading(beat_at, AT, session_running=running, must_be_fresh=False)
    found = heartbeat(reading, AT)
    assert found.status is status
    assert found.figure == (None if age_s == 86_400 else age_s)


@pytest.mark.parametrize("fault", [Fault.UNREADABLE, Fault.FUTURE_DATED, Fault.NEWER_SCHEMA])
def test_a_heartbeat_that_cannot_be_trusted_alerts(fault: Fault) -> None:
    reading = heartbeat_reading(
        None, AT, session_running=False, must_be_fresh=False, fault=fault, detail="heartbeat.json"
    )
    found = heartbeat(reading, AT)
    assert found.status is MonitorStatus.ALERT
    assert found.cause == f"the heartbeat is {fault.value}: heartbeat.json"
