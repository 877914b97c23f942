from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from kalshi_alpha.core.schedule.exchange import in_maintenance
from kalshi_alpha.core.schedule.wall_clock import wall

THURSDAY = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("at", "paused"),
    [
        (wall(THURSDAY, time(2, 59, 59)), False),
        (wall(THURSDAY, time(3, 0, 0)), True),
        (wall(THURSDAY, time(5, 0, 0)), True),
        (wall(THURSDAY, time(5, 0, 1)), False),
        (wall(THURSDAY + timedelta(days=1), time(4, 0)), False),
        (wall(date(2026, 6, 11), time(3, 0)), True),  # the same wall time in daylight time
    ],
)
def test_the_weekly_pause_is_thursday_three_to_five_in_new_york(at: datetime, paused: bool) -> None:
    assert in_maintenance(at) is paused
