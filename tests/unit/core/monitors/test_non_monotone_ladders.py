from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.monitors.latest_scan import ScanFound
from kalshi_alpha.core.monitors.non_monotone_ladders import non_monotone_ladders
from kalshi_alpha.core.monitors.outcome import MonitorStatus

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)


def test_one_family_alerts_and_the_other_does_not() -> None:
    scans = {"CPI": ScanFound(AT, 2, "found twice"), "TNEY": ScanFound(AT, 0)}
    found = non_monotone_ladders(scans, AT, max_age=timedelta(hours=1))
    assert (found.status, found.figure, found.cause) == (
        MonitorStatus.ALERT,
        2,
        "CPI: found twice",
    )
    assert found.effect.startswith("non_monotone_ladders: ")
    assert found.series["TNEY"].status is MonitorStatus.OK
