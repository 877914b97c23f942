from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.monitors.latest_scan import ScanFound, judge_scans
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("scan", "status"),
    [
        (ScanFound(AT, 0), MonitorStatus.OK),
        (ScanFound(AT, 1, "rises"), MonitorStatus.ALERT),
        (ScanFound(AT, None), MonitorStatus.NO_DATA),
        (ScanFound(AT - 2 * DAY, 1), MonitorStatus.STALE),
        (ScanFound(AT + DAY, 1), MonitorStatus.NO_DATA),
    ],
)
def test_one_scan_is_judged_by_its_age_and_what_it_found(
    scan: ScanFound, status: MonitorStatus
) -> None:
    found = judge_scans(Monitor.NON_MONOTONE_LADDERS, {"CPI": scan}, AT, tolerated=0, max_age=DAY)
    assert found.status is status


def test_no_scan_is_nothing_to_look_at() -> None:
    found = judge_scans(Monitor.MODEL_DRIFT, {}, AT, tolerated=0, max_age=DAY)
    assert (found.status, found.cause) == (MonitorStatus.NO_DATA, "no scan has looked")
