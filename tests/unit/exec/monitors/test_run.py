from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kalshi_alpha.core.gates import Fault, Memo, Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.endings import ended
from kalshi_alpha.core.monitors.outcome import FamilyOutcome, MonitorOutcome, MonitorStatus
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors import run
from kalshi_alpha.exec.monitors.alert_log import RESTORED, panic_state, read_alerts
from kalshi_alpha.exec.monitors.drawdown_state import clock_of, drawdown_path
from kalshi_alpha.exec.monitors.files import read_monitors
from kalshi_alpha.exec.monitors.gather import Desk, Gathered, gather
from kalshi_alpha.exec.monitors.guard_state import guard_path
from kalshi_alpha.exec.monitors.notify import SLACK, Sent
from kalshi_alpha.exec.monitors.run import Ran, run_monitors
from monitor_desk import monitored

AT = datetime(2024, 12, 11, 15, tzinfo=UTC)
ALERT, OK = MonitorStatus.ALERT, MonitorStatus.OK
SYSTEM = ClockSource.SYSTEM
THREE = (Monitor.EV_GAP, Monitor.WEBSOCKET, Monitor.MODEL_DRIFT)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return monitored(tmp_path, AT)


@pytest.fixture(autouse=True)
def found(monkeypatch: pytest.MonkeyPatch) -> dict[Monitor, MonitorOutcome]:
    """What the monitors find: everything in order, unless a test says otherwise."""
    outcomes: dict[Monitor, MonitorOutcome] = {}

    def gathered(desk: Desk) -> Gathered:
        whole = gather(desk)
        well = {monitor: ended(monitor, OK, 0, 0) for monitor in Monitor}
        assert whole.freshness is not None
        feeds = replace(whole.freshness, outcome=well[Monitor.FRESHNESS])
        return replace(whole, outcomes=well | outcomes, freshness=feeds)

    monkeypatch.setattr(run, "gather", gathered)
    return outcomes


def alert(outcomes: dict[Monitor, MonitorOutcome], *monitors: Monitor) -> None:
    outcomes.update({monitor: ended(monitor, ALERT, 1, 0, "found") for monitor in monitors})


