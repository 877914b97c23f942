from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kalshi_alpha.core.monitors.auth_error_streak import auth_error_streak, streak
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.signs import SessionSigns

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)
SIGNS = SessionSigns("", running=False, newest_at=AT)


@pytest.mark.parametrize(
    ("statuses", "count"),
    [
        ([], 0),
        ([200, 401, 403, 401], 3),
        ([401, 401, 200], 0),
        ([401, None, 401], 2),
        ([401, 401, 404], 0),
        ([401, 429, 401], 1),
    ],
)
def test_an_answer_ends_a_streak_and_no_answer_does_not(
    statuses: list[int | None], count: int
) -> None:
    assert streak(statuses) == count


@pytest.mark.parametrize(("refused", "status"), [(2, MonitorStatus.OK), (3, MonitorStatus.ALERT)])
def test_three_in_a_row_alert(refused: int, status: MonitorStatus) -> None:
    found = auth_error_streak([200] + [401] * refused, SIGNS, AT, alert_at=3)
    assert (found.status, found.figure) == (status, refused)


def test_a_session_without_telemetry_is_not_in_order() -> None:
    signs = SessionSigns("a session runs", running=True, newest_at=None)
    assert auth_error_streak([], signs, AT, alert_at=3).status is MonitorStatus.NO_DATA
