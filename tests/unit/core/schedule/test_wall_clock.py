from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.schedule.wall_clock import NEW_YORK, new_york, tz_not_et, utc_second, wall


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 6, 11), datetime(2025, 6, 11, 12, 30, tzinfo=UTC)),  # daylight time
        (date(2026, 1, 13), datetime(2026, 1, 13, 13, 30, tzinfo=UTC)),  # standard time
        (date(2026, 3, 8), datetime(2026, 3, 8, 12, 30, tzinfo=UTC)),  # the spring change
        (date(2026, 11, 1), datetime(2026, 11, 1, 13, 30, tzinfo=UTC)),  # the autumn change
    ],
)
def test_half_past_eight_in_new_york_follows_its_clocks(day: date, expected: datetime) -> None:
    assert wall(day, time(8, 30)) == expected
    assert wall(day, time(8, 30)).tzinfo is UTC


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.times().filter(lambda t: t.hour >= 4))
def test_wall_time_after_the_small_hours_survives_a_round_trip(day: date, at: time) -> None:
    at = at.replace(microsecond=0, fold=0)
    shown = new_york(wall(day, at))
    assert (shown.date(), shown.time()) == (day, at)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(BadParameter, match="zone"):
        utc_second(datetime(2025, 6, 11, 8, 30))  # noqa: DTZ001 - the point


def test_the_fraction_of_a_second_is_dropped_not_rounded() -> None:
    at = datetime(2025, 6, 11, 15, 25, 0, 999_999, tzinfo=NEW_YORK)
    assert utc_second(at) == datetime(2025, 6, 11, 19, 25, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offset_hours", "at", "expected"),
    [
        (-4, datetime(2025, 6, 11, 10, 30, tzinfo=UTC), False),
        (-5, datetime(2025, 6, 11, 10, 30, tzinfo=UTC), True),  # a fixed EST in summer
        (-5, datetime(2026, 1, 13, 10, 30, tzinfo=UTC), False),
        (0, datetime(2026, 1, 13, 10, 30, tzinfo=UTC), True),
        (-4, datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC), True),  # last second of EST
        (-4, datetime(2026, 3, 8, 7, 0, 0, tzinfo=UTC), False),  # first second of EDT
    ],
)
def test_zone_is_compared_by_offset_at_the_run_clock(
    offset_hours: int, at: datetime, expected: bool
) -> None:
    assert tz_not_et(timedelta(hours=offset_hours), at) is expected
