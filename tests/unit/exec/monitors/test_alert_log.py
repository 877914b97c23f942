from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kalshi_alpha.core.errors import NewerSchema, TornFile
from kalshi_alpha.core.gates import Fault, Memo, Reason
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.exec.monitors.alert_log import (
    AlertLine,
    append_alerts,
    append_lift,
    counted,
    panic_state,
    read_alerts,
)

AT = datetime(2025, 6, 11, 15, tzinfo=UTC)
SYSTEM, SET = ClockSource.SYSTEM, ClockSource.SET
THREE = {Monitor.EV_GAP: "a", Monitor.WEBSOCKET: "b", Monitor.HEARTBEAT: "c"}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "state/alerts.jsonl"


def test_the_file_is_made_without_any_alert(log: Path) -> None:
    assert panic_state(log, AT, SYSTEM).fault is Fault.MISSING
    assert append_alerts(log, {}, AT, SYSTEM, ()) == ()
    assert log.read_bytes() == b""
    assert panic_state(log, AT, SYSTEM).ok(AT)


def test_three_monitors_within_half_an_hour_are_a_panic_to_the_end_of_new_yorks_day(
    log: Path,
) -> None:
    append_alerts(log, THREE, AT, SYSTEM, ())
    [finding] = panic_state(log, AT, SYSTEM).findings
    assert finding.detail == "panic backoff until 2025-06-11 23:59:59 ET"
    assert panic_state(log, AT + timedelta(hours=12), SYSTEM).findings
    assert not panic_state(log, AT + timedelta(hours=14), SYSTEM).findings


def test_every_look_at_which_an_alert_stands_is_written_down(log: Path) -> None:
    one = {Monitor.EV_GAP: "gap"}
    for minutes, written in ((0, 1), (5, 1), (5, 0), (10, 1)):
        at = AT + timedelta(minutes=minutes)
        assert len(append_alerts(log, one, at, SYSTEM, read_alerts(log))) == written
    assert [line.cause for line in read_alerts(log)] == ["gap", "gap", "gap"]


def test_panic_counts_an_alert_from_when_it_was_last_seen(log: Path) -> None:
    for minutes in (0, 5):
        at = AT + timedelta(minutes=minutes)
        append_alerts(log, {Monitor.KILL_SWITCH: "on"}, at, SYSTEM, read_alerts(log))
    others, at = {Monitor.EV_GAP: "a", Monitor.WEBSOCKET: "b"}, AT + timedelta(minutes=35)
    append_alerts(log, others, at, SYSTEM, read_alerts(log))
    assert panic_state(log, at, SYSTEM).findings


def test_only_alerts_that_a_panic_can_still_hold_for_are_counted(log: Path) -> None:
    for days in range(4):
        append_alerts(log, THREE, AT - timedelta(days=days), SYSTEM, ())
    alerts = counted(read_alerts(log), SYSTEM, AT)
    assert {alert.at for alert in alerts} == {AT, AT - timedelta(days=1)}


@pytest.mark.parametrize("torn", ['{"at": "2025-06-11T15:', "[]", '{"monitor": "ev_gap"}', "\x00"])
def test_a_torn_line_is_refused_by_name_and_counts_as_a_panic(log: Path, torn: str) -> None:
    append_alerts(log, {Monitor.EV_GAP: "a"}, AT, SYSTEM, ())
    with log.open("a") as file:
        file.write(torn)
    append_alerts(log, {Monitor.WEBSOCKET: "b"}, AT, SYSTEM, ())
    with pytest.raises(TornFile, match=r"alerts\.jsonl: line 2 is torn"):
        read_alerts(log)
    assert panic_state(log, AT, SYSTEM).fault is Fault.UNREADABLE


def test_a_line_of_a_later_version_is_refused(log: Path) -> None:
    log.parent.mkdir()
    log.write_text('{"at": "2025-06-11T15:00:00Z", "monitor": "x", "schema": 2, "more": 1}\n')
    with pytest.raises(NewerSchema, match="line 1"):
        read_alerts(log)
    assert panic_state(log, AT, SYSTEM).fault is Fault.NEWER_SCHEMA


def test_practice_alerts_count_for_practice_only(log: Path) -> None:
    append_alerts(log, THREE, AT, SET, ())
    assert panic_state(log, AT, SET).findings
    assert not panic_state(log, AT, SYSTEM).findings
    assert counted(read_alerts(log), SYSTEM, AT) == ()


def test_a_memo_that_lifts_is_recorded_once_and_is_no_alert(log: Path) -> None:
    memo = Memo(Reason.PANIC_BACKOFF, AT, AT + timedelta(hours=1), "ops", "feed is back")
    append_alerts(log, {}, AT, SYSTEM, ())
    assert append_lift(log, memo, AT, SYSTEM) is not None
    assert append_lift(log, memo, AT, SYSTEM) is None
    [line] = read_alerts(log)
    assert (line.lifted_by, line.why) == ("ops", "feed is back")
    assert counted([line], SYSTEM, AT) == ()


def test_another_days_memo_of_the_same_words_is_recorded_too(log: Path) -> None:
    hour, day = timedelta(hours=1), timedelta(days=1)
    append_alerts(log, {}, AT, SYSTEM, ())
    for at in (AT, AT + day):
        memo = Memo(Reason.PANIC_BACKOFF, at, at + hour, "ops", "feed is back")
        assert append_lift(log, memo, at + hour, SYSTEM) is not None
        assert append_lift(log, memo, at + hour, SYSTEM) is None
    assert [line.at for line in read_alerts(log)] == [AT + hour, AT + day + hour]


def test_a_log_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TornFile, match="Is a directory"):
        read_alerts(tmp_path)


def test_a_line_needs_an_instant_with_its_zone() -> None:
    line = b'{"at": "2025-06-11T15:00:00", "monitor": "ev_gap"}'
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(line, type=AlertLine)
