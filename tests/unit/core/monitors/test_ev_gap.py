from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kalshi_alpha.core.ledger.delta import SettledFill
from kalshi_alpha.core.monitors.ev_gap import ev_gap
from kalshi_alpha.core.monitors.outcome import MonitorStatus

AT = datetime(2025, 6, 11, 12, 30, tzinfo=UTC)


def fills(*deltas: float) -> list[SettledFill]:
    return [
        SettledFill(f"U{n}", AT + timedelta(days=n), 10.0, 100.0, 100.0 + delta, delta, None)
        for n, delta in enumerate(deltas)
    ]


def test_a_desk_without_settled_fills_has_nothing_to_look_at() -> None:
    found = ev_gap({"CPI": [], "CLAIMS": fills(-500.0)}, -2.0)
    assert found.status is MonitorStatus.NO_DATA
    assert found.series["CLAIMS"].cause == "1 unit of news has settled, two are needed"


def test_units_that_lose_again_and_again_alert() -> None:
    losing = fills(*([-900.0, -1100.0] * 4))
    found = ev_gap({"CPI": losing, "TNEY": fills(400.0, -300.0, 200.0)}, -2.0)
    assert found.status is MonitorStatus.ALERT
    assert found.figure is not None
    assert found.figure < -2.0
    assert found.cause.startswith("CPI: EV gap 1000 bps over 8 fills of 8 units, t -")
    assert found.series["TNEY"].status is MonitorStatus.OK


def test_the_threshold_itself_alerts() -> None:
    losing = fills(-100.0, -300.0, -200.0, 100.0)
    t = ev_gap({"CPI": losing}, -1e9).figure
    assert t is not None
    assert ev_gap({"CPI": losing}, t).status is MonitorStatus.ALERT
    assert ev_gap({"CPI": losing}, t - 1e-9).status is MonitorStatus.OK
