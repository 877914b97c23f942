from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.monitors.auth_error_streak import Call, auth_error_streak, streak
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.signs import SessionSigns

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)
SIGNS = SessionSigns("", running=False, newest_at=AT)


def calls(statuses: Sequence[int | None]) -> list[Call]:
    """Return calls of a second each, the last of them a second ago."""
    return [(AT - timedelta(seconds=len(statuses) - n), each) for n, each in enumerate(statuses)]


@pytest.mark.parametrize(
    ("statuses", "count"),
    [
        ([], 0),
        ([200, 401, 403, 401], 3),
        ([401, 401, 200], 2),
        ([401, None, 401], 2),
        ([401, 403, 401, 500], 3),
        ([401, 503, 401], 2),
        ([401, 401, 404, 401], 2),
        ([401, 429, 401], 1),
    ],
)
def test_an_answer_ends_a_streak_and_no_answer_or_a_failure_does_not(
    statuses: list[int | None], count: int
) -> None:
    assert streak(calls(statuses)) == count


@pytest.mark.parametrize(
    ("seconds_ago", "count"),
    [
        (6, 3),  # before the streak
        (3, 3),  # its last refusal came after the last look
        (2, 0),  # it had ended by then
    ],
)
def test_a_streak_that_ended_since_the_last_look_counts_once(
    seconds_ago: float, count: int
) -> None:
    seen = calls([401, 403, 401, 200])
    seen = [(at - timedelta(seconds=0.5), status) for at, status in seen]
    assert streak(seen, AT - timedelta(seconds=seconds_ago)) == count


def test_a_streak_that_stands_counts_whenever_it_began() -> None:
    assert streak(calls([401, 403, 401]), AT) == 3


@pytest.mark.parametrize(("refused", "status"), [(2, MonitorStatus.OK), (3, MonitorStatus.ALERT)])
def test_three_in_a_row_alert(refused: int, status: MonitorStatus) -> None:
    found = auth_error_streak(calls([200] + [401] * refused), SIGNS, AT, alert_at=3)
    assert (found.status, found.figure) == (status, refused)


def test_a_session_without_telemetry_is_not_in_order() -> None:
    signs = SessionSigns("a session runs", running=True, newest_at=None)
    assert auth_error_streak([], signs, AT, alert_at=3).status is MonitorStatus.NO_DATA


@pytest.mark.parametrize("alert_at", [1, 2, 5])
def test_the_alert_comes_with_the_refusal_that_makes_the_number(alert_at: int) -> None:
    found = [
        auth_error_streak(calls([401] * refused), SIGNS, AT, alert_at=alert_at).status
        for refused in (alert_at - 1, alert_at, alert_at + 1)
    ]
    assert found == [MonitorStatus.OK, MonitorStatus.ALERT, MonitorStatus.ALERT]


@pytest.mark.parametrize("between", [None, 500, 502, 599])
def test_an_exchange_that_fails_between_refusals_ends_no_streak(between: int | None) -> None:
    seen = calls([401, between, 401, between, 401])
    assert auth_error_streak(seen, SIGNS, AT, alert_at=3).status is MonitorStatus.ALERT
