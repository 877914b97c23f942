from __future__ import annotations

import pytest

from kalshi_alpha.core.monitors.blocking import BlockingPolicy, alarms, blocks, narrowed
from kalshi_alpha.core.monitors.endings import ended, of_families
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor

POLICY = BlockingPolicy(
    frozenset({Monitor.FRESHNESS}), frozenset({Monitor.CLOCK_SKEW}), {Monitor.FREEZE_WINDOW}
)


def outcome(monitor: Monitor, status: MonitorStatus, *, must_exist: bool = False) -> MonitorOutcome:
    return ended(monitor, status, None, 0, must_exist=must_exist)


@pytest.mark.parametrize(
    ("monitor", "status", "must_exist", "stops"),
    [
        (Monitor.EV_GAP, MonitorStatus.OK, False, False),
        (Monitor.EV_GAP, MonitorStatus.ALERT, False, True),
        (Monitor.EV_GAP, MonitorStatus.NO_DATA, False, False),
        (Monitor.WEBSOCKET, MonitorStatus.NO_DATA, True, True),
        (Monitor.WEBSOCKET, MonitorStatus.STALE, True, True),
        (Monitor.FRESHNESS, MonitorStatus.NO_DATA, False, True),
        (Monitor.CLOCK_SKEW, MonitorStatus.STALE, False, True),
        (Monitor.RECONCILIATION, MonitorStatus.STALE, False, False),
    ],
)
def test_an_alert_stops_and_missing_data_does_where_the_policy_or_a_session_says_so(
    monitor: Monitor, status: MonitorStatus, must_exist: bool, stops: bool
) -> None:
    assert blocks(monitor, outcome(monitor, status, must_exist=must_exist), POLICY) is stops


def frozen(**statuses: MonitorStatus) -> MonitorOutcome:
    found = {name: FamilyOutcome(status, 1, 0, "frozen") for name, status in statuses.items()}
    return of_families(Monitor.FREEZE_WINDOW, found, 0)


def test_a_freeze_stops_everything_only_where_every_family_is_frozen() -> None:
    some = frozen(CPI=MonitorStatus.ALERT, TNEY=MonitorStatus.OK)
    assert not blocks(Monitor.FREEZE_WINDOW, some, POLICY)
    assert blocks(Monitor.FREEZE_WINDOW, frozen(CPI=MonitorStatus.ALERT), POLICY)


def test_a_freeze_is_no_alarm() -> None:
    every = {
        Monitor.FREEZE_WINDOW: frozen(CPI=MonitorStatus.ALERT),
        Monitor.EV_GAP: outcome(Monitor.EV_GAP, MonitorStatus.ALERT),
        Monitor.WEBSOCKET: outcome(Monitor.WEBSOCKET, MonitorStatus.NO_DATA, must_exist=True),
    }
    assert alarms(every, POLICY) == (Monitor.EV_GAP,)


def test_an_outcome_is_narrowed_to_one_family() -> None:
    both = frozen(CPI=MonitorStatus.ALERT, TNEY=MonitorStatus.OK)
    assert narrowed(both, "CPI").cause == "CPI: frozen"
    assert narrowed(both, "TNEY").status is MonitorStatus.OK
    assert narrowed(both, "TNEY").remedy == ""
    assert narrowed(both, "WEATHER") is both
    plain = outcome(Monitor.KILL_SWITCH, MonitorStatus.ALERT)
    assert narrowed(plain, "CPI") is plain
