from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.gates import Fault, Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.endings import blinded, ended, of_families
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import TEXTS, Monitor
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.monitors.files import SUMMARY, document, read_monitors

AT = datetime(2025, 6, 11, 15, tzinfo=UTC)
SYSTEM, SET = ClockSource.SYSTEM, ClockSource.SET
ALERT, OK = MonitorStatus.ALERT, MonitorStatus.OK


def put(
    paths: Paths,
    monitor: Monitor,
    outcome: MonitorOutcome | None = None,
    *,
    at: datetime = AT,
    source: ClockSource = SYSTEM,
) -> None:
    found = outcome or ended(monitor, OK, 0, 0)
    tree = document(
        monitor,
        found,
        at=at,
        source=source,
        blocking=found.must_exist
        or (found.status is ALERT and monitor is not Monitor.FREEZE_WINDOW),
        inputs={"follows": found.follows} if found.follows else {},
    )
    write_json(paths.monitor(monitor), tree)


def summary(paths: Paths, source: ClockSource = SYSTEM, **changes: Any) -> None:
    whole = {
        "schema": 1,
        "generated_at": AT,
        "clock_source": source,
        "panic_backoff": False,
        "panic_until": None,
        "statuses": {},
        "alerts": [],
        "blocks": [],
        "exit_code": 0,
    }
    write_json(paths.monitor(SUMMARY), whole | changes)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(tmp_path)
    for monitor in Monitor:
        put(found, monitor)
    summary(found)
    return found


def words(paths: Paths, family: str | None = None) -> list[str]:
    reading = read_monitors(paths, AT).reading(AT, family=family)
    assert reading.fault is None
    return [finding.reason.value for finding in reading.findings]


def test_all_in_order_is_a_reading_without_findings(paths: Paths) -> None:
    found = read_monitors(paths, AT)
    assert (found.missing, dict(found.problems), found.oldest_at) == ((), {}, AT)
    assert not found.panic_backoff
    assert found.reading(AT).ok(AT)


@pytest.mark.parametrize("monitor", [m for m in Monitor if m is not Monitor.FREEZE_WINDOW])
def test_a_monitor_that_blocks_speaks_in_the_gates_own_word(paths: Paths, monitor: Monitor) -> None:
    put(paths, monitor, ended(monitor, ALERT, 1, 0, "what was found"))
    [finding] = read_monitors(paths, AT).reading(AT).findings
    assert finding.reason is TEXTS[monitor].reason
    assert finding.detail == f"{monitor.value}: what was found"


def alert_of_cpi(monitor: Monitor) -> MonitorOutcome:
    families = {
        "CPI": FamilyOutcome(ALERT, 1, 0, "of CPI"),
        "TNEY": FamilyOutcome(OK, 0, 0),
    }
    return of_families(monitor, families, 0)


def test_what_alerts_for_one_family_stops_that_family(paths: Paths) -> None:
    put(paths, Monitor.EV_SEQ_GUARD, alert_of_cpi(Monitor.EV_SEQ_GUARD))
    assert words(paths) == ["sequential_alert"]
    assert words(paths, "CPI") == ["sequential_alert"]
    assert words(paths, "TNEY") == []
    assert words(paths, "WEATHER") == []


def test_what_alerts_for_no_family_by_name_stops_every_family(paths: Paths) -> None:
    put(paths, Monitor.WEBSOCKET, ended(Monitor.WEBSOCKET, ALERT, 2, 1))
    assert words(paths, "CPI") == words(paths, "") == ["monitor_alert"]


def test_a_monitor_that_follows_another_is_no_reason_of_its_own(paths: Paths) -> None:
    follower = blinded(Monitor.DRAWDOWN, 0, Monitor.EV_GAP, "the ledger is torn")
    put(paths, Monitor.DRAWDOWN, follower)
    # Whom it follows says nothing: then it speaks itself.
    assert words(paths, "CPI") == ["drawdown"]
    put(paths, Monitor.EV_GAP, ended(Monitor.EV_GAP, ALERT, None, 0, "the ledger is torn"))
    assert words(paths, "CPI") == words(paths) == ["monitor_alert"]


