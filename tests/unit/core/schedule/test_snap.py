from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.schedule.families import weather_phase
from kalshi_alpha.core.schedule.phase import missing_calendar
from kalshi_alpha.core.schedule.snap import SnapMode, snap_to_window

BEFORE = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)
INSIDE = datetime(2026, 11, 22, 6, 45, tzinfo=UTC)
OPENS = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mode", "at", "run", "wait"),
    [
        (SnapMode.OFF, BEFORE, True, timedelta(0)),
        (SnapMode.WAIT, BEFORE, True, timedelta(minutes=30)),
        (SnapMode.WAIT, INSIDE, True, timedelta(0)),
        (SnapMode.PRINT, BEFORE, False, timedelta(0)),
        (SnapMode.PRINT, INSIDE, False, timedelta(0)),
    ],
)
def test_each_mode_answers_before_and_inside_the_window(
    mode: SnapMode, at: datetime, run: bool, wait: timedelta
) -> None:
    got = snap_to_window(mode, weather_phase(at), at)
    assert (got.run, got.wait, got.opens_at) == (run, wait, OPENS)


def test_the_message_names_the_opening_in_new_york_time() -> None:
    got = snap_to_window(SnapMode.PRINT, weather_phase(BEFORE), BEFORE)
    assert got.message == "the next scan window opens 2026-11-22 01:00:00 ET"


def test_waiting_for_an_unknown_window_does_not_run() -> None:
    got = snap_to_window(SnapMode.WAIT, missing_calendar("no row"), BEFORE)
    assert not got.run
    assert got.message == "no scan window is known: no row"
