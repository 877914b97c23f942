from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.gates import Memo, Reason
from kalshi_alpha.core.monitors.freeze_window import freeze_window
from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.schedule import Phase, SeriesState
from kalshi_alpha.core.schedule.phase import missing_calendar

UNTIL = datetime(2025, 6, 11, 9, 59, 59, tzinfo=UTC)
NOW = datetime(2025, 6, 11, 9, tzinfo=UTC)
BEGAN = datetime(2025, 6, 10, 10, tzinfo=UTC)
OPEN = Phase(SeriesState.OPEN, None, None, None, None, "open")
WINDOW = Phase(SeriesState.WINDOW, None, None, None, None, "window")
FROZEN = Phase(SeriesState.FROZEN, BEGAN, UNTIL, None, None, "cpi 2025-05 is due")


def test_open_and_window_are_in_order() -> None:
    found = freeze_window({"CPI": WINDOW, "TNEY": OPEN}, (), NOW)
    assert (found.status, found.figure) == (MonitorStatus.OK, 0)


def test_a_frozen_family_alerts_by_name() -> None:
    found = freeze_window({"CPI": FROZEN, "TNEY": OPEN}, (), NOW)
    assert (found.status, found.figure) == (MonitorStatus.ALERT, 1)
    assert found.cause == "CPI: frozen until 2025-06-11 05:59:59 ET; cpi 2025-05 is due"
    assert found.series["TNEY"].status is MonitorStatus.OK


@pytest.mark.parametrize(
    ("series", "made_at", "status"),
    [
        ("CPI", BEGAN, MonitorStatus.OK),
        ("TNEY", BEGAN, MonitorStatus.ALERT),
        ("CPI", BEGAN - timedelta(seconds=1), MonitorStatus.ALERT),
    ],
)
def test_a_freeze_that_a_memo_lifts_is_in_order(
    series: str, made_at: datetime, status: MonitorStatus
) -> None:
    memo = Memo(Reason.FREEZE_WINDOW, made_at, UNTIL, "ops", "the number is out", series)
    assert freeze_window({"CPI": FROZEN}, (memo,), NOW).status is status


def test_a_calendar_that_ends_is_named_as_such() -> None:
    found = freeze_window({"CPI": missing_calendar("no release after today")}, (), NOW)
    assert found.cause == "CPI: calendar_missing, no release after today"


def test_no_family_is_nothing_to_look_at() -> None:
    assert freeze_window({}, (), NOW).status is MonitorStatus.NO_DATA
