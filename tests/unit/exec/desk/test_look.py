"""One look at a desk, and what each file that is spoilt takes away from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import order_cases as cases
from desk_root import AT, decided_at_go, go_root
from kalshi_alpha.brokers.journal import OrderJournal
from kalshi_alpha.config.mode import Mode
from kalshi_alpha.core.errors import UsageError
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import set_kill_switch
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.desk.desk import Desk
from kalshi_alpha.exec.desk.kept import Kept
from kalshi_alpha.exec.desk.look import look_at_desk
from kalshi_alpha.exec.monitors.drawdown_state import drawdown_path
from runs import at_home_in_new_york


def decided_root(folder: Path) -> Paths:
    """Return a root at GO with its decision, without running the command again."""
    paths = go_root(folder)
    paths.pilot_ready.write_bytes(decided_at_go())
    return paths


def looked(paths: Paths, at_s: float = 30, kept: Kept | None = None) -> Desk:
    with at_home_in_new_york(paths.root):
        clock = RunClock(AT + timedelta(seconds=at_s), ClockSource.SET)
        return look_at_desk(paths, clock, kept=kept)


def states(desk: Desk) -> dict[str, str]:
    return {each.name: each.state for each in desk.files}


def contents(root: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_root_at_go_is_shown_as_go_and_nothing_is_written(tmp_path: Path) -> None:
    paths = decided_root(tmp_path)
    before = contents(tmp_path)
    desk = looked(paths)
    assert desk.verdict.reasons == ()
    assert (desk.verdict.go, desk.mode, desk.environment) == (True, Mode.SIM, "sim")
    assert {each.family for each in desk.series if each.ramp_go} == {"CPI", "CLAIMS"}
    assert {each.status for each in desk.monitors} <= {"OK", "ALERT", "NO_DATA"}
    assert desk.profit[0].mode == "sim"
    assert desk.releases[0].seconds == 2 * 3600 - 30
    assert contents(tmp_path) == before


SPOILS: dict[str, tuple[Callable[[Paths], object], str, str, str]] = {
    "torn ramp": (
        lambda p: p.pilot_ready.write_text("{"),
        "ramp decision",
        "unreadable",
        "reading_unreadable",
    ),
    "no ramp": (lambda p: p.pilot_ready.unlink(), "ramp decision", "missing", "ramp_missing"),
    "torn ledger": (
        lambda p: p.ledger_all.write_bytes(b"P"),
        "ledger",
        "unreadable",
        "reading_unreadable",
    ),
    "no ledger": (lambda p: p.ledger_all.unlink(), "ledger", "missing", "ledger_missing"),
    "torn monitor": (
        lambda p: p.monitor(Monitor.EV_GAP).write_text("{"),
        "monitors",
        "unreadable",
        "reading_unreadable",
    ),
    "torn drawdown": (
        lambda p: drawdown_path(p).write_text("{"),
        "drawdown",
        "unreadable",
        "drawdown",
    ),
    "torn alerts": (
        lambda p: p.alert_log.write_text("{"),
        "alert log",
        "unreadable",
        "panic_backoff",
    ),
    "torn beat": (
        lambda p: p.heartbeat.write_text("{"),
        "heartbeat",
        "unreadable",
        "heartbeat_stale",
    ),
    "torn config": (
        lambda p: p.config("series").write_text("series: ["),
        "configuration",
        "unreadable",
        "config_unreadable",
    ),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_file_that_is_spoilt_is_named_and_stops_the_desk(tmp_path: Path, spoil: str) -> None:
    flip, name, state, reason = SPOILS[spoil]
    paths = decided_root(tmp_path)
    flip(paths)
    desk = looked(paths)
    assert states(desk)[name] == state
    assert not desk.verdict.go
    assert reason in {each.reason for each in desk.verdict.reasons}


def test_what_is_too_old_is_shown_as_expired_and_what_is_of_later_as_that(tmp_path: Path) -> None:
    paths = decided_root(tmp_path)
    late = states(looked(paths, 3 * 3600))
    assert late["ramp decision"] == late["ledger"] == late["monitors"] == "expired"
    early = looked(paths, -3600)
    assert states(early)["ramp decision"] == states(early)["ledger"] == "future_dated"
    assert early.profit == ()
    assert early.verdict.size_multiplier is None


def test_the_kill_switch_alone_stops_the_desk(tmp_path: Path) -> None:
    paths = decided_root(tmp_path)
    set_kill_switch(paths.kill_switch, AT)
    desk = looked(paths)
    assert [each.reason for each in desk.verdict.reasons] == ["kill_switch"]
    assert desk.kill_switch.on


def test_a_second_look_reads_only_what_changed(tmp_path: Path) -> None:
    paths, kept = decided_root(tmp_path), Kept()
    first = looked(paths, 0, kept)
    made = kept.made
    assert looked(paths, 20, kept).profit == first.profit
    assert kept.made == made
    with OrderJournal(paths.order_journal, "sim") as journal:
        journal.append([cases.intended(), cases.accepted()])
    orders = looked(paths, 21, kept).orders
    assert [each.state for each in orders] == ["resting"]


def test_the_mode_is_the_venues_or_that_of_the_newest_verdict(tmp_path: Path) -> None:
    clock, paths = RunClock(AT, ClockSource.SYSTEM), Paths(tmp_path)
    modes = {
        env: look_at_desk(paths, clock, {"KALSHI_ENV": env}).mode for env in ("prod", "demo", "sim")
    }
    assert modes == {"prod": Mode.LIVE, "demo": Mode.DEMO, "sim": Mode.SIM}
    with pytest.raises(UsageError, match="KALSHI_ENV"):
        look_at_desk(paths, clock, {"KALSHI_ENV": "mars"})
    entry = {"generated_at": "2024-12-11T11:30:00Z", "go": True, "environment": "prod"}
    write_json(paths.go_no_go, {"schema": 1, "generated_at": AT, "series": {"CPI": entry}})
    desk = look_at_desk(paths, clock)
    assert (desk.mode, desk.environment) == (Mode.PAPER, "prod")
    assert [each.scan_go for each in desk.series if each.family == "CPI"] == [True]
