from __future__ import annotations

import pytest

from kalshi_alpha.core.monitors.endings import ended, of_families, unreadable
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor

OK, ALERT, NO_DATA, STALE = (
    MonitorStatus.OK,
    MonitorStatus.ALERT,
    MonitorStatus.NO_DATA,
    MonitorStatus.STALE,
)


def family(status: MonitorStatus, figure: float | None = None, cause: str = "") -> FamilyOutcome:
    return FamilyOutcome(status, figure, 1.0, cause)


def test_what_is_in_order_leaves_nothing_to_say() -> None:
    found = ended(Monitor.EV_GAP, OK, 0.5, -2.0, "not shown")
    assert (found.cause, found.effect, found.remedy, found.unit) == ("", "", "", "t")


def test_an_alert_without_a_cause_of_its_own_says_the_monitors() -> None:
    found = ended(Monitor.KILL_SWITCH, ALERT, 1, 0)
    text = TEXTS[Monitor.KILL_SWITCH]
    assert (found.cause, found.effect, found.remedy) == (text.cause, text.effect, text.remedy)


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        ([OK, ALERT, NO_DATA, STALE], ALERT),
        ([OK, NO_DATA, STALE], STALE),
        ([OK, NO_DATA], OK),
        ([NO_DATA, NO_DATA], NO_DATA),
        ([], NO_DATA),
    ],
)
def test_the_worst_family_is_the_monitors_status(
    statuses: list[MonitorStatus], worst: MonitorStatus
) -> None:
    found = {f"F{n}": family(status) for n, status in enumerate(statuses)}
    assert of_families(Monitor.EV_GAP, found, 1.0).status is worst


def test_the_figure_is_the_worst_of_the_families_that_have_the_status() -> None:
    found = {"A": family(ALERT, -3.0, "a"), "B": family(ALERT, -2.5, "b"), "C": family(OK, -9.0)}
    outcome = of_families(Monitor.EV_GAP, found, -2.0, largest=False)
    assert (outcome.figure, outcome.cause) == (-3.0, "A: a; B: b")
    assert of_families(Monitor.EV_GAP, found, -2.0).figure == -2.5
    assert outcome.alerts("A")
    assert not outcome.alerts("C")
    assert not outcome.alerts("D")


def test_a_source_that_cannot_be_trusted_is_an_alert() -> None:
    found = unreadable(Monitor.EV_GAP, -2.0, "ledger is torn")
    assert (found.status, found.figure, found.cause) == (ALERT, None, "ledger is torn")
