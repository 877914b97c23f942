from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.reconciliation import Compared, reconciliation

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = AT - 3 * DAY


@pytest.mark.parametrize(
    ("compared", "status"),
    [
        (None, MonitorStatus.NO_DATA),
        (Compared(AT, 0), MonitorStatus.OK),
        (Compared(LONG_AGO, 0), MonitorStatus.STALE),
        (Compared(LONG_AGO, 2, "cash"), MonitorStatus.ALERT),
    ],
)
def test_a_break_alerts_however_old_it_is(compared: Compared | None, status: MonitorStatus) -> None:
    assert reconciliation(compared, AT, max_age=DAY).status is status


def test_the_cause_counts_the_breaks() -> None:
    found = reconciliation(Compared(AT, 2, "position KXCPI"), AT, max_age=DAY)
    assert found.cause == "2 breaks at 2025-06-11T12:00:00Z: position KXCPI"
