from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.monitors.outcome import MonitorStatus
from kalshi_alpha.core.monitors.signs import SessionSigns
from kalshi_alpha.core.monitors.websocket import websocket

AT = datetime(2025, 6, 11, 12, tzinfo=UTC)
WINDOW = timedelta(hours=6)
SIGNS = SessionSigns("", running=False, newest_at=AT)


@pytest.mark.parametrize(
    ("losses", "status"), [(0, MonitorStatus.OK), (6, MonitorStatus.OK), (7, MonitorStatus.ALERT)]
)
def test_more_than_one_loss_an_hour_over_six_hours_alerts(
    losses: int, status: MonitorStatus
) -> None:
    lost = [AT - timedelta(minutes=n) for n in range(losses)]
    found = websocket(lost, SIGNS, AT, per_hour_max=1.0, window=WINDOW)
    assert found.status is status
    assert found.figure == pytest.approx(losses / 6)


def test_losses_before_the_window_and_after_the_clock_do_not_count() -> None:
    lost = [AT - WINDOW] * 9 + [AT + timedelta(seconds=1)] * 9
    assert websocket(lost, SIGNS, AT, per_hour_max=1.0, window=WINDOW).figure == 0.0


def test_silence_is_no_health() -> None:
    signs = SessionSigns("a session runs", running=True, newest_at=None)
    found = websocket([], signs, AT, per_hour_max=1.0, window=WINDOW)
    assert found.status is MonitorStatus.NO_DATA
    assert found.must_exist