def test_looser_thresholds_of_feeds_are_the_configurations_word(paths: Paths) -> None:
    outcome = ended(Monitor.FRESHNESS, ALERT, 0, 0, "config_weakened: freshness.yaml: 9 above 2")
    put(paths, Monitor.FRESHNESS, replace(outcome, effect="config_weakened: NO-GO"))
    assert words(paths) == ["config_weakened"]


def test_a_freeze_is_left_to_the_schedule_of_who_trades(paths: Paths) -> None:
    put(paths, Monitor.FREEZE_WINDOW, alert_of_cpi(Monitor.FREEZE_WINDOW))
    found = read_monitors(paths, AT).documents[Monitor.FREEZE_WINDOW]
    assert found.stops("CPI")
    assert not found.stops("TNEY")
    assert words(paths, "CPI") == []


def test_a_file_that_is_not_there_is_missing(paths: Paths) -> None:
    paths.monitor(Monitor.EV_GAP).unlink()
    found = read_monitors(paths, AT)
    assert found.missing == ("ev_gap",)
    reading = found.reading(AT)
    assert (reading.fault, reading.detail) == (Fault.MISSING, "ev_gap: run make monitors")


def test_the_oldest_file_decides_about_age(paths: Paths) -> None:
    put(paths, Monitor.EV_GAP, at=AT - timedelta(hours=2, seconds=1))
    assert read_monitors(paths, AT).reading(AT).fault_at(AT) is Fault.EXPIRED
    assert read_monitors(paths, AT).reading(AT, None).fault_at(AT) is None


def _edit(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        tree = json.loads(path.read_bytes())
        change(tree)
        path.write_text(json.dumps(tree))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-20]), Fault.UNREADABLE),
        (_edit(lambda tree: tree.update(schema=2)), Fault.NEWER_SCHEMA),
        (_edit(lambda tree: tree.update(status="FINE")), Fault.UNREADABLE),
        (_edit(lambda tree: tree.pop("blocks")), Fault.UNREADABLE),
        (_edit(lambda tree: tree.update(monitor="websocket")), Fault.UNREADABLE),
        (_edit(lambda tree: tree.update(generated_at="2025-06-11T16:00:00Z")), Fault.FUTURE_DATED),
    ],
)
def test_a_file_that_cannot_be_trusted_is_a_fault(
    paths: Paths, spoil: Callable[[Path], None], fault: Fault
) -> None:
    spoil(paths.monitor(Monitor.EV_GAP))
    found = read_monitors(paths, AT)
    assert set(found.problems) == {"ev_gap"}
    assert found.reading(AT).fault is fault


def test_a_summary_that_is_torn_is_a_fault_too(paths: Paths) -> None:
    paths.monitor(SUMMARY).write_text("{")
    assert read_monitors(paths, AT).reading(AT).fault is Fault.UNREADABLE


def test_a_real_run_does_not_trust_files_of_a_set_clock(paths: Paths) -> None:
    put(paths, Monitor.EV_GAP, source=SET)
    found = read_monitors(paths, AT)
    assert found.reading(AT, source=SYSTEM).fault is Fault.UNREADABLE
    assert found.reading(AT, source=SET).fault is None


def test_a_practice_day_leaves_out_what_the_system_wrote_later(paths: Paths) -> None:
    before = AT - timedelta(days=1)
    assert read_monitors(paths, before).reading(before, source=SET).fault is Fault.MISSING
    assert read_monitors(paths, before).reading(before, source=SYSTEM).fault is Fault.FUTURE_DATED


def test_a_flag_that_loosened_a_threshold_closes_the_gate(paths: Paths) -> None:
    summary(paths, loosened=["thresholds.auth_rejects: 9 is above 3"])
    found = read_monitors(paths, AT)
    assert [each.reason for each in found.reading(AT).findings] == [Reason.CONFIG_WEAKENED]


@pytest.mark.parametrize(
    ("until", "kept"),
    [(AT + timedelta(hours=1), 1), (AT - timedelta(hours=1), 0), (None, 0)],
)
def test_the_alerts_of_a_panic_are_kept_until_its_day_is_over(
    paths: Paths, until: datetime | None, kept: int
) -> None:
    alerts = [{"at": AT, "monitor": "ev_gap"}]
    summary(paths, panic_backoff=True, panic_until=until, panic_alerts=alerts)
    found = read_monitors(paths, AT)
    assert found.panic_backoff
    assert len(found.panic_alerts(AT)) == kept
