from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.tz_not_et import tz_not_et

SUMMER = datetime(2025, 6, 11, 12, tzinfo=UTC)


def test_new_yorks_offset_is_in_order() -> None:
    assert tz_not_et(timedelta(hours=-4), SUMMER).status is MonitorStatus.OK


def test_a_fixed_winter_offset_is_not_in_summer() -> None:
    found = tz_not_et(timedelta(hours=-5), SUMMER)
    assert (found.status, found.figure) == (MonitorStatus.ALERT, 1.0)
    assert found.remedy == "set TZ=America/New_York"
