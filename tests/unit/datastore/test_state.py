from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalshi_alpha.core.errors import FutureData, NewerSchema, StaleData, TornFile
from kalshi_alpha.core.gates.gate import verdict
from kalshi_alpha.core.gates.readings import Fault, Reading
from kalshi_alpha.core.gates.requirements import Action
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.datastore.state import (
    Heartbeat,
    heartbeat_state,
    kill_switch_state,
    read_heartbeat,
    read_memos,
    renew_heartbeat,
    set_kill_switch,
    write_heartbeat,
)

NOW = datetime(2025, 6, 11, 10, 30, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.fixture
def switch(tmp_path: Path) -> Path:
    return Paths(tmp_path).kill_switch


@pytest.fixture
def pulse(tmp_path: Path) -> Path:
    path = Paths(tmp_path).heartbeat
    path.parent.mkdir(parents=True)
    return path


def beat(at: datetime = NOW, *, running: bool = True, session: str = "s1") -> Heartbeat:
    return Heartbeat(generated_at=at, session=session, running=running, pid=7)


def words(reading: Reading) -> list[str]:
    found = verdict(Action.PAPER, [reading], NOW).reasons
    return [f.reason for f in found if "not read" not in f.detail]


def test_the_gate_reads_a_sentinel_and_any_doubt_as_the_kill_switch(
    switch: Path, tmp_path: Path
) -> None:
    assert words(kill_switch_state(switch)) == []
    set_kill_switch(switch, NOW)
    assert words(kill_switch_state(switch)) == ["kill_switch"]
    lost = Paths(tmp_path / "lost").kill_switch
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost" / "data").symlink_to("unmounted")
    assert kill_switch_state(lost).fault is Fault.UNREADABLE
    assert words(kill_switch_state(lost)) == ["kill_switch"]


def test_a_switch_that_cannot_be_read_stops_whoever_sends_and_whoever_scans(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").write_text("a file where a folder belongs")
    read = kill_switch_state(Paths(tmp_path).kill_switch)
    assert not read.ok(NOW)
    for action in Action:
        got = verdict(action, [read], NOW)
        assert not got.go
        assert "kill_switch" in got.words


def test_a_heartbeat_survives_a_round_trip(pulse: Path) -> None:
    assert read_heartbeat(pulse, NOW) is None
    write_heartbeat(pulse, beat())
    assert read_heartbeat(pulse, NOW) == beat()
    assert words(heartbeat_state(pulse, NOW, must_be_fresh=True)) == []


TORN = {
    "empty": b"",
    "cut": b'{"schema": 1, "generated_at": "2025-06-11T10:3',
    "binary": b"\xff\xfe\x00",
    "list": b"[]",
    "no schema": b'{"generated_at": "2025-06-11T10:30:00Z"}',
    "unknown key": (
        b'{"schema":1,"generated_at":"2025-06-11T10:30:00Z","session":"s","running":true,'
        b'"pid":1,"extra":1}'
    ),
    "no zone": (
        b'{"schema":1,"generated_at":"2025-06-11T10:30:00","session":"s","running":true,"pid":1}'
    ),
}


@pytest.mark.parametrize("name", sorted(TORN))
def test_a_torn_heartbeat_is_refused_and_kept(pulse: Path, name: str) -> None:
    pulse.write_bytes(TORN[name])
    with pytest.raises(TornFile, match=r"heartbeat\.json"):
        read_heartbeat(pulse, NOW)
    with pytest.raises(TornFile):
        renew_heartbeat(pulse, beat())
    assert pulse.read_bytes() == TORN[name]
    assert heartbeat_state(pulse, NOW, must_be_fresh=False).fault is Fault.UNREADABLE
    assert words(heartbeat_state(pulse, NOW, must_be_fresh=False)) == ["heartbeat_stale"]


def test_a_heartbeat_of_a_newer_schema_is_refused_by_name(pulse: Path) -> None:
    pulse.write_bytes(b'{"schema": 2, "whatever": true}')
    with pytest.raises(NewerSchema, match="schema 2"):
        renew_heartbeat(pulse, beat())
    assert heartbeat_state(pulse, NOW, must_be_fresh=False).fault is Fault.NEWER_SCHEMA


def test_a_heartbeat_from_the_future_is_refused_and_kept(pulse: Path) -> None:
    write_heartbeat(pulse, beat(NOW + SECOND))
    with pytest.raises(FutureData, match="2025-06-11T10:30:01"):
        renew_heartbeat(pulse, beat())
    assert words(heartbeat_state(pulse, NOW, must_be_fresh=False)) == ["heartbeat_stale"]
    assert read_heartbeat(pulse, NOW + SECOND) == beat(NOW + SECOND)


def test_an_unreadable_heartbeat_is_a_fault(pulse: Path) -> None:
    pulse.mkdir()
    assert heartbeat_state(pulse, NOW, must_be_fresh=False).fault is Fault.UNREADABLE


def test_a_heartbeat_that_links_to_nothing_is_no_first_run(pulse: Path, tmp_path: Path) -> None:
    pulse.symlink_to("nowhere")
    assert heartbeat_state(pulse, NOW, must_be_fresh=False).fault is Fault.UNREADABLE
    lost = Paths(tmp_path / "lost").heartbeat
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost" / "data").symlink_to("unmounted")
    assert heartbeat_state(lost, NOW, must_be_fresh=False).fault is Fault.UNREADABLE


def test_an_unsearchable_heartbeat_folder_is_no_first_run(
    pulse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert heartbeat_state(pulse, NOW, must_be_fresh=False).fault is Fault.UNREADABLE


def test_a_run_takes_over_from_a_fresh_or_ended_session(pulse: Path) -> None:
    renew_heartbeat(pulse, beat(NOW - FIVE_MINUTES))
    renew_heartbeat(pulse, beat(NOW))
    renew_heartbeat(pulse, beat(NOW + FIVE_MINUTES, running=False))
    renew_heartbeat(pulse, beat(NOW + timedelta(days=3), session="s2"))
    assert read_heartbeat(pulse, NOW + timedelta(days=3)) is not None


def test_a_run_does_not_overwrite_the_beat_of_a_session_that_died(pulse: Path) -> None:
    dead = beat(NOW - FIVE_MINUTES - SECOND)
    write_heartbeat(pulse, dead)
    with pytest.raises(StaleData, match="session s1"):
        renew_heartbeat(pulse, beat(session="s2"))
    assert read_heartbeat(pulse, NOW) == dead
    assert words(heartbeat_state(pulse, NOW, must_be_fresh=False)) == ["heartbeat_stale"]


def test_an_old_beat_of_an_ended_session_passes_a_scan_and_no_order(pulse: Path) -> None:
    write_heartbeat(pulse, beat(NOW - timedelta(hours=1), running=False))
    assert words(heartbeat_state(pulse, NOW, must_be_fresh=False)) == []
    assert words(heartbeat_state(pulse, NOW, must_be_fresh=True)) == ["heartbeat_stale"]


def test_no_heartbeat_is_a_first_run(pulse: Path) -> None:
    assert words(heartbeat_state(pulse, NOW, must_be_fresh=True)) == []


MEMO = {
    "schema": 2,
    "generated_at": "2025-06-11T10:00:00Z",
    "who": "A. Operator",
    "why": "two of the three alerts were the same outage",
    "reason": "panic_backoff",
    "until": "2025-06-11T20:00:00Z",
}


def test_a_memo_is_read(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(MEMO))
    memos, problems = read_memos(tmp_path)
    assert problems == ()
    assert [(memo.reason.value, memo.who) for memo in memos] == [("panic_backoff", "A. Operator")]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"reason": "kill_switch"}, "no memo lifts kill_switch"),
        ({"reason": "STALE_FEEDS"}, "no memo lifts STALE_FEEDS"),
        ({"reason": "nonsense"}, "nonsense"),
        ({"who": " "}, "who signed it"),
        ({"until": "2025-06-11T09:00:00Z"}, "before it was made"),
        ({"until": "2025-06-11T20:00:00"}, "zone"),
        ({"until": None}, "until"),
        ({"schema": 3}, "schema 3"),
        ({"schema": 1}, "schema 1 lifts nothing any more"),
        ({"reason": "freeze_window"}, "needs the series"),
        ({"reason": "sequential_alert"}, "needs the series"),
        ({"series": "CPI"}, "names no series"),
        ({"until": "2999-06-11T20:00:00Z"}, "New York day"),
        ({"extra": 1}, "extra"),
    ],
)
def test_a_memo_that_is_none_lifts_nothing_and_is_named(
    tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    (tmp_path / "good.json").write_text(json.dumps(MEMO))
    (tmp_path / "bad.json").write_text(json.dumps(MEMO | change))
    memos, problems = read_memos(tmp_path)
    assert len(memos) == 1
    assert len(problems) == 1
    assert "bad.json" in problems[0]
    assert problem in problems[0]


def test_no_memo_folder_is_no_memos(tmp_path: Path) -> None:
    assert read_memos(tmp_path / "absent") == ((), ())


WHOLE = b'{"schema":1,"generated_at":"2025-06-11T10:30:00Z","session":"s","running":true,"pid":1}'


@given(st.integers(0, len(WHOLE) - 1))
def test_every_cut_of_a_heartbeat_is_torn(
    tmp_path_factory: pytest.TempPathFactory, at: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.json"
    path.write_bytes(WHOLE[:at])
    with pytest.raises(TornFile):
        read_heartbeat(path, NOW)
