from __future__ import annotations

import pytest

from kalshi_alpha.core.gates import kill_switch_reading
from kalshi_alpha.core.monitors.kill_switch import kill_switch
from kalshi_alpha.core.monitors.outcome import MonitorStatus


@pytest.mark.parametrize(
    ("on", "status"),
    [
        (False, MonitorStatus.OK),
        (True, MonitorStatus.ALERT),
        (None, MonitorStatus.ALERT),
    ],
)
def test_doubt_counts_as_on(on: bool | None, status: MonitorStatus) -> None:
    found = kill_switch(kill_switch_reading(on=on, path="data/proc/state/kill_switch"))
    assert found.status is status
    assert ("data/proc/state/kill_switch" in found.cause) is (status is MonitorStatus.ALERT)
