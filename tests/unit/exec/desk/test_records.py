"""Monitors, alert log, kill switch and heartbeat, each with what is wrong with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.core.gates import Fault
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import Heartbeat, set_kill_switch, write_heartbeat
from kalshi_alpha.exec.desk import records
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.seen import Looking
from kalshi_alpha.exec.monitors.alert_log import append_alerts
from kalshi_alpha.exec.monitors.files import read_monitors

AT = datetime(2024, 12, 11, 11, 30, tzinfo=UTC)


def test_monitors_that_never_ran_are_missing_each_by_its_name(tmp_path: Path) -> None:
    looking, paths = Looking(tmp_path, AT), Paths(tmp_path)
    found = records.monitors_seen(looking, paths, read_monitors(paths, AT))
    assert [each.monitor for each in found] == [each.value for each in Monitor]
    assert {each.status for each in found} == {"missing"}
    assert all(each.blocks for each in found)
    assert looking.files[0].fault is Fault.MISSING


def test_a_torn_monitor_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    looking, paths = Looking(tmp_path, AT), Paths(tmp_path)
    path = paths.monitor(Monitor.DRAWDOWN)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    found = records.monitors_seen(looking, paths, read_monitors(paths, AT))
    states = {each.monitor: each.status for each in found}
    assert states["drawdown"] == "unreadable"
    assert states["ev_gap"] == "missing"
    assert looking.files[0].fault is Fault.UNREADABLE


def test_the_newest_alerts_come_first(tmp_path: Path) -> None:
    looking, paths = Looking(tmp_path, AT), Paths(tmp_path)
    for minutes, monitor in ((0, Monitor.WEBSOCKET), (20, Monitor.DRAWDOWN)):
        at = AT + timedelta(minutes=minutes)
        append_alerts(paths.alert_log, {monitor: "down"}, at, ClockSource.SYSTEM, ())
    found = records.alerts_seen(looking, paths, Kept())
    assert [each.monitor for each in found] == ["drawdown", "websocket"]
    assert looking.files[0].detail == "2 lines"


def test_an_alert_log_that_is_torn_or_absent_is_said_to_be(tmp_path: Path) -> None:
    looking, paths = Looking(tmp_path, AT), Paths(tmp_path)
    assert records.alerts_seen(looking, paths, Kept()) == ()
    paths.alert_log.parent.mkdir(parents=True)
    paths.alert_log.write_text("{torn\n")
    assert records.alerts_seen(looking, paths, Kept()) == ()
    assert [each.fault for each in looking.files] == [Fault.MISSING, Fault.UNREADABLE]


def test_the_kill_switch_is_shown_with_its_path(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert not records.kill_switch_seen(paths).on
    set_kill_switch(paths.kill_switch, AT, "drill")
    found = records.kill_switch_seen(paths)
    assert found.on
    assert found.path == str(paths.kill_switch)


@pytest.mark.parametrize(
    ("running", "age_s", "state"),
    [(True, 10, "running"), (True, 301, "stale"), (False, 9000, "ended"), (True, -60, "future")],
)
def test_the_heartbeat_says_whether_a_session_lives(
    tmp_path: Path, *, running: bool, age_s: int, state: str
) -> None:
    paths, looking = Paths(tmp_path), Looking(tmp_path, AT)
    at = AT - timedelta(seconds=age_s)
    beat = Heartbeat(generated_at=at, session="pilot-1", running=running, pid=7)
    write_heartbeat(paths.heartbeat, beat)
    found = records.heartbeat_seen(looking, paths, AT)
    assert found.state == (Fault.FUTURE_DATED.value if state == "future" else state)


def test_a_heartbeat_that_is_torn_or_absent_is_said_to_be(tmp_path: Path) -> None:
    paths, looking = Paths(tmp_path), Looking(tmp_path, AT)
    assert records.heartbeat_seen(looking, paths, AT).state == "missing"
    paths.heartbeat.parent.mkdir(parents=True)
    paths.heartbeat.write_text(json.dumps({"schema": 1}))
    assert records.heartbeat_seen(looking, paths, AT).state == "unreadable"
