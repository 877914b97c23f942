"""Thursdays from 03:00 to 05:00 in New York, in winter and in summer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.sim.pauses import NEW_YORK, weekly_pause


@pytest.mark.parametrize(
    ("at", "starts_at"),
    [
        (datetime(2026, 6, 10, 11, tzinfo=UTC), datetime(2026, 6, 11, 7, tzinfo=UTC)),
        (datetime(2026, 1, 7, 11, tzinfo=UTC), datetime(2026, 1, 8, 8, tzinfo=UTC)),
        (datetime(2026, 6, 11, 8, 59, 59, tzinfo=UTC), datetime(2026, 6, 11, 7, tzinfo=UTC)),
        (datetime(2026, 6, 11, 9, tzinfo=UTC), datetime(2026, 6, 18, 7, tzinfo=UTC)),
    ],
    ids=["summer", "winter", "while it lasts", "as it ends"],
)
def test_the_pause_is_the_one_that_is_on_or_comes_next(at: datetime, starts_at: datetime) -> None:
    assert weekly_pause(at) == (starts_at, starts_at + timedelta(hours=2))


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the strategy adds the zone
def test_the_pause_is_two_hours_of_a_thursday_and_not_over(at: datetime) -> None:
    starts_at, ends_at = weekly_pause(at)

    local = starts_at.astimezone(NEW_YORK)
    assert (local.weekday(), local.hour) == (3, 3)
    assert ends_at - starts_at == timedelta(hours=2)
    assert at < ends_at <= at + timedelta(days=7, hours=2)
