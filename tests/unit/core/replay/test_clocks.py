from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.errors import BadParameter
from kalshi_alpha.core.replay.clocks import decision_clocks, from_us, to_us
from kalshi_alpha.core.schedule import Release, ReleaseCalendar

EMPTY = ReleaseCalendar(())
OPENS, CLOSES = datetime(2025, 1, 9, 15, tzinfo=UTC), datetime(2025, 1, 10, 0, 20, tzinfo=UTC)


def test_weather_decides_at_each_cycle_and_rests_until_its_window_ends_or_the_close() -> None:
    clocks = decision_clocks("WEATHER", OPENS, CLOSES, EMPTY)
    assert [(f"{c.at:%H:%M}", f"{c.rests_until:%H:%M}") for c in clocks] == [
        ("18:00", "18:45"),
        ("00:00", "00:20"),
    ]


def test_an_event_that_opens_within_a_window_is_decided_at_its_opening() -> None:
    opens = OPENS.replace(hour=18, minute=30)
    clocks = decision_clocks("WEATHER", opens, CLOSES, EMPTY)
    assert clocks[0].at == opens


def test_a_window_can_be_decided_anew_every_so_often() -> None:
    clocks = decision_clocks("WEATHER", OPENS, CLOSES, EMPTY, every=timedelta(minutes=20))
    assert [(f"{c.at:%H:%M}", f"{c.rests_until:%H:%M}") for c in clocks[:3]] == [
        ("18:00", "18:20"),
        ("18:20", "18:40"),
        ("18:40", "18:45"),
    ]
    with pytest.raises(BadParameter, match="too many"):
        decision_clocks("WEATHER", OPENS, CLOSES, EMPTY, every=timedelta(0))


def test_consumer_prices_are_decided_on_the_morning_of_their_release() -> None:
    due = datetime(2025, 1, 15, 13, 30, tzinfo=UTC)
    calendar = ReleaseCalendar.of([Release(due, "cpi", "2024-12")])
    clocks = decision_clocks("CPI", due - timedelta(days=30), due, calendar)
    assert [c.at for c in clocks] == [datetime(2025, 1, 15, 11, tzinfo=UTC)]


def test_without_a_calendar_nothing_is_decided() -> None:
    assert decision_clocks("CPI", OPENS, CLOSES, EMPTY) == ()


def test_microseconds_and_instants_are_each_other() -> None:
    at = datetime(2025, 1, 9, 18, 0, 0, 123_457, tzinfo=UTC)
    assert from_us(to_us(at)) == at
