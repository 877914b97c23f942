from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kalshi_alpha.core.gates import Fault, Memo, Reading, ReadingName
from kalshi_alpha.core.ledger.entry import ClockSource
from kalshi_alpha.core.monitors.texts import Monitor
from kalshi_alpha.datastore.atomic import write_json
from kalshi_alpha.datastore.paths import Paths
from kalshi_alpha.exec.clock import RunClock
from kalshi_alpha.exec.monitors import standing
from kalshi_alpha.exec.monitors.alert_log import append_alerts
from kalshi_alpha.exec.monitors.standing import StandingFiles, standing_memos, standing_readings

AT = datetime(2025, 6, 11, 15, tzinfo=UTC)
SYSTEM = ClockSource.SYSTEM
THREE = {Monitor.EV_GAP: "a", Monitor.WEBSOCKET: "b", Monitor.HEARTBEAT: "c"}


def named(readings: tuple[Reading, ...]) -> dict[ReadingName, Reading]:
    return {reading.name: reading for reading in readings}


def test_where_the_monitors_never_ran_everything_is_missing(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    found = (
        *standing_readings(paths, RunClock(AT, SYSTEM)),
        *StandingFiles(paths, "CPI", SYSTEM).readings(AT),
    )
    assert {reading.fault for reading in found} == {Fault.MISSING}
    assert set(named(found)) == {ReadingName.PANIC, ReadingName.DRAWDOWN, ReadingName.MONITORS}
    assert standing_memos(paths) == ()


def test_a_session_sees_a_panic_and_a_memo_as_soon_as_they_are_written(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    files = StandingFiles(paths, "CPI", SYSTEM)
    assert named(files.readings(AT))[ReadingName.PANIC].fault is Fault.MISSING
    append_alerts(paths.alert_log, THREE, AT, SYSTEM, ())
    assert named(files.readings(AT))[ReadingName.PANIC].findings
    assert files.memos(AT) == ()
    memo = {
        "schema": 2,
        "generated_at": AT,
        "who": "ops",
        "why": "seen to",
        "reason": "panic_backoff",
        "until": AT + timedelta(hours=1),
    }
    write_json(paths.memos / "one.json", memo)
    assert [each.who for each in files.memos(AT)] == ["ops"]


def test_files_that_did_not_change_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []

    def read(folder: Path) -> tuple[tuple[Memo, ...], tuple[str, ...]]:
        reads.append(folder)
        return (), ()

    monkeypatch.setattr(standing, "read_memos", read)
    paths = Paths(tmp_path)
    files = StandingFiles(paths, "CPI", SYSTEM)
    for _ in range(5):
        files.readings(AT)
    assert len(reads) == 1
    files.readings(AT + timedelta(minutes=1))
    assert len(reads) == 1
    append_alerts(paths.alert_log, {}, AT, SYSTEM, ())
    files.readings(AT + timedelta(minutes=1))
    assert len(reads) == 2


def test_a_panic_ends_by_itself_within_a_minute(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    files = StandingFiles(paths, "CPI", SYSTEM)
    append_alerts(paths.alert_log, THREE, AT, SYSTEM, ())
    assert named(files.readings(AT))[ReadingName.PANIC].findings
    midnight = datetime(2025, 6, 12, 4, tzinfo=UTC)
    assert named(files.readings(midnight))[ReadingName.PANIC].findings == ()
