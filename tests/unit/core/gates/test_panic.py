from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.gates.panic import (
    Alert,
    LatchedPanic,
    latched_panic,
    panic_reading,
    panic_until,
)
from kalshi_alpha.core.gates.reasons import Reason
from kalshi_alpha.core.schedule.wall_clock import wall

NOON = wall(date(2025, 6, 11), time(12, 0))
DAY_END = wall(date(2025, 6, 11), time(23, 59, 59))
MINUTE = timedelta(minutes=1)


def alerts(*minutes_and_monitors: tuple[float, str]) -> list[Alert]:
    return [Alert(NOON + minutes * MINUTE, monitor) for minutes, monitor in minutes_and_monitors]


THREE = alerts((0, "ev_gap"), (10, "drawdown"), (30, "websocket"))


def test_three_monitors_within_thirty_minutes_stop_the_new_york_day() -> None:
    assert panic_until(THREE, NOON + 30 * MINUTE) == DAY_END
    assert panic_until(THREE, DAY_END) == DAY_END
    assert panic_until(THREE, DAY_END + timedelta(seconds=1)) is None


def test_it_began_with_the_latest_alert_that_makes_three() -> None:
    finding = panic_reading(THREE, NOON + 30 * MINUTE).findings[0]
    assert finding.began_at == NOON + 30 * MINUTE
    fourth = [*THREE, *alerts((40, "ev_gap"), (100, "ev_gap"))]
    found = latched_panic(fourth, NOON + 101 * MINUTE)
    assert found == LatchedPanic(NOON + 40 * MINUTE, DAY_END)


def test_the_last_second_of_the_day_belongs_to_the_panic_to_its_end() -> None:
    assert panic_until(THREE, DAY_END + timedelta(milliseconds=999)) == DAY_END


def test_it_does_not_begin_before_the_third_alert() -> None:
    assert panic_until(THREE, NOON + 29 * MINUTE) is None


def test_thirty_minutes_and_a_second_are_too_long() -> None:
    spread = alerts((0, "ev_gap"), (10, "drawdown"), (30 + 1 / 60, "websocket"))
    assert panic_until(spread, DAY_END) is None


def test_one_monitor_alerting_often_is_one_monitor() -> None:
    noisy = alerts((0, "ev_gap"), (1, "ev_gap"), (2, "ev_gap"), (3, "drawdown"))
    assert panic_until(noisy, DAY_END) is None


def test_a_cleared_panic_of_the_morning_still_holds_after_later_single_alerts() -> None:
    later = [*THREE, *alerts((300, "ev_gap"))]
    assert panic_until(later, NOON + 301 * MINUTE) == DAY_END


def test_alerts_across_midnight_stop_the_day_of_the_third() -> None:
    night = [
        Alert(wall(date(2025, 6, 11), time(23, 50)), "a"),
        Alert(wall(date(2025, 6, 11), time(23, 55)), "b"),
        Alert(wall(date(2025, 6, 12), time(0, 5)), "c"),
    ]
    at = wall(date(2025, 6, 12), time(12, 0))
    assert panic_until(night, at) == wall(date(2025, 6, 12), time(23, 59, 59))


def test_the_reading_names_the_end_in_new_york_time() -> None:
    (finding,) = panic_reading(THREE, NOON + 30 * MINUTE).findings
    assert finding.reason is Reason.PANIC_BACKOFF
    assert finding.detail == "panic backoff until 2025-06-11 23:59:59 ET"
    assert panic_reading([], NOON).findings == ()


@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.sampled_from("abcd")).map(
            lambda pair: Alert(
                datetime(2025, 6, 11, tzinfo=UTC) + pair[0] * MINUTE, monitor=pair[1]
            )
        ),
        max_size=12,
    ),
    st.integers(0, 3000),
)
def test_one_more_alert_never_ends_a_panic(log: list[Alert], minute: int) -> None:
    at = datetime(2025, 6, 11, tzinfo=UTC) + minute * MINUTE
    for shorter in range(len(log)):
        if panic_until(log[:shorter], at) is not None:
            assert panic_until(log, at) is not None


@given(st.lists(st.integers(0, 29), min_size=3, max_size=9), st.booleans())
def test_however_often_two_monitors_alert_they_are_two(minutes: list[int], third: bool) -> None:
    noisy = alerts(*((at, ("ev_gap", "drawdown")[n % 2]) for n, at in enumerate(minutes)))
    heard = [*noisy, *alerts((29, "websocket"))] if third else noisy
    assert (panic_until(heard, NOON + 30 * MINUTE) is not None) is third
