from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from kalshi_alpha.core.guards.calibration import Threshold
from kalshi_alpha.core.guards.guard_log import Alarm, GuardLog
from kalshi_alpha.core.guards.sequential import Reset, UnitResult
from kalshi_alpha.core.guards.standardise import UnitRisk
from kalshi_alpha.exec.tearsheet.canvas import Canvas
from kalshi_alpha.exec.tearsheet.guards import guard_picture, steps_of

AT = datetime(2024, 12, 11, tzinfo=UTC)
RISK = UnitRisk(expected=1.0, sd=10.0, best=12.0, worst=-9.0)


def unit(i: int, pnl: float) -> UnitResult:
    return UnitResult(f"CPI:{i}", AT + timedelta(days=i), pnl, RISK)


def log(*results: float) -> GuardLog:
    units = tuple(unit(i, pnl) for i, pnl in enumerate(results))
    return GuardLog(0.25, 24.0, (Threshold(4.0, "normal", "0" * 64), *units))


def test_the_path_ends_where_the_guard_itself_stands() -> None:
    found = log(-9.0, -9.0, 12.0, -9.0)
    steps, state = steps_of(found), found.replay()
    assert state is not None
    assert len(steps) == 4
    assert steps[-1].cusum == state.guard.cusum.s / state.guard.cusum.h
    assert steps[-1].degraded == state.guard.degraded.value / state.guard.degraded.threshold
    # S = max(0, 0 + 1 - .25) = .75 of h = 4, by hand.
    assert steps[0].cusum == pytest.approx(0.75 / 4.0)


def test_a_reset_and_a_new_threshold_are_in_the_path() -> None:
    whole = GuardLog(
        0.25,
        24.0,
        (
            *log(-9.0, -9.0).items,
            Alarm(AT, "CPI:1"),
            Reset(AT + timedelta(days=3), "ops", "looked at"),
            Threshold(2.0, "simulated", "1" * 64),
            unit(5, -9.0),
        ),
    )
    steps = steps_of(whole)
    assert steps[-1].cusum == pytest.approx(0.75 / 2.0)
    assert len(steps) == 3


def test_units_before_any_threshold_are_no_path() -> None:
    assert steps_of(GuardLog(0.25, 24.0)) == []


def test_the_picture_shows_the_path(canvas: Canvas, all_drawn: Callable[..., None]) -> None:
    found = guard_picture("CPI", log(12.0, -9.0, -9.0), 3, canvas)
    all_drawn(found, ("CUSUM %", "degraded %", "break-even %"), 0.051)
    assert "The nearest detector, CUSUM, stands at" in found.says
    assert found.n == "3 units"


def test_an_alarm_is_said_first(canvas: Canvas) -> None:
    bad = log(*(-9.0 for _ in range(8)))
    alarmed = GuardLog(bad.k, bad.arl0, (*bad.items, Alarm(AT, "CPI:5")))
    assert guard_picture("CPI", alarmed, 8, canvas).says.startswith("ALARM since CPI:5")


@pytest.mark.parametrize("found", [None, GuardLog(0.25, 24.0)])
def test_before_the_first_unit_it_waits(found: GuardLog | None, canvas: Canvas) -> None:
    shown = guard_picture("CPI", found, 0, canvas)
    assert "There are 0 pieces of news" in shown.waits
    assert "make monitors" in shown.waits