def ran(
    desk: Desk,
    minutes: float = 0,
    *,
    family: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Ran:
    clock = replace(desk.clock, at=desk.clock.at + timedelta(minutes=minutes))
    return run_monitors(replace(desk, clock=clock), family, (), environ or {})


def summary(desk: Desk) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(desk.paths.monitor("summary").read_bytes())
    return document


def test_all_clear_is_zero_and_every_file_is_there(desk: Desk) -> None:
    done = ran(desk)
    assert (done.exit_code, done.problems) == (0, ())
    files = read_monitors(desk.paths, AT)
    assert (files.missing, dict(files.problems)) == ((), {})
    assert set(summary(desk)) == {
        *("schema", "generated_at", "clock_source", "panic_backoff", "panic_until", "statuses"),
        "panic_alerts",
        *("alerts", "blocks", "exit_code", "lifted", "loosened"),
    }
    assert desk.paths.root_report.is_file()
    assert desk.paths.alert_log.read_bytes() == b""


@pytest.mark.parametrize("monitor", [m for m in Monitor if m is not Monitor.FRESHNESS])
def test_any_monitor_that_alerts_is_three(
    desk: Desk, found: dict[Monitor, MonitorOutcome], monitor: Monitor
) -> None:
    alert(found, monitor)
    done = ran(desk)
    assert done.exit_code == 3
    assert monitor.value in summary(desk)["alerts"]
    document = json.loads(desk.paths.monitor(monitor).read_bytes())
    assert set(document) == {
        *("schema", "monitor", "generated_at", "clock_source", "status", "figure", "threshold"),
        *("unit", "cause", "effect", "remedy", "blocks", "series", "inputs"),
    }
    assert document["blocks"]
    assert f"{monitor.value} ALERT: " in done.to_text()


def test_three_distinct_alerts_within_half_an_hour_latch_the_day(
    desk: Desk, found: dict[Monitor, MonitorOutcome]
) -> None:
    for minutes, monitor in zip((0, 15, 30), THREE, strict=True):
        found.clear()
        alert(found, monitor)
        done = ran(desk, minutes)
        assert done.panic.holds is (minutes == 30)
    found.clear()
    later = ran(desk, 300)
    assert (later.exit_code, summary(desk)["panic_backoff"]) == (3, True)
    assert summary(desk)["panic_until"] == "2024-12-12T04:59:59Z"
    assert "panic backoff until 2024-12-11 23:59:59 ET" in later.to_text()
    next_day = ran(desk, 14 * 60)
    assert (next_day.exit_code, next_day.panic.holds) == (0, False)


def test_a_panic_does_not_end_with_its_log(
    desk: Desk, found: dict[Monitor, MonitorOutcome]
) -> None:
    alert(found, *THREE)
    ran(desk)
    found.clear()
    desk.paths.alert_log.unlink()
    assert ran(desk, 60).panic.holds
    assert {line.cause for line in read_alerts(desk.paths.alert_log)} == {RESTORED}
    assert panic_state(desk.paths.alert_log, AT + timedelta(hours=1), SYSTEM).findings
    assert len(read_alerts(desk.paths.alert_log)) == 3
    desk.paths.alert_log.write_text("torn\n")
    assert ran(desk, 70).panic.problem
    desk.paths.alert_log.unlink()
    assert ran(desk, 80).panic.holds
    assert not ran(desk, 14 * 60).panic.holds


def test_a_torn_ledger_is_one_alert_and_no_panic(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "gather", gather)
    desk.paths.ledger_all.parent.mkdir(parents=True)
    desk.paths.ledger_all.write_bytes(b"PAR1")
    done = ran(desk)
    assert (done.exit_code, done.panic.holds) == (3, False)
    assert {line.monitor for line in read_alerts(desk.paths.alert_log)} == {"ev_gap"}
    of_ledger = {"ev_gap", "fill_realism", "drawdown", "ev_seq_guard"}
    assert of_ledger <= set(summary(desk)["blocks"])
    findings = read_monitors(desk.paths, AT).reading(AT, family="CPI").findings
    about = [each.detail for each in findings if "ledger_all" in each.detail]
    assert len(about) == 1
    assert about[0].startswith("ev_gap: ")


def test_alerts_further_apart_are_no_panic(
    desk: Desk, found: dict[Monitor, MonitorOutcome]
) -> None:
    for minutes, monitor in zip((0, 16, 32), THREE, strict=True):
        found.clear()
        alert(found, monitor)
        assert not ran(desk, minutes).panic.holds


def test_a_scheduled_freeze_never_counts_towards_panic(
    desk: Desk, found: dict[Monitor, MonitorOutcome]
) -> None:
    alert(found, Monitor.EV_GAP, Monitor.WEBSOCKET, Monitor.FREEZE_WINDOW)
    assert not ran(desk).panic.holds
    assert {line.monitor for line in read_alerts(desk.paths.alert_log)} == {"ev_gap", "websocket"}


def test_a_memo_lifts_a_panic_and_is_recorded(
    desk: Desk, found: dict[Monitor, MonitorOutcome]
) -> None:
    alert(found, *THREE)
    assert ran(desk).panic.holds
    found.clear()
    memo = Memo(Reason.PANIC_BACKOFF, AT, AT + timedelta(hours=2), "ops", "seen to")
    lifted = ran(replace(desk, memos=(memo,)), 60)
    assert (lifted.exit_code, lifted.panic.holds) == (0, False)
    assert summary(desk)["lifted"][0]["who"] == "ops"
    assert [line.lifted_by for line in read_alerts(desk.paths.alert_log)][-1] == "ops"
    assert ran(replace(desk, memos=(memo,)), 180).panic.holds


def test_a_torn_alert_log_is_a_panic_that_names_the_line(desk: Desk) -> None:
    desk.paths.alert_log.parent.mkdir(parents=True)
    desk.paths.alert_log.write_text('{"at": \n')
    done = ran(desk)
    assert (done.exit_code, done.panic.holds) == (3, True)
    assert "alerts.jsonl: line 1 is torn" in done.problems[0]


def test_an_alert_log_that_keeps_nothing_is_a_panic_that_names_it(
    desk: Desk, found: dict[Monitor, MonitorOutcome]
) -> None:
    alert(found, Monitor.EV_GAP)
    desk.paths.alert_log.parent.mkdir(parents=True)
    desk.paths.alert_log.symlink_to("/dev/null")
    done = ran(desk)
    assert (done.exit_code, done.panic.holds) == (3, True)
    assert all("alerts.jsonl: " in line for line in done.problems)
    assert panic_state(desk.paths.alert_log, AT, SYSTEM).fault is Fault.UNREADABLE


def test_a_memo_of_no_known_series_is_named(desk: Desk) -> None:
    memo = {"schema": 2, "generated_at": AT, "who": "ops", "why": "w", "until": AT}
    memo |= {"reason": "freeze_window", "series": "CPJ"}
    write_json(desk.paths.memos / "m.json", memo)
    assert ran(desk).problems == ("memo of CPJ: no such series; it lifts nothing",)


def test_a_later_state_is_begun_anew_by_a_set_clock_aloud_and_refused_by_the_systems(
    desk: Desk,
) -> None:
    practice = replace(desk, clock=RunClock(AT, ClockSource.SET))
    path = drawdown_path(desk.paths)
    assert ran(practice, 24 * 60).problems == ()
    [problem] = ran(practice).problems
    assert "drawdown.json: was of a later set clock, 2024-12-12" in problem
    assert ran(practice).problems == ()
    ran(practice, 24 * 60)
    before = path.read_bytes()
    assert "dated 2024-12-12" in gather(desk).outcomes[Monitor.DRAWDOWN].cause
    ran(desk)
    assert path.read_bytes() == before


def test_a_memo_that_cannot_be_read_lifts_nothing_and_is_named(desk: Desk) -> None:
    desk.paths.memos.mkdir(parents=True)
    (desk.paths.memos / "m.json").write_text("{")
    [problem] = ran(desk).problems
    assert problem.startswith("memo not read: ")


def test_one_family_is_judged_alone_and_the_files_hold_all(
    desk: Desk, found: dict[Monitor, MonitorOutcome]
) -> None:
    families = {"CPI": FamilyOutcome(ALERT, 1, 0, "c"), "TNEY": FamilyOutcome(OK, 0, 0)}
    found[Monitor.EV_GAP] = ended(Monitor.EV_GAP, ALERT, 1, 0, "c", series=families)
    assert ran(desk, family="TNEY").exit_code == 0
    assert summary(desk)["exit_code"] == 3
    assert ran(desk, family="CPI").exit_code == 3
    alert(found, Monitor.KILL_SWITCH)
    assert ran(desk, family="TNEY").exit_code == 3


def test_a_set_clock_never_writes_over_what_the_system_learnt(desk: Desk) -> None:
    ran(desk)
    guards, falls = guard_path(desk.paths).read_bytes(), drawdown_path(desk.paths).read_bytes()
    practice = replace(desk, clock=RunClock(AT, ClockSource.SET))
    ran(practice, 60)
    assert guard_path(desk.paths).read_bytes() == guards
    assert drawdown_path(desk.paths).read_bytes() == falls
    ran(desk, 60)
    assert drawdown_path(desk.paths).read_bytes() != falls
    assert clock_of(drawdown_path(desk.paths)) is ClockSource.SYSTEM


def test_a_webhook_that_cannot_be_used_stops_nothing_and_is_not_shown(
    desk: Desk, found: dict[Monitor, MonitorOutcome]
) -> None:
    alert(found, Monitor.EV_GAP)
    done = ran(desk, environ={SLACK: "http://example.com/SECRET"})
    assert done.exit_code == 3
    [problem] = done.problems
    assert "SECRET" not in problem


def test_people_hear_when_trading_is_stopped_for_want_of_data(
    desk: Desk, found: dict[Monitor, MonitorOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def keep(text: str) -> Sent:
        told.append(text)
        return Sent()

    monkeypatch.setattr(run, "senders", lambda _: {"slack": keep})
    ran(desk)
    nothing = ended(Monitor.WEBSOCKET, MonitorStatus.NO_DATA, None, 1, "silent", must_exist=True)
    found[Monitor.WEBSOCKET] = nothing
    ran(desk, 5)
    ran(desk, 10)
    found[Monitor.WEBSOCKET] = replace(nothing, must_exist=False)
    ran(desk, 15)
    assert told == [
        "kalshi-alpha NO_DATA websocket: stops live trading; silent",
        "kalshi-alpha NO_DATA websocket: stops nothing; silent",
    ]


def test_a_looser_flag_is_shown(desk: Desk) -> None:
    done = run_monitors(desk, None, ("thresholds.auth_rejects: 9 is above 3",), {})
    assert (
        "loosened by a flag, so live orders are refused: thresholds.auth_rejects" in done.to_text()
    )
    assert done.to_tree()["summary"]["loosened"] == ["thresholds.auth_rejects: 9 is above 3"]
