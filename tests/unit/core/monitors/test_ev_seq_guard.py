from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.guards.calibration import Threshold
from kalshi_alpha.core.guards.guard_log import GuardLog
from kalshi_alpha.core.guards.sequential import UnitResult
from kalshi_alpha.core.guards.standardise import UnitRisk
from kalshi_alpha.core.monitors.ev_seq_guard import ev_seq_guard
from kalshi_alpha.core.monitors.outcome import MonitorStatus

AT = datetime(2025, 6, 11, 12, 30, tzinfo=UTC)
COIN = UnitRisk(0.0, 0.5, 0.5, -0.5)


def log(*profits: float) -> GuardLog:
    units = [
        UnitResult(f"U{n}", AT + timedelta(days=n), pnl, COIN) for n, pnl in enumerate(profits)
    ]
    start = GuardLog(0.25, 24.0).with_threshold(Threshold(3.0, "simulated", ""))
    return start.advanced(units, [], AT + timedelta(days=30))


def test_a_guard_without_units_has_nothing_to_look_at() -> None:
    found = ev_seq_guard({"CPI": None, "TNEY": log().replay()})
    assert found.status is MonitorStatus.NO_DATA


def test_the_figure_is_the_share_of_the_nearest_threshold() -> None:
    found = ev_seq_guard({"CPI": log(-0.5, -0.5).replay()})
    assert (found.status, found.figure) == (MonitorStatus.OK, 0.5)


def test_an_alarm_names_the_unit_and_every_detector() -> None:
    found = ev_seq_guard({"CPI": log(*[-0.5] * 4).replay(), "TNEY": log(0.5).replay()})
    assert found.status is MonitorStatus.ALERT
    assert found.cause.startswith("CPI: alarm at unit U3 of 4: S 3.00 of h 3.00 (simulated), R ")
    assert found.effect.startswith("sequential_alert: ")
