from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.monitors.latest_scan import ScanFound
from kalshi_alpha.core.monitors.model_drift import model_drift
from kalshi_alpha.core.monitors.outcome import MonitorStatus

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)


def test_one_family_alerts_and_the_other_does_not() -> None:
    scans = {"CPI": ScanFound(AT, 2, "found twice"), "TNEY": ScanFound(AT, 0)}
    found = model_drift(scans, AT, max_age=timedelta(hours=1))
    assert (found.status, found.figure, found.cause) == (
        MonitorStatus.ALERT,
        2,
        "CPI: found twice",
    )
    assert found.effect.startswith("model_drift: ")
    assert found.series["TNEY"].status is MonitorStatus.OK
